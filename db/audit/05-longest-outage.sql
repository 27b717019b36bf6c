-- What were the longest times that a process was wanted and not online?
SELECT name, began_at, ended_at, seconds
FROM wanted_times
WHERE state = 'down' AND ended_at IS NOT NULL
ORDER BY seconds DESC, began_at
LIMIT 10;
