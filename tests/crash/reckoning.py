"""What is asked of a vault after a fault: everything acknowledged is there, and nothing by half."""

import msgspec

from field_app.storage import cipher
from field_app.storage.profile import JOURNAL_NUMBER
from sync.protocol.envelope import envelope_hash
from tests.crash.day import Memory
from tests.storage.furnished_vault import Furnished


def reckon(laptop: Furnished, memory: Memory) -> None:
    """Compare an open vault with what was acknowledged; fails with the first difference."""
    assert cipher.integrity_problems(laptop.vault.connection) == []
    assert laptop.rows("PRAGMA integrity_check") == [("ok",)]
    assert laptop.rows("PRAGMA foreign_key_check") == []
    assert laptop.store.audit.first_broken() is None
    work_is_whole(laptop, memory)
    the_journal_agrees(laptop)
    nothing_is_by_half(laptop)
    for commit in memory.all("page"):
        assert pages_of(laptop) >= commit or was_rescued(laptop), f"page {commit} was kept"


def work_is_whole(laptop: Furnished, memory: Memory) -> None:
    """Every acknowledged act is there once, in one chain without a gap."""
    rows = laptop.store.outbox.rows("queued", "acked", "done", "attention", "resolved")
    there = [row.mid for row in rows]
    assert len(there) == len(set(there))
    missing = set(memory.all("act")) - set(there)
    assert not missing, f"acknowledged and not there: {missing}"
    numbers = {row.seq: row.envelope for row in rows}
    for seq, envelope in numbers.items():
        if seq - 1 in numbers:
            assert envelope.prev_hash == envelope_hash(numbers[seq - 1])


def the_journal_agrees(laptop: Furnished) -> None:
    """Find every row of the outbox in the journal, byte for byte, and no torn frame in it."""
    read = laptop.vault.journal.read()
    assert (read.damaged_bytes, read.begun_bytes, read.missing) == (0, 0, ())
    written = {n: data for n, data in read.entries if n != JOURNAL_NUMBER}
    kept = dict(laptop.rows("SELECT seq, envelope FROM outbox"))
    assert kept == {n: data for n, data in written.items() if data.startswith(b"{")} | kept
    assert set(kept) <= set(written)


def nothing_is_by_half(laptop: Furnished) -> None:
    """Every act has its trail and what it shows; what the journal gave back has its own trail."""
    entries = laptop.rows("SELECT what, entry FROM audit")
    told = [(what, msgspec.json.decode(str(entry))) for what, entry in entries]
    given_back = sum(e["work"] for what, e in told if what in ("give_back", "rescue"))
    submitted = {e["mid"] for what, e in told if what == "submit"}
    erased = {n for n, data in laptop.vault.journal.read().entries if not data.startswith(b"{")}
    mids = {row[0] for row in laptop.rows("SELECT mid FROM outbox")}
    assert len(submitted - mids) <= len(erased)
    assert len(mids - submitted) <= given_back
    counted = "SELECT count(*) FROM outbox WHERE what = ?"
    visits = laptop.rows(counted, "record_visit")
    assert laptop.rows(counted, "record_hardship") == visits, "each visit told of hardship"
    shown = laptop.rows(
        "SELECT count(*) FROM outbox o WHERE state IN ('queued', 'acked') "
        "AND NOT EXISTS (SELECT 1 FROM overlay v WHERE v.seq = o.seq)"
    )
    assert int(str(shown[0][0])) <= given_back
    photos = laptop.rows(
        "SELECT count(*) FROM overlay v WHERE kind = 'attachment' "
        "AND NOT EXISTS (SELECT 1 FROM upload u WHERE u.id = v.id)"
    )
    assert photos == [(0,)]
    for upload in laptop.rows("SELECT id, size FROM upload WHERE state = 'waiting'"):
        assert len(laptop.store.files.read(str(upload[0]), 0, int(str(upload[1])))) == upload[1]


def pages_of(laptop: Furnished) -> int:
    """Return the commit up to which the server's records were read."""
    rows = laptop.rows("SELECT max(commit_no) FROM scope_state")
    return int(str(rows[0][0] or 0))


def was_rescued(laptop: Furnished) -> bool:
    return bool(laptop.rows("SELECT 1 FROM audit WHERE what = 'rescue'"))
