"""Sync over loopback against its limit: `python -m bench.sync [--peers]`.

First sync: an empty laptop reads 10 000 cases of about 2 KB from the server's own process.
Round trip: 200 signed calls made offline go up, are decided again and stored, come back as echo,
and a second laptop of the officer reads them. The limit, measured in the same rounds, is the
same bytes over a bare socket and the same records in one bulk insert (see `sync_limit`), for the
first sync once more with all other rows that a laptop writes (`_every_row`). `_own` is the
processor time of both, without the server's. Both share Python's lock and collect garbage as the
program does. `_of_old_cases` are the same trips once each of these cases has been looked at 25
times, beside those before. Besides: what goes over the wire (`sync_bytes`, `lone_records`),
requests of an idle sync, memory of a large one (`sync_memory`).
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

import msgspec

from bench import lone_records, peer_documents
from bench.bare_laptop import python_as_in_the_program
from bench.figures import OUT, Goal, Metric, beside, publish, within
from bench.sync_branch import Branch, Seat
from bench.sync_bytes import sizes
from bench.sync_limit import REPLICA, Load, Spent, bare, spent_on
from bench.sync_memory import growth
from bench.sync_peers import PeerTimes, Task, peers_rounds
from field_app.operations import cases as case_files
from field_app.operations import contacts
from field_app.operations.submit import Saved
from sync.domain.ids import CaseId
from sync.domain.outcome import Gone
from sync.domain.vocabulary import Channel, ContactResult, Revealable

CASES, CHANGES, ROUNDS = 10_000, 200, 5
LOOKS = 25  # at each case's telephone number, each a record of its history
RECORDS = 150_000  # of the sync whose memory is watched: SQLite's cache is full at a third of them
PEER_GOALS = {"anki": (2.0, 3.0), "pouchdb": (0.2, None)}  # first sync, round trip
RECORDS_EACH, CASES_EACH = "", "_whole_cases"  # what is a document of a peer
GOALS = {
    "nothing_to_do_requests": Goal(1),
    "bytes_of_a_full_page": Goal(0.22),
    "bytes_of_a_single_record": Goal(0.30),
    "memory_of_a_large_sync": Goal(1.1),
}


class Round(msgspec.Struct, frozen=True):
    """One measurement: ours, and the limit right behind it."""

    ours: Spent
    limit: Spent
    bytes_moved: int
    rows: int


class Found(msgspec.Struct, frozen=True):
    """All rounds of a run."""

    first: list[Round]
    every_row: list[Round]
    trips: list[Round]
    old: list[Round]  # trips about cases with a history
    idle: list[Round]
    idle_requests: list[float]
    lone: dict[str, Metric]
    documents: dict[str, Path]  # for peers


def main(argv: list[str], out: Path = OUT) -> int:
    """Measure, print a table and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--changes", type=int, default=CHANGES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--records", type=int, default=RECORDS, help="read to watch the memory")
    parser.add_argument("--peers", action="store_true", help="measure Anki and PouchDB beside")
    asked = parser.parse_args(argv)
    first, trip = f"first_sync_{asked.cases}_cases", f"round_trip_{asked.changes}_changes"
    with tempfile.TemporaryDirectory(prefix="sync-bench-") as folder:
        found = _measure(asked, Path(folder))
        metrics = {
            first: _metric(found.first),
            f"{first}_own": _own(found.first),
            f"{first}_every_row": _metric(found.every_row),
            trip: _metric(found.trips),
            f"{trip}_own": _own(found.trips),
            f"{trip}_of_old_cases": _beside_young(found),
            "nothing_to_do": _metric(found.idle),
            "nothing_to_do_requests": within(found.idle_requests, 1, "requests"),
        }
        metrics |= sizes() | found.lone | growth(asked.records, Path(folder) / "large")
        goals = GOALS | {first: Goal(1.5), f"{first}_every_row": Goal(1.5)}
        for each, documents in found.documents.items() if asked.peers else ():
            task = Task(documents, asked.changes, asked.rounds)
            for peer, rounds in peers_rounds(task, Path(folder) / f"peers{each}").items():
                both = zip((first, trip), _beside(found, rounds), PEER_GOALS[peer], strict=True)
                for name, metric, bound in both:
                    told = f"{name}_beside_{peer}{each}"
                    metrics[told] = metric
                    goals |= {told: Goal(bound)} if bound and each == RECORDS_EACH else {}
    publish("sync", metrics, goals, out)
    return 0


def _measure(asked: argparse.Namespace, folder: Path) -> Found:
    branch = Branch(folder / "branch")
    mean = branch.furnish(asked.cases)
    print(f"{asked.cases} cases, {mean:.0f} bytes of JSON each with their contacts")
    branch.start()
    try:
        with python_as_in_the_program():
            found = _rounds(branch, asked, folder)
    finally:
        branch.stop()
    told = (("first sync", found.first), ("all of it", found.every_row), ("trip", found.trips))
    for name, rounds in told:
        print(f"{name}: {rounds[0].bytes_moved} bytes on the wire, {rounds[0].rows} rows")
    return found


