"""The server's disk is full at some block of 4 KiB: the laptop keeps its work for later."""

import pytest

from sync.engine.trouble import Trouble
from sync.protocol.messages import Codes
from tests.crash.counts import Tally
from tests.crash.disk import Disk, needs_disk
from tests.crash.small_branch import taken
from tests.sync.acts import call, unanswered
from tests.sync.office import Office, Seat, administer

STEP = 4096
MOST_STEPS = 40  # more than the log grows by with one push
ROUNDS, LONG_ROUNDS = 2, 40


def trouble_of(seat: Seat) -> Trouble | None:
    """Sync; return why it did not come through, None when it did."""
    try:
        seat.sync()
    except Trouble as trouble:
        return trouble
    assert unanswered(seat) == 0
    return None


def fill_up(office: Office, disk: Disk, tally: Tally, rounds: int) -> None:
    lead = office.seat("chen")
    case_id = office.give(lead, 1)[0]
    li = office.seat("li")
    li.sync()
    made: list[str] = []
    for _ in range(rounds):
        for step in range(MOST_STEPS):
            made.append(call(li, case_id, "没人接").mid)
            disk.orders.room(step * STEP)
            trouble = trouble_of(li)
            if trouble is None:
                break
            assert trouble.code is Codes.NO_ROOM
            assert trouble.retry_after is not None
            assert set(taken(office, li)) <= set(made)
            tally.tried += 1
        disk.orders.room()
        li.sync()
        assert taken(office, li) == made
        assert unanswered(li) == 0
    assert "whole" in administer(office.server.data, "audit", "verify")
    tally.tell()


@needs_disk
def test_server_full(fragile: Office, disk: Disk, tally: Tally) -> None:
    """Full disk under the server's file, at blocks of 4 KiB."""
    fill_up(fragile, disk, tally, tally.count(ROUNDS))


@needs_disk
@pytest.mark.long
def test_server_full_often(fragile: Office, disk: Disk, tally: Tally) -> None:
    """Full disk under the server's file, at blocks of 4 KiB, many more."""
    fill_up(fragile, disk, tally, tally.count(LONG_ROUNDS))
