-- How long what a process writes is kept, for each of its two streams. Size 0 and age 0 never cut.
ALTER TABLE tsm.process ADD COLUMN log_max_size BIGINT DEFAULT 10485760 NOT NULL CHECK (log_max_size >= 0);
ALTER TABLE tsm.process ADD COLUMN log_keep INT DEFAULT 5 NOT NULL CHECK (log_keep BETWEEN 0 AND 10000);
ALTER TABLE tsm.process ADD COLUMN log_max_age_ms BIGINT DEFAULT 0 NOT NULL CHECK (log_max_age_ms >= 0);
