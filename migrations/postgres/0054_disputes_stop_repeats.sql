-- A dispute stops the gift that repeats: whoever gives decides that it stops, and said so to their bank.
ALTER TABLE recurring_gift ADD COLUMN stop_disputed BIGINT NOT NULL DEFAULT 0 CHECK (stop_disputed = 0 OR (stop_disputed = 1 AND stop_by = 'donor'));
