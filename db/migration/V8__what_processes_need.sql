-- What a process needs before it is run: names of processes or of services, which may be tracked or not.
CREATE TABLE tsm.dependency (
  process_key BIGINT NOT NULL REFERENCES tsm.process (pk) ON DELETE CASCADE,
  position INT NOT NULL CHECK (position >= 0),
  name VARCHAR(200) NOT NULL,
  condition VARCHAR(10) CHECK (condition IN ('ready', 'started', 'completed')),
  PRIMARY KEY (process_key, name)
);

CREATE VIEW public.dependencies AS
SELECT d.process_key, p.name, d.name AS needs, d.condition, p.deleted_at
FROM tsm.dependency d JOIN tsm.process p ON p.pk = d.process_key;

COMMENT ON VIEW public.dependencies IS 'What processes need before they are run';

INSERT INTO tsm.view_comment (view_name, position, column_name, text) VALUES
('dependencies', 1, 'process_key', 'The process that needs it'),
('dependencies', 2, 'name', 'The name of that process'),
('dependencies', 3, 'needs', 'The process or service that it needs, by name'),
('dependencies', 4, 'condition', 'ready, started or completed; null: ready where that has a readiness probe, else started'),
('dependencies', 5, 'deleted_at', 'When the process was deleted; null while it is tracked');
