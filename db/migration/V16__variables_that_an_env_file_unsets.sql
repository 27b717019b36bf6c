-- Of the caller's variables those that the env file takes away: the process does not have them, but the file, when it is
-- sourced again, reads them.
ALTER TABLE tsm.process_env ADD COLUMN removed BOOLEAN DEFAULT FALSE NOT NULL;

CREATE OR REPLACE VIEW public.environments AS
SELECT e.process_key, p.name, e.name AS variable, e.source, COALESCE(e.shown, '********') AS shown, e.fingerprint,
       p.deleted_at, p.namespace
FROM tsm.process_env e
JOIN tsm.process p ON p.pk = e.process_key
WHERE NOT e.removed AND NOT EXISTS (
  SELECT 1 FROM tsm.process_env later
  WHERE later.process_key = e.process_key AND later.name = e.name
    AND LOCATE(later.source, 'caller file option tsm') > LOCATE(e.source, 'caller file option tsm'));

COMMENT ON VIEW public.environments IS 'The variables of processes as their last start made them, with secrets masked';
