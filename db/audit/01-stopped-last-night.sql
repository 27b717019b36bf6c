-- Who stopped, killed or deleted what last night?
-- From six in the evening of the day before @now (which is now unless set) until eight in the morning, UTC.
WITH asked AS (
  SELECT CAST(COALESCE(@now, CURRENT_TIMESTAMP) AS TIMESTAMP WITH TIME ZONE) AS now
)
SELECT c.at, c.user_name, c.words, c.cwd, c.exit_code
FROM commands c, asked
WHERE REGEXP_LIKE(c.words, '^(stop|kill|delete|del|rm|restart|cleanup)( |$)')
  AND c.at >= DATE_TRUNC(DAY, asked.now) - INTERVAL '6' HOUR
  AND c.at < DATE_TRUNC(DAY, asked.now) + INTERVAL '8' HOUR
ORDER BY c.command_key;
