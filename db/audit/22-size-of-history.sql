-- How much history is there, and since when?
SELECT 'events' AS what, COUNT(*) AS number, MIN(at) AS since FROM events
UNION ALL
SELECT 'runs', COUNT(*), MIN(decided_at) FROM runs
UNION ALL
SELECT 'commands', COUNT(*), MIN(at) FROM commands
ORDER BY what;
