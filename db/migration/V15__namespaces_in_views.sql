-- Whoever asks about processes by namespace need not join them for it. That of an event is the one that the process had
-- then, as its name is.
ALTER TABLE tsm.event ADD COLUMN namespace VARCHAR(100);
UPDATE tsm.event e SET namespace = (SELECT p.namespace FROM tsm.process p WHERE p.pk = e.process_key)
WHERE e.process_key IS NOT NULL;

-- What the program of a run tells of itself (sd_notify), for the next daemon.
ALTER TABLE tsm.run ADD COLUMN told_status VARCHAR;
ALTER TABLE tsm.run ADD COLUMN told_main_pid BIGINT;
ALTER TABLE tsm.run ADD COLUMN told_main_ticks BIGINT;
ALTER TABLE tsm.run ADD COLUMN told_watchdog_ms BIGINT CHECK (told_watchdog_ms > 0);

-- While a new run is to take over, the one that serves is shown.
CREATE OR REPLACE VIEW public.processes AS
SELECT p.pk AS process_key, p.tsm_id AS id, p.name, p.namespace, p.kind, p.type,
       COALESCE(p.command_shown, '********') AS command, p.cwd, p.service,
       p.env_name, p.env_file, p.status, p.wanted, r.pid, a.port, a.source AS port_source, c.path AS socket,
       p.restarts, p.unstable AS unstable_restarts, p.restart_policy, r.cause AS run_cause, r.exit_code,
       r.exit_signal_name AS exit_signal, r.started_at, r.ended_at, p.created_at, p.stopped_at, p.deleted_at, p.health
FROM tsm.process p
LEFT JOIN tsm.run r ON r.pk = COALESCE(p.standby_run, p.run_key)
LEFT JOIN tsm.port_allocation a ON a.live_process = p.pk
LEFT JOIN tsm.ipc_channel c ON c.process_key = p.pk;

CREATE OR REPLACE VIEW public.runs AS
SELECT r.pk AS run_key, r.process_key, p.name, r.cause, r.pid, r.decided_at, r.started_at, r.ended_at,
       r.exit_code, r.exit_signal, r.exit_signal_name, r.exit_unknown, r.exit_memory_limit, p.namespace
FROM tsm.run r JOIN tsm.process p ON p.pk = r.process_key;

CREATE OR REPLACE VIEW public.ports AS
SELECT a.port, p.pk AS process_key, p.name, a.source, a.allocated_at, a.released_at, p.namespace
FROM tsm.port_allocation a JOIN tsm.process p ON p.pk = a.process_key;

CREATE OR REPLACE VIEW public.channels AS
SELECT c.process_key, p.name, c.path, p.status, c.created_at, p.namespace
FROM tsm.ipc_channel c JOIN tsm.process p ON p.pk = c.process_key;

CREATE OR REPLACE VIEW public.environments AS
SELECT e.process_key, p.name, e.name AS variable, e.source, COALESCE(e.shown, '********') AS shown, e.fingerprint,
       p.deleted_at, p.namespace
FROM tsm.process_env e
JOIN tsm.process p ON p.pk = e.process_key
WHERE NOT EXISTS (
  SELECT 1 FROM tsm.process_env later
  WHERE later.process_key = e.process_key AND later.name = e.name
    AND LOCATE(later.source, 'caller file option tsm') > LOCATE(e.source, 'caller file option tsm'));

CREATE OR REPLACE VIEW public.restarts_by_day AS
SELECT DATEADD(DAY, r.number, DATE '1970-01-01') AS day_utc, r.process_key, p.name,
       COUNT(*) AS restarts,
       COUNT(CASE WHEN r.cause = 'restart' THEN 1 END) AS by_user,
       COUNT(CASE WHEN r.cause = 'exit' THEN 1 END) AS after_exit,
       COUNT(CASE WHEN r.cause = 'signal' THEN 1 END) AS after_signal,
       COUNT(CASE WHEN r.cause NOT IN ('restart', 'exit', 'signal') THEN 1 END) AS after_other, p.namespace
FROM (SELECT process_key, cause, CAST(FLOOR(EXTRACT(EPOCH FROM decided_at) / 86400) AS INT) AS number
      FROM tsm.run WHERE cause NOT IN ('start', 'adopted')) r
JOIN tsm.process p ON p.pk = r.process_key
GROUP BY r.number, r.process_key, p.name, p.namespace;

CREATE OR REPLACE VIEW public.wanted_times AS
SELECT w.process_key, p.name, w.state, w.began_at, w.ended_at,
       CAST(EXTRACT(EPOCH FROM COALESCE(w.ended_at, CURRENT_TIMESTAMP(3))) - EXTRACT(EPOCH FROM w.began_at)
         AS DECIMAL(20, 3)) AS seconds, p.namespace
