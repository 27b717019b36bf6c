-- What may be shown of a command and of a variable is decided when it is written, by the same rules as everywhere else.
-- Null is what was written by an older tsm and has not been looked at since: nothing of it is shown.
ALTER TABLE tsm.process ADD COLUMN command_shown VARCHAR;
ALTER TABLE tsm.process_env ADD COLUMN shown VARCHAR;
-- A keyed hash of the value: alike means equal. Its key is a setting, which the auditor cannot read.
ALTER TABLE tsm.process_env ADD COLUMN fingerprint VARCHAR(32);

-- How each process fared while it was wanted to run: one row for each stretch of time in which that did not change.
-- unseen: no daemon looked, and what ran before that was gone when one looked again.
CREATE TABLE tsm.wanted_span (
  pk BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  process_key BIGINT NOT NULL REFERENCES tsm.process (pk) ON DELETE CASCADE,
  state VARCHAR(10) NOT NULL CHECK (state IN ('online', 'down', 'unseen')),
  began_at TIMESTAMP(3) WITH TIME ZONE NOT NULL,
  ended_at TIMESTAMP(3) WITH TIME ZONE,
  open_process BIGINT GENERATED ALWAYS AS (CASE WHEN ended_at IS NULL THEN process_key END),
  CONSTRAINT wanted_span_is_open_once UNIQUE (open_process),
  CONSTRAINT wanted_span_is_a_stretch CHECK (ended_at IS NULL OR ended_at >= began_at)
);
INSERT INTO tsm.wanted_span (process_key, state, began_at)
SELECT pk, CASE status WHEN 'online' THEN 'online' ELSE 'down' END, CURRENT_TIMESTAMP(3)
FROM tsm.process WHERE deleted_at IS NULL AND wanted = 'run' AND status <> 'exited';

CREATE OR REPLACE VIEW public.processes AS
SELECT p.pk AS process_key, p.tsm_id AS id, p.name, p.namespace, p.kind, p.type,
       COALESCE(p.command_shown, '********') AS command, p.cwd, p.service,
       p.env_name, p.env_file, p.status, p.wanted, r.pid, a.port, a.source AS port_source, c.path AS socket,
       p.restarts, p.unstable AS unstable_restarts, p.restart_policy, r.cause AS run_cause, r.exit_code,
       r.exit_signal_name AS exit_signal, r.started_at, r.ended_at, p.created_at, p.stopped_at, p.deleted_at
FROM tsm.process p
LEFT JOIN tsm.run r ON r.pk = p.run_key
LEFT JOIN tsm.port_allocation a ON a.live_process = p.pk
LEFT JOIN tsm.ipc_channel c ON c.process_key = p.pk;

CREATE VIEW public.channels AS
SELECT c.process_key, p.name, c.path, p.status, c.created_at
FROM tsm.ipc_channel c JOIN tsm.process p ON p.pk = c.process_key;

CREATE VIEW public.environments AS
SELECT e.process_key, p.name, e.name AS variable, e.source, COALESCE(e.shown, '********') AS shown, e.fingerprint,
       p.deleted_at
FROM tsm.process_env e
JOIN tsm.process p ON p.pk = e.process_key
WHERE NOT EXISTS (
  SELECT 1 FROM tsm.process_env later
  WHERE later.process_key = e.process_key AND later.name = e.name
    AND LOCATE(later.source, 'caller file option tsm') > LOCATE(e.source, 'caller file option tsm'));

-- Days are of UTC whatever zone a reader is in: seconds since 1970 have none.
CREATE VIEW public.restarts_by_day AS
SELECT DATEADD(DAY, r.number, DATE '1970-01-01') AS day_utc, r.process_key, p.name,
       COUNT(*) AS restarts,
       COUNT(CASE WHEN r.cause = 'restart' THEN 1 END) AS by_user,
       COUNT(CASE WHEN r.cause = 'exit' THEN 1 END) AS after_exit,
       COUNT(CASE WHEN r.cause = 'signal' THEN 1 END) AS after_signal,
       COUNT(CASE WHEN r.cause NOT IN ('restart', 'exit', 'signal') THEN 1 END) AS after_other
