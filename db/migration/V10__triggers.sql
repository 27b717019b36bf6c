-- What besides its end has a process run, run again, or end: a row only for those that have something of the kind.
CREATE TABLE tsm.trigger_policy (
  process_key BIGINT PRIMARY KEY REFERENCES tsm.process (pk) ON DELETE CASCADE,
  job BOOLEAN NOT NULL,
  cron VARCHAR(200),
  timezone VARCHAR(100),
  overlap VARCHAR(10) NOT NULL CHECK (overlap IN ('skip', 'kill')),
  catch_up BOOLEAN NOT NULL,
  watch VARCHAR ARRAY NOT NULL,
  ignored VARCHAR ARRAY NOT NULL,
  max_memory BIGINT NOT NULL CHECK (max_memory >= 0),
  max_runtime_ms BIGINT NOT NULL CHECK (max_runtime_ms >= 0),
  CONSTRAINT times_are_of_a_zone CHECK ((cron IS NULL) = (timezone IS NULL))
);

-- When its next time comes, and why its files are not watched any more: decided by its supervisor, so the next daemon
-- goes on from there.
ALTER TABLE tsm.process ADD COLUMN due_at TIMESTAMP(3) WITH TIME ZONE;
ALTER TABLE tsm.process ADD COLUMN unwatched VARCHAR;

CREATE VIEW public.schedules AS
SELECT p.pk AS process_key, p.tsm_id AS id, p.name, t.job, t.cron, t.timezone, t.overlap, t.catch_up, p.status,
       p.due_at AS next_run_at, r.started_at AS last_run_at, r.ended_at AS last_ended_at, r.exit_code AS last_exit_code,
       r.exit_signal_name AS last_exit_signal
FROM tsm.trigger_policy t
JOIN tsm.process p ON p.pk = t.process_key
LEFT JOIN tsm.run r ON r.pk = p.run_key
WHERE p.deleted_at IS NULL AND (t.job OR t.cron IS NOT NULL);

CREATE VIEW public.watches AS
SELECT p.pk AS process_key, p.tsm_id AS id, p.name, t.watch AS paths, t.ignored, p.unwatched
FROM tsm.trigger_policy t JOIN tsm.process p ON p.pk = t.process_key
WHERE p.deleted_at IS NULL AND CARDINALITY(t.watch) > 0;

CREATE VIEW public.bounds AS
SELECT p.pk AS process_key, p.tsm_id AS id, p.name, NULLIF(t.max_memory, 0) AS max_memory_bytes,
       NULLIF(t.max_runtime_ms, 0) AS max_runtime_ms
FROM tsm.trigger_policy t JOIN tsm.process p ON p.pk = t.process_key
WHERE p.deleted_at IS NULL AND (t.max_memory > 0 OR t.max_runtime_ms > 0);

COMMENT ON VIEW public.schedules IS 'Jobs and times: when each process that is a job, or has times, runs next and ran last';
COMMENT ON VIEW public.watches IS 'The processes that are restarted when files change';
COMMENT ON VIEW public.bounds IS 'How much memory processes may use and how long a run may last before tsm ends it';

INSERT INTO tsm.view_comment (view_name, position, column_name, text) VALUES
('schedules', 1, 'process_key', 'As in processes'),
('schedules', 2, 'id', 'The TSM ID'),
('schedules', 3, 'name', 'Its name'),
('schedules', 4, 'job', 'Whether it runs and ends; else it is a service that is restarted at its times'),
('schedules', 5, 'cron', 'Its times; null for a job that runs once'),
('schedules', 6, 'timezone', 'The zone its times are in'),
('schedules', 7, 'overlap', 'skip or kill: what is done when its time comes while it still runs'),
('schedules', 8, 'catch_up', 'Whether it runs once when times were missed'),
('schedules', 9, 'status', 'As in processes; waiting: until its time comes'),
('schedules', 10, 'next_run_at', 'When its next time comes'),
('schedules', 11, 'last_run_at', 'When its present or last run was executed'),
('schedules', 12, 'last_ended_at', 'When its last run ended; null while it runs'),
('schedules', 13, 'last_exit_code', 'The exit code of its last run, when it ended by itself'),
('schedules', 14, 'last_exit_signal', 'The signal that ended its last run, such as KILL'),
('watches', 1, 'process_key', 'As in processes'),
('watches', 2, 'id', 'The TSM ID'),
('watches', 3, 'name', 'Its name'),
('watches', 4, 'paths', 'Files and folders; a change in them restarts it'),
('watches', 5, 'ignored', 'Globs of what may change without a restart, besides what is ignored anyway'),
('watches', 6, 'unwatched', 'Why they are not watched any more; null while they are'),
('bounds', 1, 'process_key', 'As in processes'),
('bounds', 2, 'id', 'The TSM ID'),
('bounds', 3, 'name', 'Its name'),
('bounds', 4, 'max_memory_bytes', 'Resident memory of its whole tree from which it is ended; null: any amount'),
('bounds', 5, 'max_runtime_ms', 'How long a run may last, in milliseconds; null: as long as it likes');
