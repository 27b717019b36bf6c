-- Which services are there, and what has come of them?
SELECT s.name AS service, s.enabled, COUNT(p.process_key) AS processes,
       COUNT(CASE WHEN p.status = 'online' THEN 1 END) AS online
FROM services s
LEFT JOIN processes p ON p.service = s.name AND p.deleted_at IS NULL
WHERE s.removed_at IS NULL
GROUP BY s.service_key, s.name, s.enabled
ORDER BY s.name;
