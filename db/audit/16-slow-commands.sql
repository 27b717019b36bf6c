-- Which commands took longest?
SELECT at, user_name, words, duration_ms, exit_code
FROM commands
ORDER BY duration_ms DESC, command_key
LIMIT 10;
