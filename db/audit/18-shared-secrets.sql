-- Which secrets have the same value in several processes?
-- No value is shown, nor can one be found from what is.
SELECT variable, COUNT(*) AS processes, LISTAGG(name, ', ') WITHIN GROUP (ORDER BY name) AS names
FROM environments
WHERE shown = '********' AND deleted_at IS NULL
GROUP BY variable, fingerprint
HAVING COUNT(*) > 1
ORDER BY variable;
