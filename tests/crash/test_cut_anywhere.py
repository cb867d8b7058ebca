"""A sync cut after any byte, either way, and begun again: the same as if nothing had happened.

`tests/sync/test_cut.py` cuts pages, batches and files where it matters most; here every byte is a
place. The laptop works on between the cuts, so each cut meets unsent work and unread answers.
"""

from collections.abc import Iterator

import pytest

from sync.engine.trouble import Trouble
from tests.crash.counts import Tally
from tests.crash.small_branch import taken
from tests.crash.wire import Way, Wire, wire_to
from tests.sync.acts import call, counted, unanswered
from tests.sync.office import Office, Seat

PLACES, LONG_STEP = 100, 1  # each way
LONGEST_S = 10.0


def sync_over(wire: Wire, seat: Seat) -> bool:
    """Sync over the line; say whether it came through."""
    line = seat.line_to(wire.address, stall_s=LONGEST_S)
    try:
        seat.sync(line=line)
    except Trouble:
        return False
    finally:
        line.close()
    return True


def cut_everywhere(office: Office, tally: Tally, step: int | None) -> None:
    lead = office.seat("chen")
    case_id = office.give(lead, 1)[0]
    li, second = office.seat("li"), office.seat("li")
    with wire_to(office.server.port) as wire:
        sync_over(wire, li)
        made = [call(li, case_id, "长" * 20).mid]
        wire.set("up", None)
        assert sync_over(wire, li)
        lengths = dict(wire.passed)
        for way, at in places(lengths, step, tally.scale):
            made.append(call(li, case_id, "长" * 20).mid)
            wire.set(way, at)
            through = sync_over(wire, li)
            assert not through or wire.passed[way] <= at
            if tally.tried % 10 == 9:
                is_as_uncut(office, wire, li, made)
            tally.tried += 1
        is_as_uncut(office, wire, li, made)
    second.sync()
    assert counted(second) == counted(li)
    tally.tell(f"of {lengths['up']:,} bytes up and {lengths['down']:,} down")


def places(lengths: dict[str, int], step: int | None, scale: int) -> Iterator[tuple[Way, int]]:
    """Yield where to cut: every byte, or as many places in each direction as the run allows."""
    ways: tuple[Way, ...] = ("up", "down")
    for way in ways:
        stride = step or max(lengths[way] // (PLACES * scale), 1)
        for at in range(0, lengths[way], stride):
            yield way, at


def is_as_uncut(office: Office, wire: Wire, li: Seat, made: list[str]) -> None:
    """Sync once more without a cut: all of it has arrived, in its order, each once."""
    wire.set("up", None)
    assert sync_over(wire, li)
    assert taken(office, li) == made
    assert unanswered(li) == 0
    report = li.sync()
    assert (report.sent, report.received) == (0, 0)


def test_cut_anywhere(branch_office: Office, tally: Tally) -> None:
    """Sync cut after a byte, both directions."""
    cut_everywhere(branch_office, tally, None)


@pytest.mark.long
def test_cut_everywhere(branch_office: Office, tally: Tally) -> None:
    """Sync cut after every byte, both directions."""
    cut_everywhere(branch_office, tally, LONG_STEP)
