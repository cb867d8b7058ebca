-- The spine: what the server said (replica), what waits to be said (outbox, overlay), and what screens search.
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL);

CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    mid TEXT NOT NULL UNIQUE,
    what TEXT NOT NULL,
    case_id TEXT NOT NULL,
    envelope BLOB NOT NULL,
    made_at TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'acked', 'done', 'attention', 'resolved')),
    attempts INTEGER NOT NULL DEFAULT 0,
    trouble TEXT NOT NULL DEFAULT '',
    result BLOB,
    acked_commit INTEGER
);
CREATE INDEX outbox_state ON outbox (state, seq);

CREATE TABLE replica (
    kind TEXT NOT NULL, id TEXT NOT NULL, rev INTEGER NOT NULL, case_id TEXT NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX replica_case ON replica (case_id);
CREATE TABLE membership (scope TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (scope, kind, id)) WITHOUT ROWID;
CREATE INDEX membership_record ON membership (kind, id);
CREATE TABLE scope_state (scope TEXT PRIMARY KEY, epoch TEXT NOT NULL, commit_no INTEGER NOT NULL, idx INTEGER NOT NULL);

CREATE TABLE overlay (
    kind TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL REFERENCES outbox (seq), rev INTEGER NOT NULL,
    case_id TEXT NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (kind, id, seq)
);
CREATE INDEX overlay_case ON overlay (case_id);
CREATE INDEX overlay_seq ON overlay (seq);

-- Server's truth overlaid by pending work: the one way out.
CREATE VIEW projected AS
    SELECT o.kind, o.id, o.rev, o.case_id, o.body, 1 AS pending FROM overlay o
        WHERE o.seq = (SELECT max(l.seq) FROM overlay l WHERE l.kind = o.kind AND l.id = o.id)
    UNION ALL
    SELECT r.kind, r.id, r.rev, r.case_id, r.body, 0 AS pending FROM replica r
        WHERE NOT EXISTS (SELECT 1 FROM overlay l WHERE l.kind = r.kind AND l.id = r.id);

CREATE TABLE case_index (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    case_no TEXT NOT NULL, name TEXT NOT NULL, area TEXT NOT NULL, address TEXT NOT NULL,
    stage TEXT NOT NULL, next_step TEXT NOT NULL, next_at TEXT NOT NULL,
    overdue_since TEXT NOT NULL, total_fen INTEGER NOT NULL,
    held INTEGER NOT NULL, vulnerable INTEGER NOT NULL, pending INTEGER NOT NULL,
    officer_id TEXT NOT NULL, second_id TEXT NOT NULL
);
CREATE INDEX case_by_days ON case_index (overdue_since, id);
CREATE INDEX case_by_name ON case_index (name, id);
CREATE INDEX case_by_area ON case_index (area, id);
CREATE INDEX case_by_amount ON case_index (total_fen, id);
CREATE INDEX case_by_next ON case_index (next_at, id);
CREATE TABLE case_term (term TEXT NOT NULL, case_id TEXT NOT NULL, PRIMARY KEY (term, case_id)) WITHOUT ROWID;
CREATE INDEX case_term_case ON case_term (case_id);
CREATE VIRTUAL TABLE case_address USING fts5 (address, content = 'case_index', content_rowid = 'n', tokenize = 'trigram');

CREATE TABLE draft (name TEXT PRIMARY KEY, body BLOB NOT NULL, saved_at TEXT NOT NULL);
CREATE TABLE audit (n INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, what TEXT NOT NULL, entry TEXT NOT NULL, hash TEXT NOT NULL);
CREATE TABLE upload (id TEXT PRIMARY KEY, mid TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'waiting');
CREATE TABLE sync_run (n INTEGER PRIMARY KEY AUTOINCREMENT, began_at TEXT NOT NULL, ended_at TEXT NOT NULL, sent INTEGER NOT NULL, received INTEGER NOT NULL, trouble TEXT NOT NULL);
