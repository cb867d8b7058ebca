"""Runs under the disk that fails: days that meet a full disk, and days that are killed.

Every fault has a laptop of its own, copied from one pattern. A killed day is a child of this
process, which then sits down at the laptop as the person would.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from field_app.bootstrap.desk_setup import open_or_rescue
from field_app.storage.trouble import DiskFull, Rescued
from tests.crash.day import Day, Memory
from tests.crash.disk import Orders
from tests.crash.reckoning import reckon
from tests.storage.furnished_vault import laptop_at

STEP = 4096


class Bench:
    """The watched folder, the disk's orders, and the pattern whose copies are tried."""

    def __init__(self, folder: Path, beside: Path, pattern: Path) -> None:
        self.folder = folder
        self.beside = beside
        self.pattern = pattern
        self.orders = Orders(beside / "orders")

    def day(self) -> Day:
        """Return a day at a fresh copy of the laptop, with the memory that came with it."""
        home = self.folder / "home"
        self.end(home)
        shutil.copytree(self.pattern, home)
        told = self.beside / "told"
        told.unlink(missing_ok=True)
        before = self.pattern / "told"
        if before.exists():
            shutil.copy(before, told)
        return Day(laptop_at(home), Memory.read(told))

    def end(self, home: Path) -> None:
        shutil.rmtree(home, ignore_errors=True)

    def killed(self, after: int, act: Callable[[], object]) -> bool:
        """Do something in a child that may make so many changes; say whether it was killed."""
        child = os.fork()
        if child == 0:
            os.setsid()
            self.orders.life(after)
            act()
            self.orders.life()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        self.orders.life()
        assert os.WIFSIGNALED(status) or status == 0
        return os.WIFSIGNALED(status)


def whole_day(day: Day) -> None:
    """Sit down and act two rounds, locking in between."""
    day.sit_down()
    for act in (*day.acts(), day.lock, *day.acts()):
        act()
    day.laptop.close()


def full_day(bench: Bench, step: int) -> dict[str, object]:
    """Let the disk be full after so many steps; go on once there is room, or leave it."""
    day = bench.day()
    day.sit_down()
    bench.orders.room(step * STEP)
    met = ""
    for act in (*day.acts(), *day.acts()):
        try:
            act()
        except DiskFull as full:
            met = full.code
            bench.orders.room()
            if step % 2:  # at every other place the person gives up, and it is not tried again
                break
            act()
    bench.orders.room()
    for again in (False, True):
        if again:
            day.laptop.close()
            assert not day.sit_down()
        reckon(day.laptop, day.memory)
        # What was told to be not saved is not there.
        told = "SELECT count(*) FROM outbox WHERE what <> 'record_hardship'"
        assert day.laptop.rows(told) == [(len(day.memory.all("act")),)]
    day.laptop.close()
    return {"met": met}


def killed_day(bench: Bench, after: int) -> dict[str, object]:
    """Kill a day after so many changes and sit down again."""
    day = bench.day()
    killed = bench.killed(after, lambda: whole_day(day))
    return again(bench, day) | {"met": killed}


def again(bench: Bench, day: Day) -> dict[str, object]:
    """Sit down at a laptop that was left somehow, look at everything, and act on."""
    day.memory = Memory.read(bench.beside / "told")
    rescued = day.sit_down()
    reckon(day.laptop, day.memory)
    day.number = 50
    day.call()
    day.laptop.close()
    day.sit_down()
    reckon(day.laptop, day.memory)
    for last in day.memory.all("draft")[-1:]:
        kept = day.laptop.store.drafts.load("visit/c1") or b""
        assert kept.decode() >= last, "of the newest draft or one after it"
    day.laptop.close()
    return {"rescued": rescued}


def killed_rescue(bench: Bench, after: int) -> dict[str, object]:
    """Kill a rescue after so many changes; the next one brings back as much."""
    day = bench.day()
    killed = bench.killed(after, day.sit_down)
    return again(bench, day) | {"met": killed}


def full_rescue(bench: Bench, step: int) -> dict[str, object]:
    """Let the disk be full in a rescue: everything stays as it was, and it works with room."""
    day = bench.day()
    before = day.laptop.database.stat().st_size
    bench.orders.room(step * STEP)
    met = ""
    try:
        open_or_rescue(day.laptop.laptop, day.laptop.key).close()
    except DiskFull as full:
        met = full.code
        # The log may have been put back into the file before the page was found.
        assert day.laptop.database.stat().st_size >= before
        assert list(day.laptop.laptop.vault.glob("*.broken-*")) == []
    except Rescued:
        pass
    bench.orders.room()
    return again(bench, day) | {"met": met}


KINDS = {one.__name__: one for one in (full_day, killed_day, killed_rescue, full_rescue)}


def main(folder: str, beside: str, pattern: str, kind: str, *places: str) -> None:
    """Try one kind of fault at each place, and print what each met as a line of JSON."""
    bench = Bench(Path(folder), Path(beside), Path(pattern))
    for place in places:
        try:
            met = KINDS[kind](bench, int(place))
        except BaseException:
            print(f"{kind} at {place}", file=sys.stderr)
            raise
        print(json.dumps({"place": int(place)} | met), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
