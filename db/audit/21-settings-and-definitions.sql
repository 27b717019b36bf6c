-- Who changed a setting or a definition, and when was the daemon started?
SELECT at, kind, origin, message
FROM events
WHERE process_key IS NULL
ORDER BY event_key DESC
LIMIT 50;
