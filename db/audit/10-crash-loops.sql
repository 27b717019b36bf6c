-- Which processes failed three times or more within ten minutes?
SELECT name, MIN(ended_at) AS first_end, MAX(third_end) AS last_end, COUNT(*) AS bursts
FROM (
  SELECT name, ended_at, LEAD(ended_at, 2) OVER (PARTITION BY process_key ORDER BY ended_at) AS third_end
  FROM runs
  WHERE ended_at IS NOT NULL AND COALESCE(exit_code, -1) <> 0)
WHERE third_end <= ended_at + INTERVAL '10' MINUTE
GROUP BY name
ORDER BY bursts DESC, name;
