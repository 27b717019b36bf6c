-- What should run and does not, and since when?
SELECT p.name, p.status, w.began_at AS down_since, p.exit_code, p.exit_signal, p.unstable_restarts
FROM processes p JOIN wanted_times w ON w.process_key = p.process_key
WHERE w.state <> 'online' AND w.ended_at IS NULL
ORDER BY w.began_at;
