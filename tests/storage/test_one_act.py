"""What one act writes, it writes together: envelope, overlay, trail, list and journal, or none."""

from collections.abc import Callable

import pytest

from field_app.operations import contacts
from field_app.storage.case_lists import Wanted
from field_app.storage.trouble import DiskFull
from sync.domain.records import Contact
from sync.domain.vocabulary import Channel, ContactResult
from sync.protocol.envelope import FIRST_PREVIOUS, envelope_hash, verifies
from tests.storage.acts import call
from tests.storage.furnished_vault import KNOWN, OTHERS, Furnished

TABLES = ("outbox", "overlay", "audit", "case_index", "case_term", "meta", "draft", "replica")


class PowerGone(Exception):
    """Something that nobody foresaw."""


def everything(furnished: Furnished) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of the tables an act may touch."""
    return {t: furnished.rows(f"SELECT * FROM {t} ORDER BY 1, 2") for t in TABLES}


def journalled(furnished: Furnished) -> list[int]:
    return [number for number, _ in furnished.vault.journal.read().entries]


def test_an_act_is_in_all_its_places_at_once(furnished: Furnished) -> None:
    before = everything(furnished)
    row = call(furnished, KNOWN.id, "没人接")
    after = everything(furnished)
    grown = {t: len(after[t]) - len(before[t]) for t in TABLES}
    assert grown == {t: 0 for t in TABLES} | {"outbox": 1, "overlay": 1, "audit": 1, "meta": 2}
    assert journalled(furnished) == [0, row.seq]
    waits = {r.id: r.pending for r in furnished.store.lists.page(Wanted(), None, 9)}
    assert waits == {case_id: int(case_id == KNOWN.id) for case_id in waits}
    assert furnished.rows("SELECT what FROM audit ORDER BY n DESC LIMIT 1") == [("submit",)]


def into_a_wall(furnished: Furnished) -> None:
    """Let the very last write of an act fail inside the database."""
    furnished.vault.connection.execute(
        "CREATE TEMP TRIGGER wall BEFORE INSERT ON overlay "
        "BEGIN SELECT RAISE(ABORT, 'no further'); END"
    )
    with pytest.raises(Exception, match="no further"):
        call(furnished, OTHERS[0].id)
    furnished.vault.connection.execute("DROP TRIGGER wall")


def cut_off(furnished: Furnished) -> None:
    """Let the program stumble after the act and before the commit."""
    with pytest.raises(PowerGone):
        stumble(furnished, lambda: call(furnished, KNOWN.id))


def stumble(furnished: Furnished, *acts: Callable[[], object]) -> None:
    """Act inside one transaction that never ends."""
    with furnished.vault.transaction():
        for act in acts:
            act()
        raise PowerGone


def no_room(furnished: Furnished) -> None:
    """Let the disk be full."""
    row = furnished.rows("PRAGMA page_count")[0]
    furnished.vault.connection.execute(f"PRAGMA max_page_count = {row[0]}")
    with pytest.raises(DiskFull):
        contacts.record(
            furnished.desk, KNOWN.id, Channel.PHONE, ContactResult.NO_ANSWER, "长" * 20_000
        )
    furnished.vault.connection.execute("PRAGMA max_page_count = 1073741823")


@pytest.mark.parametrize("fails", [into_a_wall, cut_off, no_room])
def test_an_act_that_fails_leaves_nothing(
    furnished: Furnished, fails: Callable[[Furnished], None]
) -> None:
    first = call(furnished, KNOWN.id)
    before = everything(furnished)
    fails(furnished)
    assert not furnished.vault.connection.in_transaction
    assert everything(furnished) == before
    furnished.reopened()
    assert everything(furnished) == before
    # The number is given again; what the journal has of the failed act is superseded by it.
    again = call(furnished, KNOWN.id, "后来")
    assert again.seq == first.seq + 1
    entries = dict(furnished.vault.journal.read().entries)
    assert sorted(entries) == [0, first.seq, again.seq]
    [(kept,)] = furnished.rows("SELECT envelope FROM outbox WHERE seq = ?", again.seq)
    assert entries[again.seq] == kept


def test_an_inner_transaction_belongs_to_the_outer(furnished: Furnished) -> None:
    drafts = furnished.store.drafts
    with pytest.raises(PowerGone):
        stumble(
            furnished,
            lambda: drafts.save("visit/c1", b"half", furnished.clock.at),
            lambda: furnished.vault.set_meta("last_sync", "never"),
        )
    assert drafts.load("visit/c1") is None
    assert furnished.vault.meta("last_sync") is None


def test_envelopes_are_signed_numbered_and_chained(furnished: Furnished) -> None:
    call(furnished, KNOWN.id)
    furnished.reopened()
    call(furnished, KNOWN.id)
    call(furnished, KNOWN.id)
    envelopes = furnished.store.replica.waiting(10, 1 << 20)
    assert [e.seq for e in envelopes] == [1, 2, 3]
    assert all(verifies(e, furnished.desk.signer.key.public_key()) for e in envelopes)
    previous = [FIRST_PREVIOUS, *map(envelope_hash, envelopes)]
    assert [e.prev_hash for e in envelopes] == previous[:3]
    assert len({e.mid for e in envelopes}) == 3
    assert len({e.boot_id for e in envelopes}) == 2


def test_a_batch_holds_what_fits_and_never_nothing(furnished: Furnished) -> None:
    for _ in range(5):
        call(furnished, KNOWN.id, "约" * 300)
    waiting = furnished.store.replica.waiting
    assert [e.seq for e in waiting(3, 1 << 20)] == [1, 2, 3]
    assert [e.seq for e in waiting(10, 1)] == [1]
    [(size,)] = furnished.rows("SELECT length(envelope) FROM outbox WHERE seq = 1")
    assert isinstance(size, int)
    assert [e.seq for e in waiting(10, 2 * size + 100)] == [1, 2]
    assert furnished.store.replica.waiting_count() == 5


def test_what_was_recorded_is_on_the_screen_before_the_server_knows(furnished: Furnished) -> None:
    call(furnished, KNOWN.id, "没人接")
    store = furnished.reopened()
    notes = [v.record.note for v in store.projection.of_case(KNOWN.id) if _is_call(v.record)]
    assert notes == ["没人接"]


def _is_call(record: object) -> bool:
    return isinstance(record, Contact) and record.channel is Channel.PHONE
