-- Which ports were held when, and by whom?
SELECT port, name, source, allocated_at, released_at
FROM ports
ORDER BY port, allocated_at;
