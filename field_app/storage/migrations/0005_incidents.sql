-- What a sync had to put right; `before` is the state of answered work that is sent a second time.
CREATE TABLE incident (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL, what TEXT NOT NULL, scope TEXT NOT NULL DEFAULT '', records INTEGER NOT NULL DEFAULT 0
);
ALTER TABLE outbox ADD COLUMN before TEXT NOT NULL DEFAULT '';
