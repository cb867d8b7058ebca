-- Who holds a record stands in one tree instead of two, by the record: that is how it is asked for, and read whole.
CREATE TEMP TABLE held AS SELECT scope, kind, id FROM membership ORDER BY kind, id, scope;
DROP TABLE membership;
CREATE TABLE membership (scope TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (kind, id, scope)) WITHOUT ROWID;
INSERT INTO membership SELECT scope, kind, id FROM temp.held;
DROP TABLE temp.held;
-- The words of a case stand with its row too, as JSON: a second tree over them took as long as the first.
DROP INDEX case_term_case;
ALTER TABLE case_index ADD COLUMN words TEXT NOT NULL DEFAULT '[]';
-- The first list is by days: its tree holds whole rows, which else lie on a page each.
DROP INDEX case_by_days;
CREATE INDEX case_by_days ON case_index (overdue_since, id, case_no, name, area, address, stage, next_step, next_at, total_fen, held, vulnerable, pending, officer_id, second_id);
