"""The laptop's own trail: whoever edits, deletes, swaps or inserts an entry is noticed."""

import pytest

from tests.storage.acts import call
from tests.storage.furnished_vault import KNOWN, Furnished

ENTRIES = 8


@pytest.fixture
def trail(furnished: Furnished) -> Furnished:
    """Leave eight entries."""
    audit = furnished.store.audit
    for number in range(ENTRIES - 1):
        audit.add(furnished.clock.at, "export", number=number, case="c1")
    call(furnished, KNOWN.id)
    assert furnished.rows("SELECT n FROM audit") == [(n,) for n in range(1, ENTRIES + 1)]
    return furnished


def broken(trail: Furnished, sql: str, *values: object) -> int | None:
    """Change the trail behind its back and return the first entry that is noticed."""
    trail.vault.connection.execute(sql, values)
    return trail.reopened().audit.first_broken()


def test_an_untouched_trail_is_whole(trail: Furnished) -> None:
    assert trail.store.audit.first_broken() is None
    trail.reopened().audit.add(trail.clock.at, "unlock")
    assert trail.store.audit.first_broken() is None


def test_an_empty_trail_is_whole(furnished: Furnished) -> None:
    assert furnished.store.audit.first_broken() is None


EDITS = {
    "at": "UPDATE audit SET at = '2026-09-10T02:00:00+00:00' WHERE n = ?",
    "what": "UPDATE audit SET what = 'unlock' WHERE n = ?",
    "entry": "UPDATE audit SET entry = '{}' WHERE n = ?",
    "hash": "UPDATE audit SET hash = replace(hash, substr(hash, 1, 1), 'x') WHERE n = ?",
    "delete": "DELETE FROM audit WHERE n = ?",
    "renumber": "UPDATE audit SET n = 99 WHERE n = ?",
}


@pytest.mark.parametrize("number", [1, 4, ENTRIES])
@pytest.mark.parametrize("edit", EDITS)
def test_every_edit_is_noticed_at_its_number(trail: Furnished, edit: str, number: int) -> None:
    assert broken(trail, EDITS[edit], number) == number


def test_all_entries_gone_is_noticed(trail: Furnished) -> None:
    assert broken(trail, "DELETE FROM audit") == 1


def test_swapped_entries_are_noticed(trail: Furnished) -> None:
    trail.vault.connection.execute("UPDATE audit SET n = -3 WHERE n = 3")
    trail.vault.connection.execute("UPDATE audit SET n = 3 WHERE n = 4")
    assert broken(trail, "UPDATE audit SET n = 4 WHERE n = -3") == 3


def test_an_entry_put_in_is_noticed(trail: Furnished) -> None:
    copied = "INSERT INTO audit (at, what, entry, hash) SELECT at, what, entry, hash FROM audit"
    assert broken(trail, f"{copied} WHERE n = 2") == ENTRIES + 1


def test_fields_cannot_be_moved_into_each_other(trail: Furnished) -> None:
    sql = "UPDATE audit SET what = 'expor', entry = 't' || entry WHERE n = ?"
    assert broken(trail, sql, 2) == 2


def test_the_trail_names_ids_and_no_persons(trail: Furnished) -> None:
    told = str(trail.rows("SELECT at, what, entry FROM audit"))
    for data in (KNOWN.customer.name, *KNOWN.customer.phones, KNOWN.address.text):
        assert data not in told
