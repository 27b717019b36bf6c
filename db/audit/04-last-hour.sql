-- What changed in the last hour?
-- The hour before @now, which is now unless set.
WITH asked AS (
  SELECT CAST(COALESCE(@now, CURRENT_TIMESTAMP) AS TIMESTAMP WITH TIME ZONE) AS now
)
SELECT e.at, COALESCE(e.process_name, '') AS name, e.kind, e.origin, e.message
FROM events e, asked
WHERE e.at > asked.now - INTERVAL '1' HOUR AND e.at <= asked.now
ORDER BY e.event_key;
