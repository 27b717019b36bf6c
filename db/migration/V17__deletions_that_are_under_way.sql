-- Processes that are being stopped as they are to be deleted: a daemon that takes over carries that out.
CREATE TABLE tsm.deletion (
  process_key BIGINT PRIMARY KEY REFERENCES tsm.process (pk) ON DELETE CASCADE,
  asked_by VARCHAR NOT NULL,
  keep_logs BOOLEAN NOT NULL
);
