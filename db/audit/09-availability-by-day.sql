-- On which days was a process not available all the time?
-- Of the thirty days of UTC before the day of @now, which is now unless set.
WITH asked AS (
  SELECT CAST(COALESCE(@now, CURRENT_TIMESTAMP) AS TIMESTAMP WITH TIME ZONE) AS now
)
SELECT a.day_utc, a.name, a.wanted_seconds, a.online_seconds, a.availability
FROM availability a, asked
WHERE a.availability < 1 AND a.day_utc < CAST(asked.now AS DATE) AND a.day_utc >= CAST(asked.now AS DATE) - 30
ORDER BY a.day_utc DESC, a.name;
