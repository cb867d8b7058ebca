-- Words name the row of the index and not the case: its id of 36 letters stood twice for every word.
DROP TABLE case_term;
CREATE TABLE case_term (term TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (term, n)) WITHOUT ROWID;
CREATE INDEX case_term_case ON case_term (n);
CREATE INDEX case_by_stage ON case_index (stage);
