-- A home as it was on 10 March 2026 at eight in the morning (UTC), for the recipes of db/audit.
INSERT INTO tsm.process (tsm_id, name, namespace, kind, type, command, command_shown, argv, executable, cwd, service,
  env_name, umask, restart_policy, backoff_min_ms, backoff_max_ms, stable_after_ms, min_uptime_ms, max_unstable,
  stop_signal, kill_timeout_ms, wanted, status, generation, attempt, unstable, restarts, run_key, created_at, stopped_at,
  deleted_at)
VALUES
(0, 'api-8000', 'default', 'node', 'port', 'node app.js --token s3cret', 'node app.js --token ********',
 ARRAY['node', 'app.js'], '/usr/bin/node', '/srv/api', 'api', 'prod', 18, 'on-failure', 100, 15000, 10000, 1000, 16,
 'TERM', 5000, 'run', 'online', 2, 0, 0, 1, 2, TIMESTAMP WITH TIME ZONE '2026-03-08 07:00:00Z', NULL, NULL),
(1, 'worker', 'default', 'python', 'pid', 'python worker.py', 'python worker.py',
 ARRAY['python', 'worker.py'], '/usr/bin/python3', '/srv/api', 'worker', 'prod', 18, 'on-failure', 100, 15000, 10000,
 1000, 16, 'TERM', 5000, 'run', 'errored', 6, 5, 5, 5, 8, TIMESTAMP WITH TIME ZONE '2026-03-08 07:00:10Z',
 TIMESTAMP WITH TIME ZONE '2026-03-09 21:01:40Z', NULL),
(2, 'web-8001', 'default', 'python', 'port', 'python -m http.server', 'python -m http.server',
 ARRAY['python', '-m', 'http.server'], '/usr/bin/python3', '/srv/www', NULL, NULL, 18, 'on-failure', 100, 15000, 10000,
 1000, 16, 'TERM', 5000, 'stop', 'stopped', 1, 0, 0, 0, 9, TIMESTAMP WITH TIME ZONE '2026-03-08 09:00:00Z',
 TIMESTAMP WITH TIME ZONE '2026-03-09 22:15:01Z', NULL),
(3, 'db', 'default', 'binary', 'socket', 'postgres -D data', 'postgres -D data',
 ARRAY['postgres', '-D', 'data'], '/usr/bin/postgres', '/srv/db', NULL, NULL, 18, 'always', 100, 15000, 10000, 1000, 16,
 'INT', 5000, 'run', 'online', 2, 0, 0, 1, 11, TIMESTAMP WITH TIME ZONE '2026-03-01 00:00:00Z', NULL, NULL),
(4, 'import', 'default', 'python', 'port', 'python import.py', 'python import.py',
 ARRAY['python', 'import.py'], '/usr/bin/python3', '/srv/api', NULL, NULL, 18, 'no', 100, 15000, 10000, 1000, 16,
 'TERM', 5000, 'run', 'exited', 1, 0, 0, 0, 12, TIMESTAMP WITH TIME ZONE '2026-03-07 10:00:00Z',
 TIMESTAMP WITH TIME ZONE '2026-03-07 10:05:00Z', TIMESTAMP WITH TIME ZONE '2026-03-08 06:00:00Z');

INSERT INTO tsm.run (process_key, generation, token, cause, pid, start_ticks, boot_id, decided_at, started_at, ended_at,
  exit_code, exit_signal, exit_signal_name)
VALUES
(1, 1, 't1', 'start', 4001, 1, 'b', TIMESTAMP WITH TIME ZONE '2026-03-08 07:00:00Z',
 TIMESTAMP WITH TIME ZONE '2026-03-08 07:00:00Z', TIMESTAMP WITH TIME ZONE '2026-03-09 12:00:00Z', 1, NULL, NULL),
(1, 2, 't2', 'exit', 4101, 1, 'b', TIMESTAMP WITH TIME ZONE '2026-03-09 12:00:00Z',
 TIMESTAMP WITH TIME ZONE '2026-03-09 12:00:00Z', NULL, NULL, NULL, NULL),
