-- How far the feed had forgotten exits when the reading of a scope began: such a reading may go on below that.
ALTER TABLE scope_state ADD COLUMN floor INTEGER NOT NULL DEFAULT 0;
