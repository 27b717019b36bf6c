-- How often was each process run again on each of the last seven days, and why?
-- Up to the day of @now, which is now unless set; days are of UTC.
WITH asked AS (
  SELECT CAST(COALESCE(@now, CURRENT_TIMESTAMP) AS TIMESTAMP WITH TIME ZONE) AS now
)
SELECT d.day_utc, d.name, d.restarts, d.by_user, d.after_exit, d.after_signal, d.after_other
FROM restarts_by_day d, asked
WHERE d.day_utc > CAST(asked.now AS DATE) - 7 AND d.day_utc <= CAST(asked.now AS DATE)
ORDER BY d.day_utc, d.name;
