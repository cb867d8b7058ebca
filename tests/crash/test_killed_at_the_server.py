"""Kill -9 with a real server: of the laptop in its acts and syncs, of the server under pushes."""

import json
import signal
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from sync.engine.trouble import Trouble
from tests.crash.counts import Tally
from tests.crash.disk import Disk, needs_disk
from tests.crash.small_branch import taken
from tests.sync.acts import call, unanswered
from tests.sync.office import Office, Seat

LAPTOP_CHANGES = 110  # of a day with two syncs
LAPTOP_KILLS, LONG_LAPTOP_KILLS = 10, 1_000
SERVER_CHANGES = 60  # of a server that takes a batch from each of three laptops
SERVER_KILLS, LONG_SERVER_KILLS = 3, 200
STARTS_WITHIN_S = 3.0


def kill_laptop(office: Office, disk: Disk, tally: Tally, count: int) -> None:
    random = Random(count)
    places = [str(random.randrange(LAPTOP_CHANGES)) for _ in range(count)]
    where = (str(office.server.data), str(office.server.port))
    said = disk.run("tests.crash.synced_day", *where, *places)
    met = [json.loads(line) for line in said.splitlines()]
    tally.tried += sum(one["met"] for one in met)
    assert tally.tried > count // 2
    # By the processor's clock, for others may keep the machine busy.
    assert max(one["working"] for one in met) < STARTS_WITHIN_S
    slowest = max(one["started"] for one in met)
    tally.tell(f"slowest start afterwards {slowest:.2f} s")


def push_until_cut(seat: Seat) -> bool:
    """Sync; say whether the server was there to the end."""
    try:
        seat.sync()
    except Trouble:
        return False
    return True


def kill_server(office: Office, disk: Disk, tally: Tally, count: int) -> None:
    """Kill the server while three laptops push; start it, sync all, compare."""
    lead = office.seat("chen")
    case_id = office.give(lead, 1)[0]
    seats = [office.seat(login) for login in ("li", "wang", "li")]
    made: list[list[str]] = [[] for _ in seats]
    for seat in seats:
        seat.sync()
    random = Random(count)
    for _ in range(count):
        for seat, mids in zip(seats, made, strict=True):
            mids += [call(seat, case_id, "没人接").mid for _ in range(3)]
        disk.orders.life(random.randrange(SERVER_CHANGES))
        with ThreadPoolExecutor(len(seats)) as threads:
            through = list(threads.map(push_until_cut, seats))
        office.server.stop(signal.SIGKILL)
        disk.orders.life()
        office.server.start()
        for seat, mids in zip(seats, made, strict=True):
            seat.sync()
            assert unanswered(seat) == 0
            assert taken(office, seat) == mids
        tally.tried += not all(through)
    tally.tell()


@needs_disk
def test_laptop_killed(branch_office: Office, disk: Disk, tally: Tally) -> None:
    """Kill -9 of a laptop in a day of acts and syncs."""
    kill_laptop(branch_office, disk, tally, tally.count(LAPTOP_KILLS))


@needs_disk
def test_server_killed(fragile: Office, disk: Disk, tally: Tally) -> None:
    """Kill -9 of the server while three laptops push."""
    kill_server(fragile, disk, tally, tally.count(SERVER_KILLS))


@needs_disk
@pytest.mark.long
def test_laptop_killed_often(branch_office: Office, disk: Disk, tally: Tally) -> None:
    """Kill -9 of a laptop in a day of acts and syncs, many more."""
    kill_laptop(branch_office, disk, tally, tally.count(LONG_LAPTOP_KILLS))


@needs_disk
@pytest.mark.long
def test_server_killed_often(fragile: Office, disk: Disk, tally: Tally) -> None:
    """Kill -9 of the server while three laptops push, many more."""
    kill_server(fragile, disk, tally, tally.count(LONG_SERVER_KILLS))