def _rounds(branch: Branch, asked: argparse.Namespace, folder: Path) -> Found:
    both = [_first_sync(branch, folder / f"first-{n}") for n in range(asked.rounds)]
    first, every_row = [one for one, _ in both], [one for _, one in both]
    mine, other = branch.seat(), branch.seat()
    mine.sync()
    other.sync()
    documents = _documents(mine, folder)
    names = [folder / f"trip-{n}" for n in range(asked.rounds)]
    trips = [_round_trip(mine, other, asked.changes, name) for name in names]
    _look_at_cases(mine, other, asked.changes)
    names = [folder / f"old-{n}" for n in range(asked.rounds)]
    old = [_round_trip(mine, other, asked.changes, name) for name in names]
    asked_before = mine.line.requests
    idle = [_idle(mine, folder / f"idle-{n}") for n in range(asked.rounds)]
    requests = (mine.line.requests - asked_before) / asked.rounds
    lone = lone_records.weights(mine, other)
    mine.close()
    other.close()
    return Found(first, every_row, trips, old, idle, [requests], lone, documents)


def _documents(seat: Seat, folder: Path) -> dict[str, Path]:
    """Return the laptop's records as files for peers."""
    rows = seat.rows()
    told = {
        RECORDS_EACH: peer_documents.of_records(rows),
        CASES_EACH: peer_documents.of_cases(rows),
    }
    return {e: peer_documents.write(d, folder / f"documents{e}.jsonl") for e, d in told.items()}


def _first_sync(branch: Branch, folder: Path) -> tuple[Round, Round]:
    """Return it beside its records alone, and beside every row."""
    seat = branch.seat()
    ours = spent_on(seat.sync)
    up, down, tables = seat.line.bytes_up, seat.line.bytes_down, seat.every_row()
    seat.close()
    records = {REPLICA: tables[REPLICA]}
    parts = ((records, folder), (tables, folder.with_suffix(".whole")))
    one, other = (_beside_bare(ours, Load(up, down, t), where) for t, where in parts)
    return one, other


def _beside_bare(ours: Spent, load: Load, folder: Path) -> Round:
    rows = sum(len(rows) for rows in load.laptop.values())
    return Round(ours, bare(load, folder), load.up + load.down, rows)


def _round_trip(mine: Seat, other: Seat, changes: int, folder: Path) -> Round:
    calls = f"kind = 'contact' AND json_extract(body, '$.note') = '{folder.name}'"
    up, down = _bytes(mine, other)
    for case_id in _some_cases(mine, changes):
        no_answer = ContactResult.NO_ANSWER
        written = contacts.record(mine.desk, case_id, Channel.PHONE, no_answer, folder.name)
        if not isinstance(written, Saved):
            raise LookupError(f"{case_id} is not on this laptop")

    def trip() -> None:
        mine.sync()
        other.sync()

    ours = spent_on(trip)
    rows = other.rows(calls)
    if len(rows) != changes or mine.rows(calls) != rows:
        raise AssertionError(f"{changes} went up and {len(rows)} came back")
    after_up, after_down = _bytes(mine, other)
    load = Load(after_up - up, after_down - down, {REPLICA: rows}, rows, laptops=2)
    return _beside_bare(ours, load, folder)


def _some_cases(seat: Seat, changes: int) -> list[CaseId]:
    return [CaseId(row[1]) for row in seat.rows("kind = 'case'")[:changes]]


def _look_at_cases(mine: Seat, other: Seat, changes: int) -> None:
    for _ in range(LOOKS):
        for case_id in _some_cases(mine, changes):
            if isinstance(case_files.reveal(mine.desk, case_id, Revealable.PHONE), Gone):
                raise LookupError(f"{case_id} is not on this laptop")
        mine.sync()
    other.sync()


def _idle(seat: Seat, folder: Path) -> Round:
    """Sync when there is nothing to say; the limit is the same bytes, no row."""
    up, down = _bytes(seat)
    ours = spent_on(seat.sync)
    after_up, after_down = _bytes(seat)
    return _beside_bare(ours, Load(after_up - up, after_down - down, {}), folder)


def _bytes(*seats: Seat) -> tuple[int, int]:
    return sum(s.line.bytes_up for s in seats), sum(s.line.bytes_down for s in seats)


def _metric(rounds: list[Round]) -> Metric:
    return beside([(r.ours.wall, r.limit.wall) for r in rounds])


def _beside_young(found: Found) -> Metric:
    return within(
        [r.ours.wall for r in found.old], statistics.median([r.ours.wall for r in found.trips])
    )


def _own(rounds: list[Round]) -> Metric:
    """Return the processor time of the laptops alone: other work on the machine moves it less."""
    return beside([(r.ours.own, r.limit.own) for r in rounds])


def _beside(found: Found, peer: list[PeerTimes]) -> tuple[Metric, Metric]:
    """Return first sync and round trip beside a peer's; its rounds were not in the same moments."""
    down = statistics.median([p.full_down_s for p in peer])
    both_ways = statistics.median([p.up_s + p.down_s for p in peer])
    return (
        within([r.ours.wall for r in found.first], down),
        within([r.ours.wall for r in found.trips], both_ways),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
