"""A second fault while the first is being mended: a rescue that is killed or finds no room."""

from pathlib import Path

import pytest

from field_app.storage.trouble import DiskFull
from tests.crash.counts import Tally
from tests.crash.disk import Disk, met_at, needs_disk

CHANGES = 130  # that a rescue makes, and the opening after it
STEPS = 110  # blocks of 4 KiB that a rescue needs
PLAIN_EVERY = 8


def kill(disk: Disk, broken: Path, tally: Tally, every: int) -> None:
    met = met_at(disk, broken, "killed_rescue", range(0, CHANGES, max(every, 1)))
    assert met[0]
    tally.tried += met.count(True)
    tally.tell()


def fill_up(disk: Disk, broken: Path, tally: Tally, every: int) -> None:
    places = [*range(0, STEPS, max(every, 1)), 100 * STEPS]
    met = met_at(disk, broken, "full_rescue", places)
    assert met[0] == DiskFull.code
    assert met[-1] == ""
    assert set(met) == {DiskFull.code, ""}
    tally.tried += len(met)
    tally.tell()


@needs_disk
def test_killed_rescue(disk: Disk, broken: Path, tally: Tally) -> None:
    """Kill -9 during a rescue."""
    kill(disk, broken, tally, PLAIN_EVERY // tally.scale)


@needs_disk
def test_full_rescue(disk: Disk, broken: Path, tally: Tally) -> None:
    """Full disk during a rescue."""
    fill_up(disk, broken, tally, PLAIN_EVERY // tally.scale)


@needs_disk
@pytest.mark.long
def test_rescue_killed_at_every_change(disk: Disk, broken: Path, tally: Tally) -> None:
    """Kill -9 during a rescue, at every change."""
    kill(disk, broken, tally, 1)


@needs_disk
@pytest.mark.long
def test_rescue_full_at_every_step(disk: Disk, broken: Path, tally: Tally) -> None:
    """Full disk during a rescue, at every block of 4 KiB."""
    fill_up(disk, broken, tally, 1)
