"""What a server was heard to ask becomes a script that pgbench reads as the same statements."""

from pathlib import Path

from bench.pgbench import COMMIT_NO, LAST_SEQ, LEAVES, Script, Statement, gathered
from bench.pgbench_together import PASSED, shared_out


def written(sql: str, *values: object, fresh: frozenset[str] = frozenset()) -> str:
    return Script([Statement(sql, (values,))], fresh, 5).text


def test_values_become_literals_without_a_variable_by_accident() -> None:
    text = written("SELECT ? , ?, ?", "it's 08:00 \\ ?", None, b"\x00\xff")
    assert text == "SELECT E'it''s 08\\x3a00 \\\\ ?' , NULL, '\\x00ff'::bytea;\n"
    assert written("SELECT ?, ?", True, 7) == "SELECT TRUE, 7;\n"


def test_what_a_script_locks_gives_the_numbers_that_follow() -> None:
    locked = written("SELECT last_seq FROM device WHERE id = ? FOR UPDATE", "d")
    assert locked == "SELECT last_seq FROM device WHERE id = E'd' FOR UPDATE \\gset\n"
    assert written("VALUES (?)", LAST_SEQ + 3) == "VALUES ((:last_seq + 3));\n"
    assert written("VALUES (?)", COMMIT_NO + 1) == "VALUES ((:n + 0));\n"
    assert written("VALUES (?)", LEAVES) == "VALUES ((:leaves - 5));\n"


def test_only_new_rows_get_new_ids() -> None:
    fresh = frozenset({"a"})
    assert "gen_random_uuid" in written("INSERT INTO record VALUES (?)", "a", fresh=fresh)
    noted = written("WITH q AS (SELECT 1) INSERT INTO proof_used SELECT ?", "a", fresh=fresh)
    assert "left(gen_random_uuid()::text, 1)" in noted
    assert "gen_random_uuid" not in written("SELECT 1 FROM record WHERE id = ?", "a", fresh=fresh)


def test_many_rows_go_as_one_pipeline() -> None:
    lines = Script([Statement("INSERT INTO feed VALUES (?)", ((1,), (2,)))]).text.splitlines()
    assert lines[0] == "\\startpipeline"
    assert lines[-1] == "\\endpipeline"
    assert len(lines) == 4


def test_each_client_runs_its_own_line() -> None:
    one, two = (Script([Statement(f"SELECT {n}")]) for n in (1, 2))
    text = gathered([[one, two], [two]])
    assert text.count("\\if :client_id") == 2
    assert text.count("\\if :turn % 2") == 2
    assert text.count("\\if") == text.count("\\endif")


def test_processes_share_out_the_lines_and_wait_for_each_other(tmp_path: Path) -> None:
    lines = [[Script([Statement(f"SELECT {n}")])] for n in range(5)]
    texts = [file.read_text() for file in shared_out(lines, tmp_path)]
    assert all(text.startswith(PASSED) for text in texts)
    for n in range(5):
        assert sum(text.count(f"SELECT {n};") for text in texts) == 1
    assert [text.count("\\if :client_id") for text in texts] == [3, 2]
    assert len(shared_out(lines[:1], tmp_path)) == 1