FROM (SELECT process_key, cause, CAST(FLOOR(EXTRACT(EPOCH FROM decided_at) / 86400) AS INT) AS number
      FROM tsm.run WHERE cause NOT IN ('start', 'adopted')) r
JOIN tsm.process p ON p.pk = r.process_key
GROUP BY r.number, r.process_key, p.name;

CREATE VIEW public.wanted_times AS
SELECT w.process_key, p.name, w.state, w.began_at, w.ended_at,
       CAST(EXTRACT(EPOCH FROM COALESCE(w.ended_at, CURRENT_TIMESTAMP(3))) - EXTRACT(EPOCH FROM w.began_at)
         AS DECIMAL(20, 3)) AS seconds
FROM tsm.wanted_span w JOIN tsm.process p ON p.pk = w.process_key;

CREATE VIEW public.availability AS
SELECT DATEADD(DAY, s.number, DATE '1970-01-01') AS day_utc, s.process_key, p.name,
       CAST(SUM(CASE WHEN s.state <> 'unseen' THEN s.seconds ELSE 0 END) AS DECIMAL(20, 3)) AS wanted_seconds,
       CAST(SUM(CASE WHEN s.state = 'online' THEN s.seconds ELSE 0 END) AS DECIMAL(20, 3)) AS online_seconds,
       CAST(SUM(CASE WHEN s.state = 'unseen' THEN s.seconds ELSE 0 END) AS DECIMAL(20, 3)) AS unseen_seconds,
       CAST(SUM(CASE WHEN s.state = 'online' THEN s.seconds ELSE 0 END)
         / NULLIF(SUM(CASE WHEN s.state <> 'unseen' THEN s.seconds ELSE 0 END), 0) AS DECIMAL(7, 6)) AS availability
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
GROUP BY s.number, s.process_key, p.name;

-- H2 keeps comments on views in its file, but not those on the columns of a view: they are kept here, and given to the
-- views when somebody first looks.
CREATE TABLE tsm.view_comment (
  view_name VARCHAR(100) NOT NULL,
  position INT NOT NULL,
  column_name VARCHAR(100) NOT NULL,
  text VARCHAR NOT NULL,
  PRIMARY KEY (view_name, column_name)
);

CREATE VIEW public.documentation AS
SELECT view_name, position, column_name, text FROM tsm.view_comment;

COMMENT ON VIEW public.processes IS 'The processes, also deleted ones as long as their history is kept';
COMMENT ON VIEW public.runs IS 'The executions of processes, from spawn to end';
COMMENT ON VIEW public.ports IS 'Which port was reserved for which process from when to when';
COMMENT ON VIEW public.channels IS 'The control sockets of processes';
COMMENT ON VIEW public.services IS 'The definitions from which processes are started';
COMMENT ON VIEW public.service_fields IS 'Every field of every service';
COMMENT ON VIEW public.environments IS 'The variables of processes as their last start made them, with secrets masked';
COMMENT ON VIEW public.events IS 'What happened, in order of event_key';
COMMENT ON VIEW public.commands IS 'Who ran which changing command when, from where, and what came of it';
COMMENT ON VIEW public.restarts_by_day IS 'How often each process was run again on each day of UTC, and why';
COMMENT ON VIEW public.wanted_times IS 'How each process fared while it was wanted to run, as stretches of time';
COMMENT ON VIEW public.availability IS 'The share of the time it was wanted that each process was online, for each day of UTC';
COMMENT ON VIEW public.documentation IS 'What the columns of these views mean';

