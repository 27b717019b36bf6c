-- What processes used in the last hour, a row a minute: a ring of 60 places, so that the table never grows beyond 60
-- rows a process. The place comes first in the key, as all processes are written at once: one minute is one stretch of
-- the index.
CREATE TABLE tsm.sample (
  place INT NOT NULL CHECK (place BETWEEN 0 AND 59),
  process_key BIGINT NOT NULL REFERENCES tsm.process (pk) ON DELETE CASCADE,
  run_key BIGINT NOT NULL,
  at TIMESTAMP(3) WITH TIME ZONE NOT NULL,
  cpu_percent REAL NOT NULL CHECK (cpu_percent >= 0),
  memory_bytes BIGINT NOT NULL CHECK (memory_bytes >= 0),
  processes INT NOT NULL CHECK (processes >= 0),
  restarts INT NOT NULL CHECK (restarts >= 0),
  PRIMARY KEY (place, process_key)
);

CREATE VIEW public.samples AS
SELECT s.process_key, p.tsm_id AS id, p.name, s.run_key, s.at, s.cpu_percent, s.memory_bytes, s.processes, s.restarts
FROM tsm.sample s JOIN tsm.process p ON p.pk = s.process_key
WHERE p.deleted_at IS NULL AND s.at > CURRENT_TIMESTAMP - INTERVAL '1' HOUR;

COMMENT ON VIEW public.samples IS
  'What processes used in the last hour: a row for each minute in which one was running. Those of deleted ones are gone.';

INSERT INTO tsm.view_comment (view_name, position, column_name, text) VALUES
('samples', 1, 'process_key', 'As in processes'),
('samples', 2, 'id', 'The TSM ID'),
('samples', 3, 'name', 'Its name'),
('samples', 4, 'run_key', 'The run that was going on, as in runs'),
('samples', 5, 'at', 'When it was looked'),
('samples', 6, 'cpu_percent', 'CPU time of the whole tree since the row before, or since the start of the run, in percent of one core'),
('samples', 7, 'memory_bytes', 'Resident memory of the whole tree at that time; pages that processes share count in each'),
('samples', 8, 'processes', 'How many processes the tree had'),
('samples', 9, 'restarts', 'How often the process had been restarted');
