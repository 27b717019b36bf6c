-- The memory limit of a run that the kernel killed as it went over that; null for every other end.
ALTER TABLE tsm.run ADD COLUMN exit_memory_limit BIGINT CHECK (exit_memory_limit > 0);

CREATE OR REPLACE VIEW public.runs AS
SELECT r.pk AS run_key, r.process_key, p.name, r.cause, r.pid, r.decided_at, r.started_at, r.ended_at,
       r.exit_code, r.exit_signal, r.exit_signal_name, r.exit_unknown, r.exit_memory_limit
FROM tsm.run r JOIN tsm.process p ON p.pk = r.process_key;

COMMENT ON VIEW public.runs IS 'The executions of processes, from spawn to end';

INSERT INTO tsm.view_comment (view_name, position, column_name, text) VALUES
('runs', 13, 'exit_memory_limit',
  'The memory limit, in bytes, over which it went, so that the kernel killed it; null for every other end');
