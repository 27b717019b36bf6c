-- What is told of events: by tsm hook add, or, with a process, by its --on. target may have secrets; shown has none.
CREATE TABLE tsm.hook (
  pk BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  process_key BIGINT REFERENCES tsm.process (pk) ON DELETE CASCADE,
  events VARCHAR(200) NOT NULL,
  target VARCHAR NOT NULL,
  shown VARCHAR NOT NULL,
  names VARCHAR ARRAY NOT NULL,
  namespace VARCHAR(100),
  cwd VARCHAR NOT NULL,
  path VARCHAR NOT NULL,
  created_at TIMESTAMP(3) WITH TIME ZONE NOT NULL,
  removed_at TIMESTAMP(3) WITH TIME ZONE,
  delivered BIGINT NOT NULL CHECK (delivered >= 0),
  failed BIGINT NOT NULL CHECK (failed >= 0),
  last_at TIMESTAMP(3) WITH TIME ZONE,
  last_result VARCHAR,
  CONSTRAINT hook_result_is_whole CHECK ((last_at IS NULL) = (last_result IS NULL))
);

CREATE VIEW public.hooks AS
SELECT h.pk AS hook_key, h.process_key, p.name, h.events, h.shown AS target, h.namespace, h.created_at, h.removed_at,
       h.delivered, h.failed, h.last_at, h.last_result
FROM tsm.hook h LEFT JOIN tsm.process p ON p.pk = h.process_key;

COMMENT ON VIEW public.hooks IS 'What is told of events, and what came of that';

INSERT INTO tsm.view_comment (view_name, position, column_name, text) VALUES
('hooks', 1, 'hook_key', 'Its number'),
('hooks', 2, 'process_key', 'The process whose --on it is; null for one of tsm hook add'),
('hooks', 3, 'name', 'The name of that process'),
('hooks', 4, 'events', 'The kinds of events it is told of; see events.kind'),
('hooks', 5, 'target', 'The command or the URL, with what looks secret masked'),
('hooks', 6, 'namespace', 'Only of processes of this namespace; null for all'),
('hooks', 7, 'created_at', 'When it was made'),
('hooks', 8, 'removed_at', 'When it was removed; null while it is there'),
('hooks', 9, 'delivered', 'How often it was told with success'),
('hooks', 10, 'failed', 'How often that was given up'),
('hooks', 11, 'last_at', 'When it was last tried; null if never'),
('hooks', 12, 'last_result', 'What came of that');
