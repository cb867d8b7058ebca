"""kill -9 at any change that a day makes to the disk: what was acknowledged is there again."""

from pathlib import Path
from random import Random

import pytest

from tests.crash.counts import Tally
from tests.crash.disk import Disk, met_at, needs_disk

CHANGES = 480  # of a whole day; a few more let it end alive
KILLS, LONG_KILLS = 20, 2_000


def kill_days(disk: Disk, locked: Path, tally: Tally, count: int) -> None:
    random = Random(count)
    met = met_at(disk, locked, "killed_day", (random.randrange(CHANGES) for _ in range(count)))
    tally.tried += met.count(True)
    assert met.count(True) > count * 3 // 4
    tally.tell()


@needs_disk
def test_killed(disk: Disk, locked: Path, tally: Tally) -> None:
    """Kill -9 of a day without a line."""
    kill_days(disk, locked, tally, tally.count(KILLS))


@needs_disk
@pytest.mark.long
def test_killed_often(disk: Disk, locked: Path, tally: Tally) -> None:
    """Kill -9 of a day without a line, many more."""
    kill_days(disk, locked, tally, tally.count(LONG_KILLS))
