-- Which runs were ended by a signal, and did a user ask for it?
SELECT r.name, r.ended_at, r.exit_signal_name AS by_signal,
       COALESCE((SELECT MAX(e.message) FROM events e
         WHERE e.process_key = r.process_key AND e.origin = 'user' AND e.kind IN ('stop', 'restart')
           AND e.at BETWEEN r.ended_at - INTERVAL '1' MINUTE AND r.ended_at), 'nobody asked tsm') AS asked_by
FROM runs r
WHERE r.exit_signal IS NOT NULL
ORDER BY r.ended_at DESC;
