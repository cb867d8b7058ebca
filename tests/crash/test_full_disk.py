"""The laptop's disk is full at some block of 4 KiB: said plainly, nothing lost, and it goes on."""

from pathlib import Path

import pytest

from field_app.storage.trouble import DiskFull
from tests.crash.counts import Tally
from tests.crash.disk import Disk, met_at, needs_disk

STEPS = 260  # in which a day's files have grown to their whole size
PLAIN_EVERY = 13


def fill_up(disk: Disk, locked: Path, tally: Tally, every: int) -> None:
    places = [*range(0, STEPS, max(every, 1)), 100 * STEPS]
    met = met_at(disk, locked, "full_day", places)
    assert met[0] == DiskFull.code
    assert met[-1] == "", "with room for everything nothing is said"
    assert set(met) == {DiskFull.code, ""}
    tally.tried += len(met)
    tally.tell(f"{met.count(DiskFull.code)} met a full disk")


@needs_disk
def test_disk_full(disk: Disk, locked: Path, tally: Tally) -> None:
    """Full disk at blocks of 4 KiB in a laptop's day."""
    fill_up(disk, locked, tally, PLAIN_EVERY // tally.scale)


@needs_disk
@pytest.mark.long
def test_disk_full_at_every_step(disk: Disk, locked: Path, tally: Tally) -> None:
    """Full disk at every block of 4 KiB in a laptop's day."""
    fill_up(disk, locked, tally, 1)
