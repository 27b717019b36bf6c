-- The state of tsm. Tables live in schema TSM and are the daemon's alone; the views in PUBLIC are the stable interface
-- for people and tools, and never show the value of an environment variable.

CREATE SCHEMA IF NOT EXISTS tsm;

CREATE TABLE tsm.setting (
  name VARCHAR(100) PRIMARY KEY,
  text VARCHAR NOT NULL
);

-- A row stays after its process is deleted: history hangs on the key. What must be unique among the tracked ones alone
-- is a generated column that is null for the deleted, which a unique constraint ignores.
CREATE TABLE tsm.process (
  pk BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tsm_id INT NOT NULL CHECK (tsm_id >= 0),
  name VARCHAR(200) NOT NULL,
  namespace VARCHAR(100) NOT NULL,
  kind VARCHAR(20) NOT NULL,
  type VARCHAR(10) NOT NULL CHECK (type IN ('port', 'socket', 'pid')),
  command VARCHAR NOT NULL,
  argv VARCHAR ARRAY NOT NULL,
  executable VARCHAR NOT NULL,
  script VARCHAR,
  interpreter VARCHAR,
  cwd VARCHAR NOT NULL,
  service VARCHAR(200),
  env_name VARCHAR,
  env_file VARCHAR,
  umask INT NOT NULL CHECK (umask BETWEEN 0 AND 511),
  restart_policy VARCHAR(20) NOT NULL CHECK (restart_policy IN ('on-failure', 'always', 'no')),
  backoff_min_ms BIGINT NOT NULL CHECK (backoff_min_ms >= 0),
  backoff_max_ms BIGINT NOT NULL,
  stable_after_ms BIGINT NOT NULL CHECK (stable_after_ms >= 0),
  min_uptime_ms BIGINT NOT NULL CHECK (min_uptime_ms >= 0),
  max_unstable INT NOT NULL CHECK (max_unstable >= 1),
  stop_signal VARCHAR(20) NOT NULL,
  kill_timeout_ms BIGINT NOT NULL CHECK (kill_timeout_ms >= 0),
  wanted VARCHAR(4) NOT NULL CHECK (wanted IN ('run', 'stop')),
  status VARCHAR(10) NOT NULL CHECK (status IN
    ('starting', 'online', 'stopping', 'stopped', 'exited', 'waiting', 'errored', 'lost')),
  generation BIGINT NOT NULL CHECK (generation >= 0),
  attempt INT NOT NULL CHECK (attempt >= 0),
  unstable INT NOT NULL CHECK (unstable >= 0),
  restarts INT NOT NULL CHECK (restarts >= 0),
  run_key BIGINT,
  created_at TIMESTAMP(3) WITH TIME ZONE NOT NULL,
  stopped_at TIMESTAMP(3) WITH TIME ZONE,
  deleted_at TIMESTAMP(3) WITH TIME ZONE,
  live_id INT GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN tsm_id END),
  live_name VARCHAR(200) GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN name END),
  CONSTRAINT process_id_is_unique UNIQUE (live_id),
  CONSTRAINT process_name_is_unique UNIQUE (live_name),
  CONSTRAINT process_backoff_is_a_range CHECK (backoff_max_ms >= backoff_min_ms)
);

CREATE TABLE tsm.process_env (
  process_key BIGINT NOT NULL REFERENCES tsm.process (pk) ON DELETE CASCADE,
  name VARCHAR NOT NULL,
  source VARCHAR(10) NOT NULL CHECK (source IN ('caller', 'file', 'option', 'tsm')),
  text VARCHAR NOT NULL,
  PRIMARY KEY (process_key, source, name)
);

CREATE TABLE tsm.run (
  pk BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  process_key BIGINT NOT NULL REFERENCES tsm.process (pk) ON DELETE CASCADE,
  generation BIGINT NOT NULL,
  token VARCHAR(100) NOT NULL,
  cause VARCHAR(20) NOT NULL,
  pid BIGINT CHECK (pid > 0),
  start_ticks BIGINT,
  boot_id VARCHAR(100),
  decided_at TIMESTAMP(3) WITH TIME ZONE NOT NULL,
  started_at TIMESTAMP(3) WITH TIME ZONE,
  ended_at TIMESTAMP(3) WITH TIME ZONE,
  exit_code INT,
  exit_signal INT,
  exit_signal_name VARCHAR(20),
  exit_unknown VARCHAR,
  CONSTRAINT run_token_is_unique UNIQUE (token),
  CONSTRAINT run_ends_once CHECK (
    (ended_at IS NULL AND exit_code IS NULL AND exit_signal IS NULL AND exit_unknown IS NULL)
    OR (ended_at IS NOT NULL
      AND (CASE WHEN exit_code IS NULL THEN 0 ELSE 1 END)
        + (CASE WHEN exit_signal IS NULL THEN 0 ELSE 1 END)
        + (CASE WHEN exit_unknown IS NULL THEN 0 ELSE 1 END) = 1)),
  CONSTRAINT run_identity_is_whole CHECK ((pid IS NULL) = (start_ticks IS NULL) AND (pid IS NULL) = (boot_id IS NULL))
);
CREATE INDEX tsm.run_by_process ON tsm.run (process_key, pk);

