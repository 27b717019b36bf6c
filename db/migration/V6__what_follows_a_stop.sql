-- Why the run is started that follows the stop or the delay which is under way: a daemon that dies meanwhile leaves it to
-- the next one.
ALTER TABLE tsm.process ADD COLUMN next_cause VARCHAR(20);

UPDATE tsm.view_comment
SET text = 'Why: start and restart by a user; exit, signal or unseen, how the run before ended; liveness, start-timeout, memory,'
  || ' max-runtime, watch, schedule, what ended the run before; reload; boot; recovery; adopted'
WHERE view_name = 'runs' AND column_name = 'cause';
