"""Trains the dictionary that small messages share: `python -m tools.train_dictionary FILE`.

The samples are what two laptops and a server say to each other while calls with notes are recorded
one by one, and pages of one invented record; the cases are others than those of the bench. A
dictionary that was ever released stays as it is; a better one gets a name of its own in
`sync.protocol.compression`.
"""

import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from backports import zstd

from bench.lone_records import WeighedLine, weighed
from bench.sync_branch import Branch, Seat
from bench.sync_bytes import page_of, rows_of, written
from field_app.operations import contacts
from field_app.operations.submit import Saved
from sync.domain.ids import CaseId
from sync.domain.vocabulary import Channel, ContactResult
from sync.protocol.compression import DICTIONARY_LEVEL
from tools.dictionary_notes import HELD, UNSEEN

SIZE = 16 * 1024  # twice that brings two per cent
CALLS, CASES, HELLOS, SEED = 350, 150, 60, 20260901


def main(path: Path) -> int:
    """Write the dictionary."""
    chance = random.Random(SEED)
    with tempfile.TemporaryDirectory() as folder:
        branch = Branch(Path(folder) / "branch")
        branch.furnish(2 * CALLS, SEED)
        branch.start()
        try:
            seats = branch.seat(), branch.seat()
            held, unseen = (_samples(seats, chance, notes) for notes in (HELD, UNSEEN))
        finally:
            branch.stop()
    content = zstd.train_dict(held, SIZE)
    path.write_bytes(zstd.finalize_dict(content, unseen, SIZE, DICTIONARY_LEVEL).dict_content)
    return 0


def _samples(seats: tuple[Seat, Seat], chance: random.Random, notes: Sequence[str]) -> list[bytes]:
    for seat in seats:
        seat.sync()
    lines = [weighed(seat) for seat in seats]
    cases = [CaseId(row[1]) for row in seats[0].rows("kind = 'case'")]
    for case_id in chance.sample(cases, CALLS):
        channel, result = chance.choice(tuple(Channel)), chance.choice(tuple(ContactResult))
        written_down = written(chance, notes)
        if isinstance(
            contacts.record(seats[0].desk, case_id, channel, result, written_down), Saved
        ):
            for seat in seats:
                seat.sync()
    said = [text for line in lines for text in _said(line)]
    rows = rows_of(chance, CASES, notes)
    said += [page_of([row], chance, more=False) for row in rows]
    chance.shuffle(said)
    return said


def _said(line: WeighedLine) -> Iterator[bytes]:
    """Yield what was sent and answered, of the greetings only some."""
    hellos = 0
    for one in line.exchanges:
        hellos += one.path == "/hello"
        if one.path == "/push":
            yield one.plain
        if one.path in ("/push", "/pull") or (one.path == "/hello" and hellos <= HELLOS):
            yield one.body


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
