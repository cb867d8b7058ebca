"""The journal: readable without the database, through torn and flipped frames."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from field_app.storage.journal import HEAD, LEAST, Journal
from field_app.storage.keys import derive
from sync.protocol.envelope import decode_envelope
from tests.storage.acts import call
from tests.storage.furnished_vault import KEY, KNOWN, Furnished

JOURNAL_KEY = derive(KEY, "journal")
WRITTEN = [(number, f"envelope {number}".encode() * (number % 4)) for number in range(1, 9)]


def journal_at(path: Path) -> Journal:
    return Journal(path, JOURNAL_KEY, os.urandom)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Write a journal of eight entries, some of them empty."""
    path = tmp_path / "outbox.journal"
    for number, envelope in WRITTEN:
        journal_at(path).append(number, envelope)
    return path


def frames(data: bytes) -> list[slice]:
    """Return where each frame lies."""
    found, at = [], 0
    while at < len(data):
        end = at + HEAD + int.from_bytes(data[at : at + HEAD])
        found.append(slice(at, end))
        at = end
    return found


def test_what_was_written_is_read_in_order(written: Path) -> None:
    read = journal_at(written).read()
    assert list(read.entries) == WRITTEN
    assert (read.damaged_bytes, read.missing) == (0, ())


def test_a_journal_that_is_not_there_is_empty(tmp_path: Path) -> None:
    read = journal_at(tmp_path / "none").read()
    assert (read.entries, read.damaged_bytes, read.missing) == ((), 0, ())


def test_a_torn_last_frame_is_told_and_costs_nothing_else(written: Path) -> None:
    whole = written.read_bytes()
    last = frames(whole)[-1]
    for size in range(last.start, last.stop):
        written.write_bytes(whole[:size])
        read = journal_at(written).read()
        assert list(read.entries) == WRITTEN[:-1]
        assert read.damaged_bytes == size - last.start


def test_what_is_written_after_a_torn_frame_is_read(written: Path) -> None:
    whole = written.read_bytes()
    written.write_bytes(whole[:-5])
    journal_at(written).append(8, b"again")
    journal_at(written).append(9, b"further")
    read = journal_at(written).read()
    assert list(read.entries) == [*WRITTEN[:-1], (8, b"again"), (9, b"further")]
    assert read.missing == ()


@pytest.mark.parametrize("place", [0, 3, HEAD, HEAD + 7, HEAD + 8, HEAD + 19, HEAD + 20, -1])
def test_a_flipped_bit_costs_one_entry_and_its_number_is_named(written: Path, place: int) -> None:
    whole = written.read_bytes()
    for number, frame in list(enumerate(frames(whole), 1))[1:-1]:
        changed = bytearray(whole)
        changed[(frame.start + place) if place >= 0 else frame.stop - 1] ^= 1
        written.write_bytes(changed)
        read = journal_at(written).read()
        assert list(read.entries) == [e for e in WRITTEN if e[0] != number]
        assert read.missing == (number,)
        assert read.damaged_bytes == frame.stop - frame.start


def test_a_hole_of_zeros_costs_what_it_covers(written: Path) -> None:
    whole = written.read_bytes()
    second, fourth = frames(whole)[1], frames(whole)[3]
    changed = bytearray(whole)
    changed[second.start : fourth.stop] = bytes(fourth.stop - second.start)
    written.write_bytes(changed)
    assert journal_at(written).read().missing == (2, 3, 4)


def test_swapped_frames_come_in_their_order(written: Path) -> None:
    whole = written.read_bytes()
    parts = [whole[f] for f in frames(whole)]
    written.write_bytes(b"".join(reversed(parts)))
    assert list(journal_at(written).read().entries) == WRITTEN


def test_a_number_given_again_counts_as_written_last(written: Path) -> None:
    journal_at(written).append(8, b"the one that was committed")
    read = journal_at(written).read()
    assert list(read.entries) == [*WRITTEN[:-1], (8, b"the one that was committed")]


def test_another_key_reads_nothing(written: Path) -> None:
    read = Journal(written, derive(KEY, "attachments"), os.urandom).read()
    assert read.entries == ()
    assert read.damaged_bytes == written.stat().st_size


@given(
    cuts=st.lists(st.tuples(st.integers(0, 2000), st.binary(max_size=60)), max_size=4),
    flips=st.lists(st.integers(0, 2000), max_size=4),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_damage_makes_up_an_entry(
    written: Path, cuts: list[tuple[int, bytes]], flips: list[int]
) -> None:
    """Whatever is cut, put in or flipped: every entry read is one that was written."""
    whole = written.read_bytes()
    changed = bytearray(whole)
    for at, rubbish in cuts:
        start = at % len(changed)
        changed[start : start + len(rubbish) // 2] = rubbish
    for at in flips:
        changed[at % len(changed)] ^= 1 << at % 8
    hurt = written.with_name("hurt.journal")
    hurt.write_bytes(changed)
    read = journal_at(hurt).read()
    assert set(read.entries) <= set(WRITTEN)
    untouched = sum(bytes(changed).count(whole[f]) > 0 for f in frames(whole))
    assert len(read.entries) >= untouched
    assert read.damaged_bytes <= len(changed)
    assert all(f.stop - f.start >= HEAD + LEAST for f in frames(whole))


def test_saved_work_is_readable_when_the_database_is_gone(furnished: Furnished) -> None:
    rows = [call(furnished, KNOWN.id, note) for note in ("一", "二", "三")]
    furnished.close()
    furnished.database.write_bytes(b"")
    entries = dict(journal_at(furnished.journal).read().entries)
    assert [decode_envelope(entries[row.seq]) for row in rows] == [row.envelope for row in rows]


@pytest.mark.skipif(os.name != "posix", reason="a folder's rights are another matter there")
def test_a_journal_that_cannot_be_written_stops_the_act(furnished: Furnished) -> None:
    furnished.journal.rename(furnished.journal.with_name("aside"))
    furnished.journal.mkdir()
    with pytest.raises(Exception, match=r"outbox\.journal") as caught:
        call(furnished, KNOWN.id)
    assert getattr(caught.value, "code", "") == "vault.trouble"
    assert furnished.store.replica.waiting_count() == 0
