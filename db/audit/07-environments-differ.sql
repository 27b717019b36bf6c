-- Which variables differ between two processes?
-- @one and @other are their names. What looks secret is compared without being shown.
SELECT variable,
       MAX(CASE WHEN name = @one THEN shown END) AS one,
       MAX(CASE WHEN name = @other THEN shown END) AS other
FROM environments
WHERE name IN (@one, @other) AND deleted_at IS NULL AND variable NOT IN ('TSM_ID', 'TSM_NAME', 'TSM_RUN')
GROUP BY variable
HAVING COUNT(*) < 2 OR COUNT(DISTINCT fingerprint) > 1
ORDER BY variable;