INSERT INTO tsm.view_comment (view_name, position, column_name, text) VALUES
('processes', 1, 'process_key', 'Its key for all time; never used again'),
('processes', 2, 'id', 'Its TSM ID, used again after it was deleted'),
('processes', 3, 'name', 'Its name, unique among those that are not deleted'),
('processes', 4, 'namespace', 'The group it belongs to'),
('processes', 5, 'kind', 'What runs: python, node, bash, java, go, ruby, php, binary'),
('processes', 6, 'type', 'port (has a TCP port), socket (has a control socket) or pid (neither)'),
('processes', 7, 'command', 'The command as it was typed, with what looks secret masked'),
('processes', 8, 'cwd', 'Its working directory'),
('processes', 9, 'service', 'The service it was started from'),
('processes', 10, 'env_name', 'What --env was'),
('processes', 11, 'env_file', 'The env file that was used'),
('processes', 12, 'status', 'starting, online, stopping, stopped, exited, waiting, errored or lost'),
('processes', 13, 'wanted', 'run or stop: what the user wants'),
('processes', 14, 'pid', 'The process number of its present or last run'),
('processes', 15, 'port', 'The port that is reserved for it'),
('processes', 16, 'port_source', 'Who said that port: option, env, command, pattern or range'),
('processes', 17, 'socket', 'The path of its control socket'),
('processes', 18, 'restarts', 'How often it was run again, by tsm or by a user'),
('processes', 19, 'unstable_restarts', 'Failed runs in a row that each ended too soon'),
('processes', 20, 'restart_policy', 'on-failure, always or no'),
('processes', 21, 'run_cause', 'Why its present or last run was started; see runs.cause'),
('processes', 22, 'exit_code', 'The exit code of its last run, when it ended by itself'),
('processes', 23, 'exit_signal', 'The signal that ended its last run, such as KILL'),
('processes', 24, 'started_at', 'When its present or last run was executed'),
('processes', 25, 'ended_at', 'When its last run ended; null while it runs'),
('processes', 26, 'created_at', 'When it was first started'),
('processes', 27, 'stopped_at', 'When it came to rest; null while it does not'),
('processes', 28, 'deleted_at', 'When it was deleted; null while it is tracked'),
('runs', 1, 'run_key', 'The key of the run'),
('runs', 2, 'process_key', 'The process that ran'),
('runs', 3, 'name', 'Its name'),
('runs', 4, 'cause', 'Why: start and restart by a user; exit, signal or unseen, how the run before ended; boot; recovery; adopted'),
('runs', 5, 'pid', 'The process number; null if it was never executed'),
('runs', 6, 'decided_at', 'When tsm decided to run it'),
('runs', 7, 'started_at', 'When it was executed; null if it never was'),
('runs', 8, 'ended_at', 'When it ended; null while it runs. If exit_unknown, when that was found'),
('runs', 9, 'exit_code', 'Its exit code, when it ended by itself'),
('runs', 10, 'exit_signal', 'The number of the signal that ended it'),
('runs', 11, 'exit_signal_name', 'The name of that signal, such as KILL'),
('runs', 12, 'exit_unknown', 'Why nobody knows how it ended'),
('ports', 1, 'port', 'The port'),
('ports', 2, 'process_key', 'The process it was reserved for'),
('ports', 3, 'name', 'The name of that process'),
('ports', 4, 'source', 'Who said the port: option, env, command, pattern or range'),
('ports', 5, 'allocated_at', 'From when'),
('ports', 6, 'released_at', 'Until when; null while it is reserved'),
('channels', 1, 'process_key', 'The process it belongs to'),
('channels', 2, 'name', 'The name of that process'),
('channels', 3, 'path', 'The path of the Unix socket'),
('channels', 4, 'status', 'The status of that process'),
('channels', 5, 'created_at', 'When it was made'),
('services', 1, 'service_key', 'Its key for all time'),
('services', 2, 'name', 'Its name'),
('services', 3, 'enabled', 'Whether it starts with the daemon'),
('services', 4, 'origin', 'file (follows a file of definitions) or command'),
('services', 5, 'command', 'The command, with what looks secret masked'),
('services', 6, 'cwd', 'The working directory'),
('services', 7, 'port', 'The port, or auto'),
('services', 8, 'type', 'port, socket or pid, if it says so'),
('services', 9, 'env_name', 'The env file'),
('services', 10, 'description', 'What it is'),
('services', 11, 'created_at', 'When it was first defined'),
('services', 12, 'changed_at', 'When its definition last changed'),
('services', 13, 'removed_at', 'When it was removed; null while it is there'),
('service_fields', 1, 'service_key', 'The service'),
('service_fields', 2, 'service', 'Its name'),
('service_fields', 3, 'field', 'The name of the field, SERVICE_…'),
('service_fields', 4, 'text', 'Its value, with what looks secret masked'),
('environments', 1, 'process_key', 'The process'),
('environments', 2, 'name', 'The name of the process'),
('environments', 3, 'variable', 'The name of the variable'),
('environments', 4, 'source', 'Who set it: caller, file, option or tsm; of several the last of these, which wins'),
('environments', 5, 'shown', 'Its value, or ******** for what looks secret'),
('environments', 6, 'fingerprint', 'Equal for equal values in this database, and says nothing else; null until it was made'),
('environments', 7, 'deleted_at', 'When the process was deleted; null while it is tracked'),
('events', 1, 'event_key', 'The key of the event; later ones are greater'),
('events', 2, 'at', 'When'),
('events', 3, 'kind', 'start, online, exit, restart, stop, adopt, port, health, config, giveup or daemon'),
('events', 4, 'process_key', 'The process it is about; null if none'),
('events', 5, 'process_name', 'The name that process had then'),
('events', 6, 'run_key', 'The run it is about; null if none'),
('events', 7, 'origin', 'Who caused it: user, tsm or process'),
('events', 8, 'message', 'What happened, in words'),
('commands', 1, 'command_key', 'The key of the command; later ones are greater'),
('commands', 2, 'at', 'When it began'),
('commands', 3, 'user_name', 'Who ran it'),
('commands', 4, 'client_pid', 'The process number of the tsm that was called'),
('commands', 5, 'cwd', 'The folder it was run in'),
('commands', 6, 'words', 'What was typed after tsm, with what looks secret masked'),
('commands', 7, 'exit_code', 'Its exit code: 0 is success'),
('commands', 8, 'error', 'What went wrong; null if nothing did'),
('commands', 9, 'duration_ms', 'How long it took, in milliseconds'),
('restarts_by_day', 1, 'day_utc', 'The day, of UTC'),
('restarts_by_day', 2, 'process_key', 'The process'),
('restarts_by_day', 3, 'name', 'Its name'),
('restarts_by_day', 4, 'restarts', 'How often it was run again; the sum of the following'),
('restarts_by_day', 5, 'by_user', 'By a user'),
('restarts_by_day', 6, 'after_exit', 'Because it had ended with an exit code'),
('restarts_by_day', 7, 'after_signal', 'Because a signal had ended it'),
('restarts_by_day', 8, 'after_other', 'Because it was gone when a daemon looked again, or the machine was booted'),
('wanted_times', 1, 'process_key', 'The process'),
('wanted_times', 2, 'name', 'Its name'),
('wanted_times', 3, 'state', 'online, down, or unseen: no daemon looked, and it was gone when one looked again'),
('wanted_times', 4, 'began_at', 'From when'),
('wanted_times', 5, 'ended_at', 'Until when; null if that still goes on'),
('wanted_times', 6, 'seconds', 'How long'),
('availability', 1, 'day_utc', 'The day, of UTC'),
('availability', 2, 'process_key', 'The process'),
('availability', 3, 'name', 'Its name'),
('availability', 4, 'wanted_seconds', 'How long it was wanted to run on that day, without the time it had ended with success and the time unseen'),
('availability', 5, 'online_seconds', 'How much of that it was online'),
('availability', 6, 'unseen_seconds', 'Not counted: no daemon looked, and it was gone when one looked again'),
('availability', 7, 'availability', 'online_seconds by wanted_seconds, from 0 to 1; null if it was not wanted at all'),
('documentation', 1, 'view_name', 'The view'),
('documentation', 2, 'position', 'Which of its columns, from 1'),
('documentation', 3, 'column_name', 'The column'),
('documentation', 4, 'text', 'What it means');
