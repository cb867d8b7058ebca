"""The power goes at any moment of a day: the vault opens, and what was acknowledged is there."""

import shutil
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from field_app.storage.slot_file import read_slot
from field_app.storage.vault import JOURNAL
from tests.crash.counts import Tally
from tests.crash.day import Day, Memory
from tests.crash.disk import IN_MEMORY, Disk, needs_disk
from tests.crash.power import Change, Platter, changes
from tests.crash.reckoning import reckon
from tests.storage.furnished_vault import Furnished, laptop_at

STATES, LONG_STATES = 200, 5_000


@dataclass
class Recorded:
    """A day's changes, what there was before it, and what was acknowledged in it."""

    before: Platter
    changes: list[Change]
    memory: Memory

    def states(self, count: int, seed: int) -> Iterator[tuple[str, int, dict[str, bytes]]]:
        """Yield states after a cut at random places, each with its place in the log."""
        random = Random(seed)
        cuts = sorted(random.randrange(len(self.changes) + 1) for _ in range(count))
        platter, done = deepcopy(self.before), 0
        for cut, same in groupby(cuts):
            for change in self.changes[done:cut]:
                platter.change(change)
            done = cut
            place = self.changes[cut - 1].place if cut else 0
            for number, _ in enumerate(same):
                name = f"{seed}/{cut}/{number}"
                yield name, place, platter.after_cut(Random(name))


@pytest.fixture(scope="session")
def recorded(
    pattern: Path, disk_library: Path, tmp_path_factory: pytest.TempPathFactory
) -> Recorded:
    """Record a day once."""
    home = tmp_path_factory.mktemp("recorded") / "home"
    shutil.copytree(pattern, home)
    laptop_at(home).lock_with(None)
    before = Platter.of(home / "vault")
    disk = Disk(home / "vault", home.parent / "beside", disk_library)
    disk.run("tests.crash.recorded_day", recorded=True)
    return Recorded(before, changes(disk.log), Memory.read(disk.beside / "told"))


def laid_out(folder: Path, files: dict[str, bytes]) -> Furnished:
    """Write a state where the program will look for it."""
    vault = folder / "vault"
    shutil.rmtree(vault, ignore_errors=True)
    (vault / "files").mkdir(parents=True)
    for name, data in files.items():
        (vault / name).parent.mkdir(exist_ok=True)
        (vault / name).write_bytes(data)
    return laptop_at(folder)


def try_states(recorded: Recorded, tally: Tally, count: int, seed: int) -> None:
    rescued = 0
    with TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
        for name, place, files in recorded.states(count, seed):
            laptop = laid_out(Path(folder), files)
            assert JOURNAL in files, name
            read_slot(laptop.laptop.slot)
            memory = recorded.memory.until(place)
            needed = Day(laptop, memory).sit_down()
            # The day breaks its file after it has grown; before that a cut alone breaks nothing.
            assert memory.all("grown") or not needed, name
            rescued += needed
            try:
                reckon(laptop, memory)
            except AssertionError as lost:
                raise AssertionError(f"state {name}: {lost}") from lost
            laptop.close()
            tally.tried += 1
    tally.tell(f"{rescued} of them built anew from the journal")


@needs_disk
def test_power_goes(recorded: Recorded, tally: Tally) -> None:
    """Power cut at any write, sectors torn or dropped, renamings undone."""
    try_states(recorded, tally, tally.count(STATES), seed=1)


@needs_disk
@pytest.mark.long
def test_power_goes_often(recorded: Recorded, tally: Tally) -> None:
    """Power cut at any write, many more states."""
    try_states(recorded, tally, tally.count(LONG_STATES), seed=2)
