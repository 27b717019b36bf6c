-- What the probes of a process say as a whole; unknown when it has none, or does not run.
ALTER TABLE tsm.process ADD COLUMN health VARCHAR(10) DEFAULT 'unknown' NOT NULL
  CHECK (health IN ('ready', 'unready', 'unknown'));

-- Only processes that are looked after in such a way have a row.
CREATE TABLE tsm.health_policy (
  process_key BIGINT PRIMARY KEY REFERENCES tsm.process (pk) ON DELETE CASCADE,
  start_timeout_ms BIGINT NOT NULL CHECK (start_timeout_ms > 0),
  shutdown_message BOOLEAN NOT NULL
);

CREATE TABLE tsm.probe (
  process_key BIGINT NOT NULL REFERENCES tsm.health_policy (process_key) ON DELETE CASCADE,
  purpose VARCHAR(10) NOT NULL CHECK (purpose IN ('startup', 'ready', 'live')),
  kind VARCHAR(10) NOT NULL CHECK (kind IN ('http', 'tcp', 'exec', 'log', 'notify')),
  target VARCHAR NOT NULL,
  -- What may be shown of the target, decided when it is written.
  target_shown VARCHAR NOT NULL,
  interval_ms BIGINT NOT NULL CHECK (interval_ms > 0),
  timeout_ms BIGINT NOT NULL CHECK (timeout_ms > 0),
  success INT NOT NULL CHECK (success > 0),
  failure INT NOT NULL CHECK (failure > 0),
  delay_ms BIGINT NOT NULL CHECK (delay_ms >= 0),
  -- How it was found last; written when that changes, as every look would be a write each second.
  holds BOOLEAN,
  changed_at TIMESTAMP(3) WITH TIME ZONE,
  result VARCHAR,
  -- Where in the logs the output of a run begins, for a daemon that takes it back.
  log_generation BIGINT,
  log_out BIGINT,
  log_err BIGINT,
  PRIMARY KEY (process_key, purpose)
);

CREATE OR REPLACE VIEW public.processes AS
SELECT p.pk AS process_key, p.tsm_id AS id, p.name, p.namespace, p.kind, p.type,
       COALESCE(p.command_shown, '********') AS command, p.cwd, p.service,
       p.env_name, p.env_file, p.status, p.wanted, r.pid, a.port, a.source AS port_source, c.path AS socket,
       p.restarts, p.unstable AS unstable_restarts, p.restart_policy, r.cause AS run_cause, r.exit_code,
       r.exit_signal_name AS exit_signal, r.started_at, r.ended_at, p.created_at, p.stopped_at, p.deleted_at, p.health
FROM tsm.process p
LEFT JOIN tsm.run r ON r.pk = p.run_key
LEFT JOIN tsm.port_allocation a ON a.live_process = p.pk
LEFT JOIN tsm.ipc_channel c ON c.process_key = p.pk;

CREATE VIEW public.probes AS
SELECT b.process_key, p.tsm_id AS id, p.name, b.purpose, b.kind, b.target_shown AS target, b.interval_ms, b.timeout_ms,
       b.success, b.failure, b.delay_ms, h.start_timeout_ms, b.holds, b.changed_at, b.result, p.deleted_at
FROM tsm.probe b
JOIN tsm.health_policy h ON h.process_key = b.process_key
JOIN tsm.process p ON p.pk = b.process_key;

COMMENT ON VIEW public.probes IS 'How it is found out whether processes are well, and what was found last';
COMMENT ON VIEW public.processes IS 'The processes, also deleted ones as long as their history is kept';

INSERT INTO tsm.view_comment (view_name, position, column_name, text) VALUES
('processes', 29, 'health', 'ready, unready, or unknown: no probe has said anything, or it does not run'),
('probes', 1, 'process_key', 'The process'),
('probes', 2, 'id', 'Its TSM ID'),
('probes', 3, 'name', 'Its name'),
('probes', 4, 'purpose', 'startup (has it started), ready (can it work) or live (is it to be restarted if not)'),
('probes', 5, 'kind', 'http, tcp, exec, log or notify'),
('probes', 6, 'target', 'The path or URL, the port or own, the command with what looks secret masked, or the regular expression'),
('probes', 7, 'interval_ms', 'How often is looked'),
('probes', 8, 'timeout_ms', 'How long one look may take'),
('probes', 9, 'success', 'Looks in a row that must succeed for it to hold'),
('probes', 10, 'failure', 'Looks in a row that must fail for it to hold no more'),
('probes', 11, 'delay_ms', 'How long after the start is looked first'),
('probes', 12, 'start_timeout_ms', 'How long the process may take to get ready for the first time'),
('probes', 13, 'holds', 'What was found last; null if nothing yet'),
('probes', 14, 'changed_at', 'Since when that is so'),
('probes', 15, 'result', 'What was seen then, in words'),
('probes', 16, 'deleted_at', 'When the process was deleted; null while it is tracked');
