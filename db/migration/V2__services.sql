-- Services: named definitions from which processes are started. A name has one row for all time, so that processes and
-- their history, which name their service, find it again; a service that was removed has removed_at.
CREATE TABLE tsm.service (
  pk BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name VARCHAR(200) NOT NULL,
  origin VARCHAR(10) NOT NULL CHECK (origin IN ('file', 'command')),
  file_hash VARCHAR(64),
  enabled BOOLEAN NOT NULL,
  created_at TIMESTAMP(3) WITH TIME ZONE NOT NULL,
  changed_at TIMESTAMP(3) WITH TIME ZONE NOT NULL,
  removed_at TIMESTAMP(3) WITH TIME ZONE,
  CONSTRAINT service_name_is_unique UNIQUE (name),
  CONSTRAINT service_file_has_a_hash CHECK ((origin = 'file') = (file_hash IS NOT NULL))
);

-- text is what counts and may be secret; shown is what may be shown of it.
CREATE TABLE tsm.service_field (
  service_key BIGINT NOT NULL REFERENCES tsm.service (pk) ON DELETE CASCADE,
  name VARCHAR(100) NOT NULL,
  text VARCHAR NOT NULL,
  shown VARCHAR NOT NULL,
  PRIMARY KEY (service_key, name)
);

-- The options a process was started with, as fields of a definition: what is said besides its service, or to save it as
-- one.
CREATE TABLE tsm.process_field (
  process_key BIGINT NOT NULL REFERENCES tsm.process (pk) ON DELETE CASCADE,
  name VARCHAR(100) NOT NULL,
  text VARCHAR NOT NULL,
  PRIMARY KEY (process_key, name)
);

CREATE VIEW public.services AS
SELECT s.pk AS service_key, s.name, s.enabled, s.origin,
       MAX(CASE WHEN f.name = 'SERVICE_COMMAND' THEN f.shown END) AS command,
       MAX(CASE WHEN f.name = 'SERVICE_DIR' THEN f.shown END) AS cwd,
       MAX(CASE WHEN f.name = 'SERVICE_PORT' THEN f.shown END) AS port,
       MAX(CASE WHEN f.name = 'SERVICE_TYPE' THEN f.shown END) AS type,
       MAX(CASE WHEN f.name = 'SERVICE_ENV' THEN f.shown END) AS env_name,
       MAX(CASE WHEN f.name = 'SERVICE_DESCRIPTION' THEN f.shown END) AS description,
       s.created_at, s.changed_at, s.removed_at
FROM tsm.service s
LEFT JOIN tsm.service_field f ON f.service_key = s.pk
GROUP BY s.pk, s.name, s.enabled, s.origin, s.created_at, s.changed_at, s.removed_at;

CREATE VIEW public.service_fields AS
SELECT s.pk AS service_key, s.name AS service, f.name AS field, f.shown AS text
FROM tsm.service s JOIN tsm.service_field f ON f.service_key = s.pk;
