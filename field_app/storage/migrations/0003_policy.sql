-- Proven rules as they were signed; `in_force_at` is empty while this program cannot read them.
CREATE TABLE policy (serial INTEGER PRIMARY KEY, bundle BLOB NOT NULL, in_force_at TEXT NOT NULL DEFAULT '');
