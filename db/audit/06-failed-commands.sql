-- Which commands failed, for whom, and why?
SELECT at, user_name, words, exit_code, error
FROM commands
WHERE exit_code <> 0
ORDER BY command_key DESC
LIMIT 50;
