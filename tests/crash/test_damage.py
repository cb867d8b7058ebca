"""Whatever is done to file, log or journal: noticed or harmless, and no saved work is ever lost.

Damage to the vault or its log leaves the journal, damage to the journal leaves the vault. An old
page of a file cannot be told from a new one by itself; what it took away of the outbox is missed
by the journal, and everything else is the server's, which says it again.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from field_app.storage.cipher import PAGE_SIZE
from field_app.storage.vault import DATABASE, JOURNAL
from tests.crash.counts import Tally
from tests.crash.day import Day, Memory
from tests.crash.disk import IN_MEMORY
from tests.crash.reckoning import the_journal_agrees, work_is_whole
from tests.storage.furnished_vault import laptop_at

TRIES, LONG_TRIES = 120, 4_000
LOG = f"{DATABASE}-wal"


@dataclass(frozen=True)
class Left:
    """A laptop as it was left with its newest work in the log, and its file from before that."""

    folder: Path
    former: bytes
    memory: Memory


@pytest.fixture(scope="session")
def left(locked: Path, tmp_path_factory: pytest.TempPathFactory) -> Left:
    """Work a day, lock, work on, and leave the laptop as a lost power supply would."""
    folder = tmp_path_factory.mktemp("left")
    shutil.copytree(locked, folder / "home")
    memory = Memory(folder / "told")
    day = Day(laptop_at(folder / "home"), memory)
    day.sit_down()
    for act in day.acts():
        act()
    day.lock()
    former = day.laptop.database.read_bytes()
    for act in day.acts():
        act()
    shutil.copytree(folder / "home", folder / "left")
    day.laptop.close()
    assert (folder / "left" / "vault" / LOG).stat().st_size > PAGE_SIZE
    return Left(folder / "left", former, memory)


def flip(data: bytearray, _former: bytes, random: Random) -> None:
    for _ in range(random.choice((1, 1, 8))):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def truncate(data: bytearray, _former: bytes, random: Random) -> None:
    del data[random.randrange(len(data)) :]


def swap_pages(data: bytearray, _former: bytes, random: Random) -> None:
    size = min(PAGE_SIZE, len(data) // 4)
    one, other = (random.randrange(len(data) // size) * size for _ in range(2))
    there = bytes(data[one : one + size])
    data[one : one + size] = data[other : other + size]
    data[other : other + size] = there


def old_page(data: bytearray, former: bytes, random: Random) -> None:
    at = random.randrange(max(len(former) // PAGE_SIZE, 1)) * PAGE_SIZE
    data[at : at + PAGE_SIZE] = former[at : at + PAGE_SIZE]


def rubbish(data: bytearray, _former: bytes, random: Random) -> None:
    at = random.randrange(len(data)) // 512 * 512
    data[at : at + 512] = random.randbytes(len(data[at : at + 512]))


HARMS: dict[str, Callable[[bytearray, bytes, Random], None]] = {
    one.__name__: one for one in (flip, truncate, swap_pages, old_page, rubbish)
}


def harm(left: Left, folder: Path, what: str, how: str, random: Random) -> None:
    """Lay the laptop out with one of its files harmed."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(left.folder, folder)
    path = folder / "vault" / what
    data = bytearray(path.read_bytes())
    HARMS[how](data, left.former if what == DATABASE else bytes(data), random)
    path.write_bytes(data)


def try_harms(left: Left, tally: Tally, count: int) -> None:
    rescued = 0
    with TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
        home = Path(folder) / "home"
        for number in range(count):
            random = Random(number)
            what, how = random.choice((DATABASE, LOG, JOURNAL)), random.choice(list(HARMS))
            harm(left, home, what, how, random)
            day = Day(laptop_at(home), left.memory.until(0))
            try:
                was_rescued = day.sit_down()
                work_is_whole(day.laptop, left.memory)
                the_journal_agrees(day.laptop)
                if was_rescued:
                    rescued += 1
                    day.brought_again()
                day.number = 90
                day.call()
            except Exception as trouble:
                raise AssertionError(f"{number}: {what}, {how}: {trouble!r}") from trouble
            day.laptop.close()
            tally.tried += 1
    tally.tell(f"{rescued} built anew from the journal")


def test_harmed(left: Left, tally: Tally) -> None:
    """Bits flipped, files cut, pages swapped or old, sectors of rubbish."""
    try_harms(left, tally, tally.count(TRIES))


@pytest.mark.long
def test_harmed_often(left: Left, tally: Tally) -> None:
    """Bits flipped, files cut, pages swapped or old, sectors of rubbish, many more."""
    try_harms(left, tally, tally.count(LONG_TRIES))
