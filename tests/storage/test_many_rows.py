"""Rows go in as they are, however they fall into pieces."""

import pytest

from field_app.storage.many_rows import PIECES, insert
from tests.storage.furnished_vault import Furnished


@pytest.mark.parametrize("count", [0, 1, 63, PIECES[0] - 1, PIECES[0], 2 * PIECES[0] + 75])
def test_every_row_is_written_once(furnished: Furnished, count: int) -> None:
    rows = [(f"d{number:05d}", bytes([number % 256]), "") for number in range(count)]
    assert insert(furnished.vault.connection, "INTO draft (name, body, saved_at)", rows) == count
    assert furnished.rows("SELECT name, body, saved_at FROM draft ORDER BY name") == rows


def test_what_was_there_stays_or_gives_way(furnished: Furnished) -> None:
    connection = furnished.vault.connection
    insert(connection, "INTO draft", [("a", b"1", ""), ("b", b"1", "")])
    assert insert(connection, "OR IGNORE INTO draft", [("b", b"2", ""), ("c", b"2", "")]) == 1
    newer = "ON CONFLICT (name) DO UPDATE SET body = excluded.body WHERE excluded.name <> 'a'"
    insert(connection, "INTO draft", [("a", b"3", ""), ("c", b"3", "")], newer)
    found = furnished.rows("SELECT name, body FROM draft ORDER BY name")
    assert found == [("a", b"1"), ("b", b"1"), ("c", b"3")]