(2, 1, 't3', 'start', 4002, 1, 'b', TIMESTAMP WITH TIME ZONE '2026-03-08 07:00:10Z',
 TIMESTAMP WITH TIME ZONE '2026-03-08 07:00:10Z', TIMESTAMP WITH TIME ZONE '2026-03-09 21:00:00Z', NULL, 9, 'KILL'),
(2, 2, 't4', 'signal', 4202, 1, 'b', TIMESTAMP WITH TIME ZONE '2026-03-09 21:00:00Z',
 TIMESTAMP WITH TIME ZONE '2026-03-09 21:00:00Z', TIMESTAMP WITH TIME ZONE '2026-03-09 21:00:00.500Z', 1, NULL, NULL),
(2, 3, 't5', 'exit', 4203, 1, 'b', TIMESTAMP WITH TIME ZONE '2026-03-09 21:00:00.600Z',
 TIMESTAMP WITH TIME ZONE '2026-03-09 21:00:00.700Z', TIMESTAMP WITH TIME ZONE '2026-03-09 21:00:01.200Z', 1, NULL, NULL),
(2, 4, 't6', 'exit', 4204, 1, 'b', TIMESTAMP WITH TIME ZONE '2026-03-09 21:00:01.400Z',
 TIMESTAMP WITH TIME ZONE '2026-03-09 21:00:01.400Z', TIMESTAMP WITH TIME ZONE '2026-03-09 21:00:31.400Z', 1, NULL, NULL),
(2, 5, 't7', 'exit', 4205, 1, 'b', TIMESTAMP WITH TIME ZONE '2026-03-09 21:00:31.800Z',
 TIMESTAMP WITH TIME ZONE '2026-03-09 21:00:31.800Z', TIMESTAMP WITH TIME ZONE '2026-03-09 21:00:32Z', 3, NULL, NULL),
(2, 6, 't8', 'exit', 4206, 1, 'b', TIMESTAMP WITH TIME ZONE '2026-03-09 21:01:39Z',
 TIMESTAMP WITH TIME ZONE '2026-03-09 21:01:39Z', TIMESTAMP WITH TIME ZONE '2026-03-09 21:01:40Z', 3, NULL, NULL),
(3, 1, 't9', 'start', 4003, 1, 'b', TIMESTAMP WITH TIME ZONE '2026-03-08 09:00:00Z',
 TIMESTAMP WITH TIME ZONE '2026-03-08 09:00:00Z', TIMESTAMP WITH TIME ZONE '2026-03-09 22:15:01Z', NULL, 15, 'TERM'),
(4, 1, 't10', 'start', 4004, 1, 'b', TIMESTAMP WITH TIME ZONE '2026-03-01 00:00:00Z',
 TIMESTAMP WITH TIME ZONE '2026-03-01 00:00:00Z', TIMESTAMP WITH TIME ZONE '2026-03-09 10:00:02Z', 0, NULL, NULL),
(4, 2, 't11', 'restart', 4304, 1, 'b', TIMESTAMP WITH TIME ZONE '2026-03-09 10:00:02Z',
 TIMESTAMP WITH TIME ZONE '2026-03-09 10:00:02Z', NULL, NULL, NULL, NULL),
(5, 1, 't12', 'start', 4005, 1, 'b', TIMESTAMP WITH TIME ZONE '2026-03-07 10:00:00Z',
 TIMESTAMP WITH TIME ZONE '2026-03-07 10:00:00Z', TIMESTAMP WITH TIME ZONE '2026-03-07 10:05:00Z', 0, NULL, NULL);

