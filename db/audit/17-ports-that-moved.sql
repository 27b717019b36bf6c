-- Which ports have been held by more than one process?
SELECT port, COUNT(DISTINCT process_key) AS processes,
       LISTAGG(name, ', ') WITHIN GROUP (ORDER BY allocated_at) AS names
FROM ports
GROUP BY port
HAVING COUNT(DISTINCT process_key) > 1
ORDER BY port;