FROM tsm.wanted_span w JOIN tsm.process p ON p.pk = w.process_key;

CREATE OR REPLACE VIEW public.availability AS
SELECT DATEADD(DAY, s.number, DATE '1970-01-01') AS day_utc, s.process_key, p.name,
       CAST(SUM(CASE WHEN s.state <> 'unseen' THEN s.seconds ELSE 0 END) AS DECIMAL(20, 3)) AS wanted_seconds,
       CAST(SUM(CASE WHEN s.state = 'online' THEN s.seconds ELSE 0 END) AS DECIMAL(20, 3)) AS online_seconds,
       CAST(SUM(CASE WHEN s.state = 'unseen' THEN s.seconds ELSE 0 END) AS DECIMAL(20, 3)) AS unseen_seconds,
       CAST(SUM(CASE WHEN s.state = 'online' THEN s.seconds ELSE 0 END)
         / NULLIF(SUM(CASE WHEN s.state <> 'unseen' THEN s.seconds ELSE 0 END), 0) AS DECIMAL(7, 6)) AS availability, p.namespace
FROM (
  SELECT w.process_key, w.state, d.x AS number, LEAST(w.ended, (d.x + 1) * 86400) - GREATEST(w.began, d.x * 86400) AS seconds
  FROM (SELECT process_key, state, EXTRACT(EPOCH FROM began_at) AS began,
               EXTRACT(EPOCH FROM COALESCE(ended_at, CURRENT_TIMESTAMP(3))) AS ended
        FROM tsm.wanted_span) w
  JOIN SYSTEM_RANGE(
    (SELECT CAST(FLOOR(MIN(EXTRACT(EPOCH FROM began_at)) / 86400) AS BIGINT) FROM tsm.wanted_span),
    CAST(FLOOR(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) / 86400) AS BIGINT)) d
    ON d.x >= FLOOR(w.began / 86400) AND d.x * 86400 < w.ended) s
JOIN tsm.process p ON p.pk = s.process_key
GROUP BY s.number, s.process_key, p.name, p.namespace;

CREATE OR REPLACE VIEW public.instances AS
SELECT i.group_name, i.number, i.process_key, p.tsm_id AS id, p.name, p.status, i.listen, p.deleted_at, p.namespace
FROM tsm.process_instance i JOIN tsm.process p ON p.pk = i.process_key;

CREATE OR REPLACE VIEW public.samples AS
SELECT s.process_key, p.tsm_id AS id, p.name, s.run_key, s.at, s.cpu_percent, s.memory_bytes, s.processes, s.restarts, p.namespace
FROM tsm.sample s JOIN tsm.process p ON p.pk = s.process_key
WHERE p.deleted_at IS NULL AND s.at > CURRENT_TIMESTAMP - INTERVAL '1' HOUR;

CREATE OR REPLACE VIEW public.dependencies AS
SELECT d.process_key, p.name, d.name AS needs, d.condition, p.deleted_at, p.namespace
FROM tsm.dependency d JOIN tsm.process p ON p.pk = d.process_key;

CREATE OR REPLACE VIEW public.probes AS
SELECT b.process_key, p.tsm_id AS id, p.name, b.purpose, b.kind, b.target_shown AS target, b.interval_ms, b.timeout_ms,
       b.success, b.failure, b.delay_ms, h.start_timeout_ms, b.holds, b.changed_at, b.result, p.deleted_at, p.namespace
FROM tsm.probe b
JOIN tsm.health_policy h ON h.process_key = b.process_key
JOIN tsm.process p ON p.pk = b.process_key;

CREATE OR REPLACE VIEW public.schedules AS
SELECT p.pk AS process_key, p.tsm_id AS id, p.name, t.job, t.cron, t.timezone, t.overlap, t.catch_up, p.status,
       p.due_at AS next_run_at, r.started_at AS last_run_at, r.ended_at AS last_ended_at, r.exit_code AS last_exit_code,
       r.exit_signal_name AS last_exit_signal, p.namespace
FROM tsm.trigger_policy t
JOIN tsm.process p ON p.pk = t.process_key
LEFT JOIN tsm.run r ON r.pk = p.run_key
WHERE p.deleted_at IS NULL AND (t.job OR t.cron IS NOT NULL);

CREATE OR REPLACE VIEW public.watches AS
SELECT p.pk AS process_key, p.tsm_id AS id, p.name, t.watch AS paths, t.ignored, p.unwatched, p.namespace
FROM tsm.trigger_policy t JOIN tsm.process p ON p.pk = t.process_key
WHERE p.deleted_at IS NULL AND CARDINALITY(t.watch) > 0;