INSERT INTO tsm.wanted_span (process_key, state, began_at, ended_at) VALUES
(4, 'online', TIMESTAMP WITH TIME ZONE '2026-03-01 00:00:00Z', TIMESTAMP WITH TIME ZONE '2026-03-09 10:00:00Z'),
(5, 'online', TIMESTAMP WITH TIME ZONE '2026-03-07 10:00:00Z', TIMESTAMP WITH TIME ZONE '2026-03-07 10:05:00Z'),
(1, 'online', TIMESTAMP WITH TIME ZONE '2026-03-08 07:00:00Z', TIMESTAMP WITH TIME ZONE '2026-03-09 12:00:00Z'),
(2, 'online', TIMESTAMP WITH TIME ZONE '2026-03-08 07:00:10Z', TIMESTAMP WITH TIME ZONE '2026-03-09 21:00:00Z'),
(3, 'online', TIMESTAMP WITH TIME ZONE '2026-03-08 09:00:00Z', TIMESTAMP WITH TIME ZONE '2026-03-09 22:15:00Z'),
(4, 'down', TIMESTAMP WITH TIME ZONE '2026-03-09 10:00:00Z', TIMESTAMP WITH TIME ZONE '2026-03-09 10:00:02Z'),
(4, 'online', TIMESTAMP WITH TIME ZONE '2026-03-09 10:00:02Z', NULL),
(1, 'down', TIMESTAMP WITH TIME ZONE '2026-03-09 12:00:00Z', TIMESTAMP WITH TIME ZONE '2026-03-09 12:00:00.100Z'),
(1, 'online', TIMESTAMP WITH TIME ZONE '2026-03-09 12:00:00.100Z', NULL),
(2, 'down', TIMESTAMP WITH TIME ZONE '2026-03-09 21:00:00Z', TIMESTAMP WITH TIME ZONE '2026-03-09 21:00:01.500Z'),
(2, 'online', TIMESTAMP WITH TIME ZONE '2026-03-09 21:00:01.500Z', TIMESTAMP WITH TIME ZONE '2026-03-09 21:00:31.400Z'),
(2, 'down', TIMESTAMP WITH TIME ZONE '2026-03-09 21:00:31.400Z', NULL);

INSERT INTO tsm.port_allocation (port, process_key, source, allocated_at, released_at) VALUES
(8001, 5, 'range', TIMESTAMP WITH TIME ZONE '2026-03-07 10:00:00Z', TIMESTAMP WITH TIME ZONE '2026-03-08 06:00:00Z'),
(8000, 1, 'option', TIMESTAMP WITH TIME ZONE '2026-03-08 07:00:00Z', NULL),
(8001, 3, 'range', TIMESTAMP WITH TIME ZONE '2026-03-08 09:00:00Z', NULL);

INSERT INTO tsm.ipc_channel (process_key, path, created_at) VALUES
(4, '/home/anna/.tsm/sockets/db.sock', TIMESTAMP WITH TIME ZONE '2026-03-01 00:00:00Z');

INSERT INTO tsm.process_env (process_key, name, source, text, shown, fingerprint) VALUES
(1, 'LEVEL', 'caller', 'info', 'info', 'f-info'),
(1, 'LEVEL', 'file', 'warn', 'warn', 'f-warn'),
(1, 'DB_PASSWORD', 'file', 'hunter2', '********', 'f-hunter2'),
(1, 'API_KEY', 'file', 'k-1', '********', 'f-k-1'),
(1, 'PORT', 'tsm', '8000', '8000', 'f-8000'),
(1, 'TSM_NAME', 'tsm', 'api-8000', 'api-8000', 'f-api'),
(2, 'LEVEL', 'option', 'debug', 'debug', 'f-debug'),
(2, 'DB_PASSWORD', 'file', 'hunter2', '********', 'f-hunter2'),
(2, 'API_KEY', 'file', 'k-2', '********', 'f-k-2'),
(2, 'TSM_NAME', 'tsm', 'worker', 'worker', 'f-worker');

INSERT INTO tsm.service (name, origin, enabled, created_at, changed_at) VALUES
('api', 'command', TRUE, TIMESTAMP WITH TIME ZONE '2026-03-08 06:50:00Z', TIMESTAMP WITH TIME ZONE '2026-03-08 06:50:00Z'),
('mail', 'command', FALSE, TIMESTAMP WITH TIME ZONE '2026-03-08 06:51:00Z', TIMESTAMP WITH TIME ZONE '2026-03-08 06:51:00Z'),
('worker', 'command', TRUE, TIMESTAMP WITH TIME ZONE '2026-03-08 06:52:00Z', TIMESTAMP WITH TIME ZONE '2026-03-08 06:52:00Z');

