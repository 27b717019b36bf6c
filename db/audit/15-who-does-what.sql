-- Who uses which commands, how often, and how often in vain?
SELECT user_name, REGEXP_SUBSTR(words, '^[^ ]+') AS command, COUNT(*) AS times,
       COUNT(CASE WHEN exit_code <> 0 THEN 1 END) AS failed, MAX(at) AS last_time
FROM commands
GROUP BY user_name, command
ORDER BY times DESC, user_name, command;
