-- Every checkpoint of the server's log this laptop was shown: proven to follow from the one before, not yet, or in doubt.
CREATE TABLE checkpoint (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    size INTEGER NOT NULL, root TEXT NOT NULL, body BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('proven', 'seen', 'doubted')),
    UNIQUE (size, root)
);