INSERT INTO tsm.event (at, kind, process_key, process_name, run_key, origin, message) VALUES
(TIMESTAMP WITH TIME ZONE '2026-03-08 06:45:00Z', 'daemon', NULL, NULL, NULL, 'tsm', 'started as pid 3900'),
(TIMESTAMP WITH TIME ZONE '2026-03-08 06:50:00Z', 'config', NULL, NULL, NULL, 'user', 'service api added by anna'),
(TIMESTAMP WITH TIME ZONE '2026-03-08 07:00:00Z', 'start', 1, 'api-8000', 1, 'user', 'start asked by anna'),
(TIMESTAMP WITH TIME ZONE '2026-03-09 10:00:00Z', 'restart', 4, 'db', 10, 'user', 'restart asked by anna'),
(TIMESTAMP WITH TIME ZONE '2026-03-09 12:00:00Z', 'exit', 1, 'api-8000', 1, 'process', 'exit code 1 after 104400.0 s'),
(TIMESTAMP WITH TIME ZONE '2026-03-09 21:00:00Z', 'exit', 2, 'worker', 3, 'process', 'ended by signal KILL after 136790.0 s'),
(TIMESTAMP WITH TIME ZONE '2026-03-09 21:01:40Z', 'exit', 2, 'worker', 8, 'process', 'exit code 3 after 1.0 s'),
(TIMESTAMP WITH TIME ZONE '2026-03-09 21:01:40Z', 'giveup', 2, 'worker', 8, 'tsm', 'gave up'),
(TIMESTAMP WITH TIME ZONE '2026-03-09 22:15:00Z', 'stop', 3, 'web-8001', 9, 'user', 'stop asked by ben'),
(TIMESTAMP WITH TIME ZONE '2026-03-09 22:15:01Z', 'stop', 3, 'web-8001', 9, 'tsm', 'stopped'),
(TIMESTAMP WITH TIME ZONE '2026-03-10 07:30:00Z', 'config', NULL, NULL, NULL, 'user', 'keep-events set to 30d by anna'),
(TIMESTAMP WITH TIME ZONE '2026-03-10 07:45:00Z', 'port', 1, 'api-8000', 2, 'tsm', 'listens on 3000 too');

INSERT INTO tsm.command (at, user_name, client_pid, cwd, words, exit_code, error, duration_ms) VALUES
(TIMESTAMP WITH TIME ZONE '2026-03-08 07:00:00Z', 'anna', 700, '/srv/api', 'start --port 8000 api', 0, NULL, 120),
(TIMESTAMP WITH TIME ZONE '2026-03-08 09:00:00Z', 'ben', 701, '/srv/www', 'start python -m http.server', 0, NULL, 140),
(TIMESTAMP WITH TIME ZONE '2026-03-09 10:00:00Z', 'anna', 702, '/srv/db', 'restart db', 0, NULL, 2050),
(TIMESTAMP WITH TIME ZONE '2026-03-09 17:59:00Z', 'anna', 703, '/srv/api', 'stop worker', 0, NULL, 30),
(TIMESTAMP WITH TIME ZONE '2026-03-09 22:15:00Z', 'ben', 704, '/srv/www', 'stop web', 0, NULL, 1010),
(TIMESTAMP WITH TIME ZONE '2026-03-10 01:30:00Z', 'ben', 705, '/srv/www', 'delete api', 3, 'no process fits ''api''', 4),
(TIMESTAMP WITH TIME ZONE '2026-03-10 07:30:00Z', 'anna', 706, '/srv/api', 'config set keep-events 30d', 0, NULL, 3),
(TIMESTAMP WITH TIME ZONE '2026-03-10 07:40:00Z', 'anna', 707, '/srv/api', 'start --port 8000 node other.js', 4,
 'port 8000 (from --port) is held by api-8000 (ID 0), which is online', 6);
