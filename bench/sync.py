"""Sync over loopback against its limit: `python -m bench.sync [--peers]`.

First sync: an empty laptop reads 10 000 cases of about 2 KB from the server's own process.
Round trip: 200 signed calls made offline go up, are decided again and stored, come back as echo,
and a second laptop of the officer reads them. The limit, measured in the same rounds, is the
same bytes over a bare socket and the same rows in one bulk insert (see `sync_limit`).
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from bench.sync_branch import ROOT, Branch, Seat
from bench.sync_limit import Load, seconds
from bench.sync_peers import AnkiTimes, anki_rounds
from field_app.operations import contacts
from field_app.operations.submit import Saved
from sync.domain.ids import CaseId
from sync.domain.vocabulary import Channel, ContactResult

OUT = ROOT / "build" / "bench" / "sync.json"
CASES, CHANGES = 10_000, 200


class Round(msgspec.Struct, frozen=True):
    """One measurement: ours, and the limit right behind it."""

    ours: float
    limit: float
    bytes_moved: int
    rows: int


class Metric(msgspec.Struct, frozen=True):
    """One line of the table."""

    value: float
    limit: float
    ratio: float
    unit: str = "s"


def main(argv: list[str]) -> int:
    """Measure, print a table and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--changes", type=int, default=CHANGES)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", action="store_true", help="measure Anki beside (needs PyPI)")
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="sync-bench-") as folder:
        metrics = _measure(asked, Path(folder))
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_bytes(msgspec.json.format(msgspec.json.encode({"metrics": metrics}), indent=2))
    print(_table(metrics))
    return 0


def _measure(asked: argparse.Namespace, folder: Path) -> dict[str, Metric]:
    branch = Branch(folder / "branch")
    mean = branch.furnish(asked.cases)
    print(f"{asked.cases} cases, {mean:.0f} bytes of JSON each with their contacts")
    branch.start()
    try:
        first = [_first_sync(branch, folder / f"first-{n}") for n in range(asked.rounds)]
        mine, other = branch.seat(), branch.seat()
        mine.sync()
        other.sync()
        trips = [
            _round_trip(mine, other, asked.changes, folder / f"trip-{n}")
            for n in range(asked.rounds)
        ]
        idle = [_timed(mine.sync) for _ in range(asked.rounds)]
        mine.close()
        other.close()
    finally:
        branch.stop()
    names = (f"first_sync_{asked.cases}_cases", f"round_trip_{asked.changes}_changes")
    metrics = {name: _metric(rounds) for name, rounds in zip(names, (first, trips), strict=True)}
    for name, rounds in zip(names, (first, trips), strict=True):
        print(f"{name}: {rounds[0].bytes_moved} bytes on the wire, {rounds[0].rows} rows")
    print(f"a sync with nothing to do: {statistics.median(idle) * 1000:.1f} ms")
    if asked.peers:
        peers = anki_rounds(asked.cases, asked.changes, asked.rounds, folder)
        metrics |= _beside(metrics, names, peers)
    return metrics


def _first_sync(branch: Branch, folder: Path) -> Round:
    seat = branch.seat()
    ours = _timed(seat.sync)
    rows = seat.rows()
    load = Load(seat.line.bytes_up, seat.line.bytes_down, rows)
    seat.close()
    return Round(ours, seconds(load, folder), load.up + load.down, len(rows))


def _round_trip(mine: Seat, other: Seat, changes: int, folder: Path) -> Round:
    calls = f"kind = 'contact' AND json_extract(body, '$.note') = '{folder.name}'"
    up, down = _bytes(mine, other)
    cases = [CaseId(row[1]) for row in mine.rows("kind = 'case'")[:changes]]
    for case_id in cases:
        no_answer = ContactResult.NO_ANSWER
        written = contacts.record(mine.desk, case_id, Channel.PHONE, no_answer, folder.name)
        if not isinstance(written, Saved):
            raise LookupError(f"{case_id} is not on this laptop")

    def trip() -> None:
        mine.sync()
        other.sync()

    ours = _timed(trip)
    rows = other.rows(calls)
    if len(rows) != changes or mine.rows(calls) != rows:
        raise AssertionError(f"{changes} went up and {len(rows)} came back")
    after_up, after_down = _bytes(mine, other)
    load = Load(after_up - up, after_down - down, rows, rows, laptops=2)
    return Round(ours, seconds(load, folder), load.up + load.down, len(rows))


def _bytes(*seats: Seat) -> tuple[int, int]:
    return sum(s.line.bytes_up for s in seats), sum(s.line.bytes_down for s in seats)


def _timed(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _metric(rounds: list[Round]) -> Metric:
    """Return the medians; the ratio is the median of the rounds' own ratios."""
    return Metric(
        round(statistics.median(r.ours for r in rounds), 4),
        round(statistics.median(r.limit for r in rounds), 4),
        round(statistics.median(r.ours / r.limit for r in rounds), 2),
    )


def _beside(
    metrics: dict[str, Metric], names: tuple[str, str], peers: list[AnkiTimes]
) -> dict[str, Metric]:
    first = statistics.median(p.full_down_s for p in peers)
    trip = statistics.median(p.up_s + p.down_s for p in peers)
    found = {}
    for name, theirs in zip(names, (first, trip), strict=True):
        ours = metrics[name].value
        found[f"{name}_beside_anki"] = Metric(ours, round(theirs, 4), round(ours / theirs, 2))
    return found


def _table(metrics: dict[str, Metric]) -> str:
    lines = [f"{'':<42}{'ours':>10}{'limit':>10}{'ratio':>8}"]
    for name, metric in metrics.items():
        ours, limit = f"{metric.value:.3f} s", f"{metric.limit:.3f} s"
        lines.append(f"{name:<42}{ours:>10}{limit:>10}{metric.ratio:>8.2f}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
