-- How available was each process in the last seven days?
-- The seven days of UTC before the day of @now, which is now unless set.
WITH asked AS (
  SELECT CAST(COALESCE(@now, CURRENT_TIMESTAMP) AS TIMESTAMP WITH TIME ZONE) AS now
)
SELECT a.name, SUM(a.wanted_seconds) AS wanted_seconds, SUM(a.online_seconds) AS online_seconds,
       CAST(100 * SUM(a.online_seconds) / NULLIF(SUM(a.wanted_seconds), 0) AS DECIMAL(7, 4)) AS percent
FROM availability a, asked
WHERE a.day_utc < CAST(asked.now AS DATE) AND a.day_utc >= CAST(asked.now AS DATE) - 7
GROUP BY a.process_key, a.name
ORDER BY percent, a.name;
