"""Runs under the disk that remembers: a day of two dozen acts with every kind of write in it."""

import sys
from pathlib import Path

from tests.crash.day import Day, Memory
from tests.storage.furnished_vault import laptop_at

ROUNDS = 2


def main(folder: Path, beside: Path) -> None:
    log = beside / "changes.log"
    memory = Memory(beside / "told", place=lambda: log.stat().st_size)
    day = Day(laptop_at(folder.parent), memory)
    day.sit_down()
    for _ in range(ROUNDS):
        for act in day.acts():
            act()
        day.lock()
    day.erase()
    day.grow()
    day.break_the_file()
    for act in day.acts():
        act()
    day.laptop.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
