-- Which runs ended within ten seconds?
SELECT name, started_at, CAST(EXTRACT(EPOCH FROM ended_at) - EXTRACT(EPOCH FROM started_at) AS DECIMAL(10, 3)) AS seconds,
       cause, exit_code, exit_signal_name
FROM runs
WHERE ended_at < started_at + INTERVAL '10' SECOND
ORDER BY started_at DESC
LIMIT 50;
