-- Which processes restart most, and with which exits?
SELECT r.name, COUNT(*) AS ends,
       COALESCE('exit ' || r.exit_code, 'signal ' || r.exit_signal_name, 'unknown') AS ended_by,
       MAX(r.ended_at) AS last_time
FROM runs r
WHERE r.ended_at IS NOT NULL
GROUP BY r.name, ended_by
ORDER BY SUM(COUNT(*)) OVER (PARTITION BY r.name) DESC, r.name, ends DESC, ended_by;
