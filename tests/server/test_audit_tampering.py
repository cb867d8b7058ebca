"""Whatever is changed in a log afterwards is named: the first bad entry, by both verifiers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.protocol.checkpoint import Checkpoint
from sync.protocol.merkle import leaf_hash
from sync.protocol.signed_form import key_text
from tests.server.ledger import (
    AUDIT_KEY,
    BRANCH,
    ENTRIES,
    ERASED,
    EVERY,
    PEN,
    Ledger,
    empty_image,
    hide,
    ledger,
)
from tools.verify_audit import Bad, Unreadable, verify

LAST_ENVELOPE = 693  # its laptop had been shown everything before
CLOSED = 512  # entries in full blocks of 256
PLACES = st.sampled_from([0, 1, 255, 256, 300, 511, 512, 600, ENTRIES - 1]) | st.integers(
    0, ENTRIES - 1
)
KEY = key_text(AUDIT_KEY.public_key())
FEW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def another(entry: str) -> str:
    """Let somebody else have done it."""
    told = msgspec.json.decode(entry)
    return msgspec.json.encode(told | {"officer": "nobody"}, order="sorted").decode()


def edit(one: Ledger, n: int) -> None:
    [[entry]] = one.run("SELECT entry FROM audit_leaf WHERE n = ?", n)
    one.run("UPDATE audit_leaf SET entry = ? WHERE n = ?", another(entry), n)


def edit_hash(one: Ledger, n: int) -> None:
    one.run("UPDATE audit_leaf SET hash = ? WHERE n = ?", "f" * 64, n)


def delete(one: Ledger, n: int) -> None:
    one.run("DELETE FROM audit_leaf WHERE n = ?", n)


def delete_and_close_up(one: Ledger, n: int) -> None:
    delete(one, n)
    for later in range(n + 1, ENTRIES):
        one.run("UPDATE audit_leaf SET n = ? WHERE n = ?", later - 1, later)


def cut(one: Ledger, n: int) -> None:
    one.run("DELETE FROM audit_leaf WHERE n >= ?", n)


def put_in(one: Ledger, n: int) -> None:
    for later in range(ENTRIES - 1, n - 1, -1):
        one.run("UPDATE audit_leaf SET n = ? WHERE n = ?", later + 1, later)
    [[entry, hashed]] = one.run("SELECT entry, hash FROM audit_leaf WHERE n = ?", n + 1)
    one.run("INSERT INTO audit_leaf VALUES (?, ?, ?, ?)", BRANCH, n, another(entry), hashed)


def swap(one: Ledger, n: int) -> None:
    """Swap an entry with the next, or the last with the one before."""
    first = min(n, ENTRIES - 2)
    for old, new in ((first, -1), (first + 1, first), (-1, first + 1)):
        one.run("UPDATE audit_leaf SET n = ? WHERE n = ?", new, old)


EXACT: dict[str, Callable[[Ledger, int], None]] = {
    "edit": edit,
    "edit of the hash": edit_hash,
    "deletion": delete,
    "deletion and renumbering": delete_and_close_up,
    "truncation": cut,
    "insertion": put_in,
    "swap": swap,
}


@pytest.mark.parametrize("how", EXACT)
@FEW
@given(n=PLACES)
def test_one_change_is_named_exactly(how: str, n: int) -> None:
    with ledger() as one:
        EXACT[how](one, n)
        flaw = one.verify().flaw
        assert flaw is not None
        expected = min(n, ENTRIES - 2) if how == "swap" else n
        assert (flaw.n, flaw.end) == (expected, expected + 1), flaw


@FEW
@given(n=PLACES)
def test_an_entry_that_is_changed_with_its_hash(n: int) -> None:
    """A full block keeps its hashes twice; in the open one the head narrows it down."""
    with ledger() as one:
        [[entry]] = one.run("SELECT entry FROM audit_leaf WHERE n = ?", n)
        forged = another(entry) if "officer" not in entry else entry.replace("appl", "reje")
        hashed = leaf_hash(forged.encode()).hex()
        one.run("UPDATE audit_leaf SET entry = ?, hash = ? WHERE n = ?", forged, hashed, n)
        flaw = one.verify().flaw
        assert flaw is not None
        assert flaw.n <= n < flaw.end
        if n < CLOSED:
            assert (flaw.n, flaw.end) == (n, n + 1)


@pytest.mark.parametrize("level", [0, 1])
@FEW
@given(place=st.integers(0, 255))
def test_a_stored_node_is_named(level: int, place: int) -> None:
    place = place % 2 if level else place
    with ledger() as one:
        [[kept]] = one.run("SELECT hashes FROM audit_tile WHERE level = ? AND idx = 0", level)
        at = place * 32
        forged = kept[:at] + bytes([kept[at] ^ 1]) + kept[at + 1 :]
        one.run("UPDATE audit_tile SET hashes = ? WHERE level = ? AND idx = 0", forged, level)
        flaw = one.verify().flaw
        assert flaw is not None
        assert flaw.n == (place * 256 if level else place)


@pytest.mark.parametrize(
    ("sql", "first"),
    [
        ("DELETE FROM audit_tile WHERE level = 0 AND idx = 1", 256),
        ("DELETE FROM audit_tile WHERE level = 1", 0),
        ("UPDATE audit_tile SET hashes = substr(hashes, 1, 32) WHERE level = 1", 256),
        (
            "UPDATE audit_tile SET hashes = CAST(hashes || zeroblob(32) AS BLOB) WHERE level = 1",
            ENTRIES,
        ),
        (f"INSERT INTO audit_tile VALUES ('{BRANCH}', 0, 2, zeroblob(8192))", ENTRIES),
        ("UPDATE feed_head SET leaves = leaves + 1", ENTRIES),
        ("UPDATE feed_head SET leaves = leaves - 1", ENTRIES - 1),
        ("UPDATE feed_head SET leaves = 0, frontier = zeroblob(0)", 0),
        ("UPDATE feed_head SET frontier = substr(frontier, 1, 64)", ENTRIES),
        ("UPDATE feed_head SET frontier = zeroblob(length(frontier))", 0),
        (f"INSERT INTO audit_leaf VALUES ('{BRANCH}', -1, '', '')", ENTRIES),
        ("DELETE FROM mutation WHERE mid = 'm-5'", 5 * EVERY),
        ("UPDATE mutation SET seq = 900 WHERE mid = 'm-5'", 5 * EVERY),
        ("UPDATE mutation SET body_hash = '' WHERE mid = 'm-5'", 5 * EVERY),
        ("UPDATE mutation SET envelope = X'7B7D' WHERE mid = 'm-5'", 5 * EVERY),
        (
            "UPDATE mutation SET envelope = CAST(replace(CAST(envelope AS TEXT), "
            "'note', 'nope') AS BLOB) WHERE mid = 'm-5'",
            5 * EVERY,
        ),
    ],
)
def test_what_stands_around_the_entries(sql: str, first: int) -> None:
    with ledger() as one:
        one.run(sql)
        flaw = one.verify().flaw
        assert flaw is not None
        assert flaw.n == first, flaw


def test_a_body_that_is_hidden_without_an_erasure() -> None:
    with ledger() as one:
        assert one.verify().flaw is None
        hide(one, "m-30")
        flaw = one.verify().flaw
        assert flaw is not None
        assert (flaw.n, flaw.what) == (30 * EVERY, "erased")


def rewritten(one: Ledger, n: int) -> Ledger:
    """Make the whole log anew with another entry, so that nothing inside it can tell."""
    told = _cleared(one)
    told[n] |= {"officer": "nobody"}
    one.append(*told)
    return one


@FEW
@given(at=st.lists(st.integers(1, ENTRIES), min_size=1, max_size=4), n=st.integers(0, ENTRIES - 1))
def test_a_log_made_anew_disagrees_with_the_laptops(at: list[int], n: int) -> None:
    n -= n % EVERY == 0 and n > 0  # an envelope's entry is found by its envelope
    with ledger() as one:
        seen = [_checkpoint_at(one, size) for size in at]
        assert one.verify(0, seen).flaw is None
        found = rewritten(one, n).verify(0, seen)
        after = [size for size in at if size > n]
        if not after:
            assert found.flaw is None
        else:
            assert found.flaw is not None
            before = max([size for size in at if size <= n], default=0)
            assert (found.flaw.n, found.flaw.end) == (before, min(after))
        # The laptops' own envelopes name what they had been shown.
        assert all(entry > n for entry in found.others)
        assert bool(found.others) == (n < LAST_ENVELOPE)


def _checkpoint_at(one: Ledger, size: int) -> Checkpoint:
    """Return the checkpoint the server would have signed at an earlier size."""
    with ledger(empty_image()) as other:
        rows = one.run("SELECT entry FROM audit_leaf WHERE n < ? ORDER BY n", size)
        other.append(*[msgspec.json.decode(row[0]) for row in rows])
        return other.checkpoint()


def test_a_checkpoint_of_more_entries_than_there_are() -> None:
    with ledger() as one:
        seen = one.checkpoint()
        shorter = _shortened(one)
        found = one.verify(0, [seen])
        assert found.flaw is not None
        assert (found.flaw.n, found.flaw.end) == (shorter, ENTRIES)


def _shortened(one: Ledger) -> int:
    """Take entries away, but for the last, and make everything inside agree."""
    told = _cleared(one)
    one.append(*told[: ENTRIES - 4], told[-1])
    assert one.verify().flaw is None
    return ENTRIES - 3


def _cleared(one: Ledger) -> list[dict[str, Any]]:
    """Empty the log and return what it told."""
    rows = one.run("SELECT entry FROM audit_leaf ORDER BY n")
    for table in ("audit_leaf", "audit_tile"):
        one.run(f"DELETE FROM {table}")
    one.run("UPDATE feed_head SET leaves = 0, frontier = zeroblob(0)")
    return [msgspec.json.decode(row[0]) for row in rows]


def test_since_reads_only_hashes_of_what_is_older() -> None:
    with ledger() as one:
        edit(one, 10)
        assert one.verify(since=300).flaw is None
        assert one.verify(since=200).flaw is not None
        edit(one, 300)
        flaw = one.verify(since=300).flaw
        assert flaw is not None
        assert flaw.n == 300


# The exported file, and the verifier that shares no code with the server.


def first_bad(path: Path, **asked: Any) -> int:
    with pytest.raises(Bad) as caught:
        verify(str(path), KEY, **asked)
    return int(caught.value.first)


def test_an_export_is_whole_for_both(tmp_path: Path) -> None:
    with ledger() as one:
        one.export(tmp_path / "log.jsonl")
        assert one.verify().flaw is None
    [said] = verify(str(tmp_path / "log.jsonl"), KEY)
    assert said.startswith(f"{ENTRIES} entries, 1 checkpoints: the log is whole")


@pytest.mark.parametrize("how", EXACT)
@FEW
@given(n=PLACES)
def test_both_verifiers_name_the_same_entry(tmp_path: Path, how: str, n: int) -> None:
    """What is changed in the database before it is exported is found in the file too."""
    path = tmp_path / "log.jsonl"
    with ledger() as one:
        EXACT[how](one, n)
        flaw = one.verify().flaw
        assert flaw is not None
        one.export(path)
    assert first_bad(path) == flaw.n


FILE_TAMPERS: dict[str, Callable[[list[bytes], int], list[bytes]]] = {
    "edit": lambda lines, n: [*lines[:n], lines[n].replace(b"what", b"WHAT"), *lines[n + 1 :]],
    "deletion": lambda lines, n: lines[:n] + lines[n + 1 :],
    "truncation": lambda lines, n: lines[:n],
    "swap": lambda lines, n: [
        *lines[: min(n, ENTRIES - 2)],
        *reversed(lines[min(n, ENTRIES - 2) : min(n, ENTRIES - 2) + 2]),
        *lines[min(n, ENTRIES - 2) + 2 :],
    ],
    "insertion": lambda lines, n: [*lines[:n], lines[n], *lines[n:]],
    "half a line": lambda lines, n: [*lines[:n], lines[n][: len(lines[n]) // 2]],
}


def test_two_logs_of_one_length_name_all_that_may_be_bad(tmp_path: Path) -> None:
    """Laptops saw the log as it was, then the one made anew: that this agrees says nothing."""
    path, kept = tmp_path / "log.jsonl", tmp_path / "kept.jsonl"
    with ledger() as one:
        seen = [_checkpoint_at(one, 300), one.checkpoint()]
        seen.append(rewritten(one, 400).checkpoint())
        flaw = one.verify(0, seen).flaw
        assert flaw is not None
        assert (flaw.n, flaw.what, flaw.end) == (300, "checkpoint", ENTRIES)
        one.export(path)
    kept.write_bytes(b"\n".join(msgspec.json.encode({"checkpoint": c}) for c in seen))
    assert first_bad(path, checkpoints=[str(kept)]) == 300


@pytest.mark.parametrize("how", FILE_TAMPERS)
@FEW
@given(n=PLACES)
def test_a_change_of_the_file_is_named(tmp_path: Path, how: str, n: int) -> None:
    path = tmp_path / "log.jsonl"
    with ledger() as one:
        heading, *lines = one.export(path)
    path.write_bytes(b"".join([heading, *FILE_TAMPERS[how](lines, n)]))
    expected = {"swap": min(n, ENTRIES - 2), "insertion": n + 1}.get(how, n)
    assert first_bad(path) == expected


@settings(FEW, max_examples=60)
@given(data=st.data())
def test_any_character_of_the_file(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "log.jsonl"
    with ledger() as one:
        heading, *lines = one.export(path)
    n = data.draw(st.integers(0, ENTRIES - 1))
    at = data.draw(st.integers(0, len(lines[n]) - 2))
    put = data.draw(st.sampled_from([b"0", b"x", b"}", b'"']))
    lines[n] = lines[n][:at] + put + lines[n][at + 1 :]
    path.write_bytes(b"".join([heading, *lines]))
    with ledger() as one:
        if lines[n] == one.export(tmp_path / "again.jsonl")[n + 1]:
            return
    assert first_bad(path) == n


def test_a_file_of_another_key_or_no_log(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    with ledger() as one:
        heading, *lines = one.export(path)
    other = key_text(PEN.public_key())
    with pytest.raises(Unreadable, match="not signed"):
        verify(str(path), other)
    for head in (b"", b"{}", b"[1]", heading.replace(b"audit-log", b"audit-lag")):
        path.write_bytes(b"".join([head, b"\n", *lines]))
        with pytest.raises(Unreadable):
            verify(str(path), KEY)


def test_records_are_proven_to_a_customer(tmp_path: Path) -> None:
    path = tmp_path / "proof.jsonl"
    with ledger() as one:
        heading, kept, erased = one.prove(path, "m-40", ERASED)
    said, gone = verify(str(path), KEY)
    assert "发工资后 40" in said
    assert gone.endswith("its content was erased")
    assert b"boot" not in erased
    for old, new in ((b"40", b"41"), ("发".encode(), b"x"), (b"li", b"lo"), (b"appl", b"reje")):
        path.write_bytes(heading + kept.replace(old, new))
        with pytest.raises((Bad, Unreadable)):
            verify(str(path), KEY)