-- Which ports were held when. A port that is held stands here once.
CREATE TABLE tsm.port_allocation (
  pk BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  port INT NOT NULL CHECK (port BETWEEN 1 AND 65535),
  process_key BIGINT NOT NULL REFERENCES tsm.process (pk) ON DELETE CASCADE,
  source VARCHAR(10) NOT NULL CHECK (source IN ('option', 'env', 'command', 'pattern', 'range')),
  allocated_at TIMESTAMP(3) WITH TIME ZONE NOT NULL,
  released_at TIMESTAMP(3) WITH TIME ZONE,
  live_port INT GENERATED ALWAYS AS (CASE WHEN released_at IS NULL THEN port END),
  live_process BIGINT GENERATED ALWAYS AS (CASE WHEN released_at IS NULL THEN process_key END),
  CONSTRAINT port_is_held_once UNIQUE (live_port),
  CONSTRAINT process_holds_one_port UNIQUE (live_process)
);

CREATE TABLE tsm.observed_port (
  run_key BIGINT NOT NULL REFERENCES tsm.run (pk) ON DELETE CASCADE,
  protocol VARCHAR(3) NOT NULL CHECK (protocol IN ('tcp', 'udp')),
  address VARCHAR(64) NOT NULL,
  port INT NOT NULL CHECK (port BETWEEN 0 AND 65535),
  pid BIGINT NOT NULL,
  seen_at TIMESTAMP(3) WITH TIME ZONE NOT NULL,
  PRIMARY KEY (run_key, protocol, address, port)
);

CREATE TABLE tsm.ipc_channel (
  process_key BIGINT PRIMARY KEY REFERENCES tsm.process (pk) ON DELETE CASCADE,
  path VARCHAR NOT NULL,
  created_at TIMESTAMP(3) WITH TIME ZONE NOT NULL,
  CONSTRAINT channel_path_is_unique UNIQUE (path)
);

-- Append only.
CREATE TABLE tsm.event (
  pk BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at TIMESTAMP(3) WITH TIME ZONE NOT NULL,
  kind VARCHAR(20) NOT NULL,
  process_key BIGINT,
  process_name VARCHAR(200),
  run_key BIGINT,
  origin VARCHAR(20) NOT NULL CHECK (origin IN ('user', 'tsm', 'process')),
  message VARCHAR NOT NULL
);
CREATE INDEX tsm.event_by_process ON tsm.event (process_key, pk);

-- Append only: which changing command was run by whom, from where, with which result.
CREATE TABLE tsm.command (
  pk BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at TIMESTAMP(3) WITH TIME ZONE NOT NULL,
  user_name VARCHAR NOT NULL,
  client_pid BIGINT NOT NULL,
  cwd VARCHAR NOT NULL,
  words VARCHAR NOT NULL,
  exit_code INT NOT NULL,
  error VARCHAR,
  duration_ms BIGINT NOT NULL
);

CREATE VIEW public.processes AS
SELECT p.pk AS process_key, p.tsm_id AS id, p.name, p.namespace, p.kind, p.type, p.command, p.cwd, p.service,
       p.env_name, p.env_file, p.status, p.wanted, r.pid, a.port, a.source AS port_source, c.path AS socket,
       p.restarts, p.unstable AS unstable_restarts, p.restart_policy, r.cause AS run_cause, r.exit_code,
       r.exit_signal_name AS exit_signal, r.started_at, r.ended_at, p.created_at, p.stopped_at, p.deleted_at
FROM tsm.process p
LEFT JOIN tsm.run r ON r.pk = p.run_key
LEFT JOIN tsm.port_allocation a ON a.live_process = p.pk
LEFT JOIN tsm.ipc_channel c ON c.process_key = p.pk;

CREATE VIEW public.runs AS
SELECT r.pk AS run_key, r.process_key, p.name, r.cause, r.pid, r.decided_at, r.started_at, r.ended_at,
       r.exit_code, r.exit_signal, r.exit_signal_name, r.exit_unknown
FROM tsm.run r JOIN tsm.process p ON p.pk = r.process_key;

CREATE VIEW public.ports AS
SELECT a.port, p.pk AS process_key, p.name, a.source, a.allocated_at, a.released_at
FROM tsm.port_allocation a JOIN tsm.process p ON p.pk = a.process_key;

CREATE VIEW public.events AS
SELECT pk AS event_key, at, kind, process_key, process_name, run_key, origin, message FROM tsm.event;

CREATE VIEW public.commands AS
SELECT pk AS command_key, at, user_name, client_pid, cwd, words, exit_code, error, duration_ms FROM tsm.command;
