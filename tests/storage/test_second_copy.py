"""File and journal are compared when the vault is opened, and each gives what the other lacks."""

import os
import shutil
from pathlib import Path

import pytest

from field_app.bootstrap.desk_setup import open_or_rescue
from field_app.storage.journal import HEAD, MORE, Journal
from field_app.storage.keys import derive
from field_app.storage.trouble import DiskFull, Rescued
from field_app.storage.vault import DATABASE
from sync.protocol.envelope import envelope_hash
from tests.storage.acts import call
from tests.storage.furnished_vault import KEY, KNOWN, Furnished, laptop_at

JOURNAL_KEY = derive(KEY, "journal")


def left_behind(furnished: Furnished, to: Path) -> Furnished:
    """Return the laptop as a process that was killed just now would have left it."""
    shutil.copytree(furnished.laptop.home, to)
    return laptop_at(to)


def opened(laptop: Furnished) -> None:
    laptop.sit(open_or_rescue(laptop.laptop, laptop.key))


def numbers(laptop: Furnished) -> list[int]:
    return [envelope.seq for envelope in laptop.store.replica.waiting(100, 1 << 20)]


def a_call_that_meets_a_full_disk(furnished: Furnished) -> None:
    """Let the journal have it already when the disk is full."""
    with furnished.vault.transaction():
        call(furnished, KNOWN.id)
        furnished.vault.journal.append(2, b"{}")
        raise DiskFull


def test_work_that_a_torn_log_took_comes_back(furnished: Furnished, tmp_path: Path) -> None:
    for _ in range(3):
        call(furnished, KNOWN.id)
    left = left_behind(furnished, tmp_path / "left")
    log = left.laptop.vault / f"{DATABASE}-wal"
    log.write_bytes(log.read_bytes()[:100])
    opened(left)
    assert numbers(left) == [1, 2, 3]
    assert left.store.audit.first_broken() is None
    assert left.rows("SELECT entry FROM audit WHERE what = 'give_back'") == [('{"work":3}',)]
    fourth = call(left, KNOWN.id)
    third = left.store.replica.waiting(100, 1 << 20)[2]
    assert (fourth.seq, fourth.envelope.prev_hash) == (4, envelope_hash(third))
    left.close()
    opened(left)
    assert numbers(left) == [1, 2, 3, 4]
    left.close()


def test_a_journal_that_lost_work_gets_it_from_the_file(furnished: Furnished) -> None:
    for _ in range(3):
        call(furnished, KNOWN.id)
    furnished.close()
    before = Journal(furnished.journal, JOURNAL_KEY, os.urandom).read().entries
    for harmed in (None, b"", b"rubbish" * 40, furnished.journal.read_bytes()[:-30]):
        furnished.journal.unlink()
        if harmed is not None:
            furnished.journal.write_bytes(harmed)
        opened(furnished)
        read = furnished.vault.journal.read()
        assert (read.entries, read.damaged_bytes) == (before, 0)
        furnished.close()


def test_a_file_that_lacks_older_work_is_built_anew(furnished: Furnished) -> None:
    for _ in range(3):
        call(furnished, KNOWN.id)
    furnished.vault.connection.execute("DELETE FROM overlay WHERE seq = 2")
    furnished.vault.connection.execute("DELETE FROM outbox WHERE seq = 2")
    furnished.close()
    with pytest.raises(Rescued):
        opened(furnished)
    opened(furnished)
    assert numbers(furnished) == [1, 2, 3]


def test_what_was_told_to_be_not_saved_is_nowhere(furnished: Furnished) -> None:
    call(furnished, KNOWN.id)
    before = furnished.journal.read_bytes()
    with pytest.raises(DiskFull):
        a_call_that_meets_a_full_disk(furnished)
    assert furnished.journal.read_bytes() == before
    furnished.close()
    opened(furnished)
    assert numbers(furnished) == [1]


def test_work_that_belongs_together_comes_back_together(furnished: Furnished) -> None:
    """A frame whose transaction never got its last one in the journal was told to nobody."""
    call(furnished, KNOWN.id)
    with furnished.vault.transaction():
        call(furnished, KNOWN.id, "one")
        call(furnished, KNOWN.id, "other")
    furnished.close()
    journal = Journal(furnished.journal, JOURNAL_KEY, os.urandom)
    whole = furnished.journal.read_bytes()
    at = whole.index((2 | MORE).to_bytes(8)) - HEAD
    first = at + HEAD + int.from_bytes(whole[at : at + HEAD])
    furnished.journal.write_bytes(whole[:first])
    read = journal.read()
    assert [number for number, _ in read.entries] == [0, 1]
    assert (read.damaged_bytes, read.begun_bytes) == (0, first - at)
    furnished.journal.write_bytes(whole)
    assert [number for number, _ in journal.read().entries] == [0, 1, 2, 3]
