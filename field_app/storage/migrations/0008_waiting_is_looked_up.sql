-- Whether work on a case waits is looked up when a list is read: kept with the case, it was written again with each act and with
-- each echo, and the tree by days with it.
DROP INDEX IF EXISTS case_by_days;
ALTER TABLE case_index DROP COLUMN pending;
CREATE INDEX case_by_days ON case_index (overdue_since, id, case_no, name, area, address, stage, next_step, next_at, total_fen, held, vulnerable, officer_id, second_id);
