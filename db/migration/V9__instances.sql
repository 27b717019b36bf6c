-- Processes that share a name, and processes for which tsm listens. Others have no row here.
CREATE TABLE tsm.process_instance (
  process_key BIGINT PRIMARY KEY REFERENCES tsm.process (pk) ON DELETE CASCADE,
  group_name VARCHAR(200),
  number INT CHECK (number >= 0),
  listen VARCHAR(200),
  CONSTRAINT instance_has_a_group CHECK ((group_name IS NULL) = (number IS NULL)),
  CONSTRAINT instance_row_says_something CHECK (group_name IS NOT NULL OR listen IS NOT NULL)
);
CREATE INDEX tsm.process_instance_group ON tsm.process_instance (group_name);

-- The run that goes on until the present one is ready to take its place.
ALTER TABLE tsm.process ADD COLUMN standby_run BIGINT;

-- Instances for which tsm listens share one port: the row of the first holds it, the others say that they share it.
ALTER TABLE tsm.port_allocation ADD COLUMN shares BOOLEAN DEFAULT FALSE NOT NULL;
ALTER TABLE tsm.port_allocation DROP CONSTRAINT port_is_held_once;
ALTER TABLE tsm.port_allocation DROP COLUMN live_port;
ALTER TABLE tsm.port_allocation ADD COLUMN live_port INT
  GENERATED ALWAYS AS (CASE WHEN released_at IS NULL AND NOT shares THEN port END);
ALTER TABLE tsm.port_allocation ADD CONSTRAINT port_is_held_once UNIQUE (live_port);

CREATE VIEW public.instances AS
SELECT i.group_name, i.number, i.process_key, p.tsm_id AS id, p.name, p.status, i.listen, p.deleted_at
FROM tsm.process_instance i JOIN tsm.process p ON p.pk = i.process_key;

COMMENT ON VIEW public.instances IS
  'Processes that are instances of one name, and those for which tsm listens';

INSERT INTO tsm.view_comment (view_name, position, column_name, text) VALUES
('instances', 1, 'group_name', 'The name that the instances share; null for a process that is none'),
('instances', 2, 'number', 'Which instance it is, from 0'),
('instances', 3, 'process_key', 'The process, as in processes'),
('instances', 4, 'id', 'Its TSM ID'),
('instances', 5, 'name', 'Its name'),
('instances', 6, 'status', 'As in processes'),
('instances', 7, 'listen', 'The address on which tsm listens for it, * for all; null when it does that itself'),
('instances', 8, 'deleted_at', 'When it was deleted; null while it is tracked');
