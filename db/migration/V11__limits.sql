-- What processes may use, as whom they run, which ends are good, and the commands around their runs. Only processes for
-- which something of it was said have a row.
CREATE TABLE tsm.process_limit (
  process_key BIGINT PRIMARY KEY REFERENCES tsm.process (pk) ON DELETE CASCADE,
  nice INT CHECK (nice BETWEEN -20 AND 19),
  umask INT CHECK (umask BETWEEN 0 AND 511),
  milli_cpus INT CHECK (milli_cpus >= 10),
  memory_bytes BIGINT CHECK (memory_bytes >= 1048576),
  user_name VARCHAR(256),
  group_name VARCHAR(256),
  success_codes INT ARRAY NOT NULL CHECK (CARDINALITY(success_codes) > 0),
  pre_start VARCHAR,
  pre_start_shown VARCHAR,
  stop_command VARCHAR,
  stop_command_shown VARCHAR,
  post_stop VARCHAR,
  post_stop_shown VARCHAR,
  command_timeout_ms BIGINT NOT NULL CHECK (command_timeout_ms > 0)
);

-- Null is no limit.
CREATE TABLE tsm.process_ulimit (
  process_key BIGINT NOT NULL REFERENCES tsm.process_limit (process_key) ON DELETE CASCADE,
  resource VARCHAR(10) NOT NULL
    CHECK (resource IN ('nofile', 'nproc', 'core', 'as', 'cpu', 'fsize', 'memlock', 'stack', 'data')),
  soft BIGINT CHECK (soft >= 0),
  hard BIGINT CHECK (hard >= 0),
  PRIMARY KEY (process_key, resource),
  CONSTRAINT soft_is_within_hard CHECK (hard IS NULL OR (soft IS NOT NULL AND soft <= hard))
);

-- Where a process comes to rest when the command after its end is over; null when what is wanted says that.
ALTER TABLE tsm.process ADD COLUMN rest_status VARCHAR(10) CHECK (rest_status IN ('exited', 'errored'));

-- When the command after its end was executed, so that the next daemon does not run it again.
ALTER TABLE tsm.run ADD COLUMN post_stop_at TIMESTAMP(3) WITH TIME ZONE;

CREATE VIEW public.limits AS
SELECT l.process_key, p.name, l.nice, l.umask, l.milli_cpus / 1000.0 AS cpu, l.memory_bytes, l.user_name, l.group_name,
       l.success_codes, l.pre_start_shown AS pre_start, l.stop_command_shown AS stop_command,
       l.post_stop_shown AS post_stop, l.command_timeout_ms / 1000.0 AS command_timeout_seconds, p.deleted_at
FROM tsm.process_limit l JOIN tsm.process p ON p.pk = l.process_key;

CREATE VIEW public.ulimits AS
SELECT u.process_key, p.name, u.resource, u.soft, u.hard, p.deleted_at
FROM tsm.process_ulimit u JOIN tsm.process p ON p.pk = u.process_key;

COMMENT ON VIEW public.limits IS
  'What processes may use, as whom they run, and the commands around their runs: a row for each for which something of it was said';
COMMENT ON VIEW public.ulimits IS 'The limits of single resources that processes were given (setrlimit)';

INSERT INTO tsm.view_comment (view_name, position, column_name, text) VALUES
('limits', 1, 'process_key', 'As in processes'),
('limits', 2, 'name', 'Its name'),
('limits', 3, 'nice', 'Its priority, from -20 to 19; null for that of the daemon'),
('limits', 4, 'umask', 'Its file mode creation mask, as a decimal number; null for that of whoever started it'),
('limits', 5, 'cpu', 'How many processors all its processes may use together'),
('limits', 6, 'memory_bytes', 'How much memory all its processes may use together'),
('limits', 7, 'user_name', 'As whom it runs; null for the user of the daemon'),
('limits', 8, 'group_name', 'In which group it runs; null for the one of that user'),
('limits', 9, 'success_codes', 'The exit codes that count as success; 128 and more are ends by a signal'),
('limits', 10, 'pre_start', 'What is run before each run, with what looks secret masked'),
('limits', 11, 'stop_command', 'What is run in place of the stop signal, with what looks secret masked'),
('limits', 12, 'post_stop', 'What is run after each run, with what looks secret masked'),
('limits', 13, 'command_timeout_seconds', 'How long the commands before and after a run may take'),
('limits', 14, 'deleted_at', 'When the process was deleted; null while it is tracked'),
('ulimits', 1, 'process_key', 'As in processes'),
('ulimits', 2, 'name', 'The name of the process'),
('ulimits', 3, 'resource', 'What is limited: nofile, nproc, core, as, cpu, fsize, memlock, stack or data'),
('ulimits', 4, 'soft', 'What holds, in pieces, bytes or seconds; null for no limit'),
('ulimits', 5, 'hard', 'Up to what the program may raise it; null for no limit'),
('ulimits', 6, 'deleted_at', 'When the process was deleted; null while it is tracked');
