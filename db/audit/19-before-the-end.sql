-- What happened in the five minutes before a process last ended?
-- @name is the name of the process.
SELECT e.at, e.kind, e.origin, COALESCE(e.process_name, '') AS name, e.message
FROM events e
JOIN (SELECT MAX(ended_at) AS ended FROM runs WHERE name = @name) last
  ON e.at BETWEEN last.ended - INTERVAL '5' MINUTE AND last.ended
ORDER BY e.event_key;