CREATE OR REPLACE VIEW public.bounds AS
SELECT p.pk AS process_key, p.tsm_id AS id, p.name, NULLIF(t.max_memory, 0) AS max_memory_bytes,
       NULLIF(t.max_runtime_ms, 0) AS max_runtime_ms, p.namespace
FROM tsm.trigger_policy t JOIN tsm.process p ON p.pk = t.process_key
WHERE p.deleted_at IS NULL AND (t.max_memory > 0 OR t.max_runtime_ms > 0);

CREATE OR REPLACE VIEW public.limits AS
SELECT l.process_key, p.name, l.nice, l.umask, l.milli_cpus / 1000.0 AS cpu, l.memory_bytes, l.user_name, l.group_name,
       l.success_codes, l.pre_start_shown AS pre_start, l.stop_command_shown AS stop_command,
       l.post_stop_shown AS post_stop, l.command_timeout_ms / 1000.0 AS command_timeout_seconds, p.deleted_at, p.namespace
FROM tsm.process_limit l JOIN tsm.process p ON p.pk = l.process_key;

CREATE OR REPLACE VIEW public.ulimits AS
SELECT u.process_key, p.name, u.resource, u.soft, u.hard, p.deleted_at, p.namespace
FROM tsm.process_ulimit u JOIN tsm.process p ON p.pk = u.process_key;

CREATE OR REPLACE VIEW public.events AS
SELECT pk AS event_key, at, kind, process_key, process_name, run_key, origin, message, namespace
FROM tsm.event;

COMMENT ON VIEW public.processes IS 'The processes, also deleted ones as long as their history is kept';
COMMENT ON VIEW public.runs IS 'The executions of processes, from spawn to end';
COMMENT ON VIEW public.ports IS 'Which port was reserved for which process from when to when';
COMMENT ON VIEW public.channels IS 'The control sockets of processes';
COMMENT ON VIEW public.environments IS 'The variables of processes as their last start made them, with secrets masked';
COMMENT ON VIEW public.restarts_by_day IS 'How often each process was run again on each day of UTC, and why';
COMMENT ON VIEW public.wanted_times IS 'How each process fared while it was wanted to run, as stretches of time';
COMMENT ON VIEW public.availability IS
  'The share of the time it was wanted that each process was online, for each day of UTC';
COMMENT ON VIEW public.instances IS 'Processes that are instances of one name, and those for which tsm listens';
COMMENT ON VIEW public.samples IS
  'What processes used in the last hour: a row for each minute in which one was running. Those of deleted ones are gone.';
COMMENT ON VIEW public.dependencies IS 'What processes need before they are run';
COMMENT ON VIEW public.probes IS 'How it is found out whether processes are well, and what was found last';
COMMENT ON VIEW public.schedules IS
  'Jobs and times: when each process that is a job, or has times, runs next and ran last';
COMMENT ON VIEW public.watches IS 'The processes that are restarted when files change';
COMMENT ON VIEW public.bounds IS 'How much memory processes may use and how long a run may last before tsm ends it';
COMMENT ON VIEW public.limits IS
  'What processes may use, as whom they run, and the commands around their runs: a row for each for which something of it was said';
COMMENT ON VIEW public.ulimits IS 'The limits of single resources that processes were given (setrlimit)';
COMMENT ON VIEW public.events IS 'What happened, in order of event_key';

INSERT INTO tsm.view_comment (view_name, position, column_name, text) VALUES
('runs', 14, 'namespace', 'The namespace of the process'),
('ports', 7, 'namespace', 'The namespace of the process'),
('channels', 6, 'namespace', 'The namespace of the process'),
('environments', 8, 'namespace', 'The namespace of the process'),
('restarts_by_day', 9, 'namespace', 'The namespace of the process'),
('wanted_times', 7, 'namespace', 'The namespace of the process'),
('availability', 8, 'namespace', 'The namespace of the process'),
('instances', 9, 'namespace', 'The namespace of the process'),
('samples', 10, 'namespace', 'The namespace of the process'),
('dependencies', 6, 'namespace', 'The namespace of the process'),
('probes', 17, 'namespace', 'The namespace of the process'),
('schedules', 15, 'namespace', 'The namespace of the process'),
('watches', 7, 'namespace', 'The namespace of the process'),
('bounds', 6, 'namespace', 'The namespace of the process'),
('limits', 15, 'namespace', 'The namespace of the process'),
('ulimits', 7, 'namespace', 'The namespace of the process'),
('events', 9, 'namespace', 'The namespace that the process had then; null if it is about none');
