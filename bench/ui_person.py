"""A person at the real program, measured from inside it: `python -m bench.ui_person ACT HOME`.

Acts: `use` scrolls and searches in the list of cases; `sync` lets the first sync and an upload run
while nobody touches the window. Prints one line of JSON.
"""

import asyncio
import random
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTableView

from bench.bare_laptop import PASSPHRASE, bare_laptop
from bench.ui_watch import Watch
from field_app.bootstrap.running import new_application, run_loop
from field_app.operations import attachments
from field_app.operations.submit import Saved
from field_app.settings.settings import Settings
from field_app.ui.screens.cases_screen import CasesScreen
from sync.domain.ids import CaseId
from sync.engine.http_transport import HttpTransport
from tools.tour.hands import type_text
from tools.tour.seat import Seat, quiet

MS = 1000.0
NOBODY = "http://127.0.0.1:9"  # the port of "discard", where nothing listens
BEAT_MS = 2
STEP_ROWS = 3
IDLE_S = 3.0
JPEG = b"\xff\xd8\xff"
MB = 1_000_000
WORDS = ("王", "张", "wj", "zw", "ly", "望湖", "锦绣", "李", "chen", "碧波")


class Heart:
    """Beats on the window's loop; what lies between two beats is what a click would wait."""

    def __init__(self) -> None:
        self.gaps: list[float] = []
        self._watch = Watch()
        self._last = 0.0
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin anew."""
        self.gaps = []
        self._watch.begin()
        self._last = time.perf_counter()
        self._timer.start(BEAT_MS)

    def stop(self) -> list[float]:
        """Return the gaps in milliseconds beyond the beat itself; tell what kept the loop."""
        self._timer.stop()
        print(self._watch.end(), file=sys.stderr, flush=True)
        return self.gaps

    def own(self) -> list[float]:
        """Return what of each gap was this thread's own work, in milliseconds."""
        return [beat.own for beat in self._watch.beats]

    def _beat(self) -> None:
        now = time.perf_counter()
        self._watch.beat()
        self.gaps.append(max((now - self._last) * MS - BEAT_MS, 0.0))
        self._last = now


async def _cases(seat: Seat) -> tuple[CasesScreen, QTableView]:
    await seat.show("cases")
    screen = seat.screens.navigable["cases"]
    assert isinstance(screen, CasesScreen)
    return screen, screen.table


async def use(seat: Seat, options: list[str]) -> dict[str, object]:
    """Scroll so many frames down the list, then type searches."""
    await seat.unlock(PASSPHRASE)
    screen, table = await _cases(seat)
    frames, own = await _scroll(table, int(options[0]))
    await quiet()  # what the last frames asked for is read behind them
    return {
        "frames": frames,
        "own": own,
        "rows": table.model().rowCount(),
        "keys": await _type(screen, int(options[1])),
    }


async def _scroll(table: QTableView, frames: int) -> tuple[list[float], list[float]]:
    """Return the milliseconds of each frame: move, paint, and whatever the loop did besides.

    First by the wall's clock, then what this thread itself took of the processor.
    """
    found, own, bar = [], [], table.verticalScrollBar()
    for _ in range(frames):
        began, began_own = time.perf_counter(), time.thread_time()
        bar.setValue(bar.value() + STEP_ROWS)
        table.viewport().repaint()
        await asyncio.sleep(0)
        found.append((time.perf_counter() - began) * MS)
        own.append((time.thread_time() - began_own) * MS)
    return found, own


async def _type(screen: CasesScreen, searches: int) -> list[float]:
    """Return the milliseconds from each key to the list's next painting."""
    chance, found = random.Random(1), []
    read = asyncio.Event()
    screen._view.changed.connect(read.set)
    for _ in range(searches):
        word = chance.choice(WORDS)
        for end in range(1, len(word) + 1):
            await quiet()
            read.clear()
            began = time.perf_counter()
            if word.isascii():
                QTest.keyClicks(screen.search, word[end - 1])
            else:
                type_text(screen.search, word[:end])
            await read.wait()
            screen.table.viewport().repaint()
            found.append((time.perf_counter() - began) * MS)
        await quiet()
        read.clear()
        type_text(screen.search, "")
        await read.wait()
    return found


async def sync(seat: Seat, options: list[str]) -> dict[str, object]:
    """Let the heart beat through rest, the first sync and an upload."""
    await seat.unlock(PASSPHRASE)
    heart, loop = Heart(), seat.program.sync_loop
    assert loop is not None
    loop.cancel()
    _screen, table = await _cases(seat)
    heart.start()
    began = time.perf_counter()
    await seat.sync()
    first_s = time.perf_counter() - began
    first, first_own = heart.stop(), heart.own()
    await quiet()
    # Another laptop of this officer did the same: another case, for one takes only so many files.
    chance = random.Random(seat.laptop.home.name)
    row = chance.randrange(table.model().rowCount())
    case_id = seat.screens.navigable["cases"]._view.case_at(row)  # type: ignore[attr-defined]
    await _attach(seat, case_id, int(options[0]), chance)
    heart.start()
    began = time.perf_counter()
    await seat.sync()
    upload_s = time.perf_counter() - began
    upload, upload_own = heart.stop(), heart.own()
    await quiet()
    heart.start()
    await asyncio.sleep(IDLE_S)
    idle = heart.stop()
    return {
        "first": first,
        "first_own": first_own,
        "first_s": first_s,
        "rows": table.model().rowCount(),
        "upload": upload,
        "upload_own": upload_own,
        "upload_s": upload_s,
        "idle": idle,
    }


async def _attach(seat: Seat, case_id: CaseId, megabytes: int, chance: random.Random) -> None:
    runner = seat.program.runner
    assert runner is not None
    for number in range(megabytes):
        data = JPEG + chance.randbytes(MB)
        act = partial(attachments.add, case_id=case_id, title=f"{number}.jpg", data=data)
        written = await runner.act(act)
        assert isinstance(written, Saved)


ACTS: dict[str, Callable[[Seat, list[str]], Awaitable[dict[str, object]]]] = {
    "use": use,
    "sync": sync,
}


def main(act: str, home: str, *options: str) -> None:
    """Open the program of the laptop in this folder and act."""
    application = new_application()
    settings = Settings(lock_minutes=60)

    async def work() -> dict[str, object]:
        laptop = bare_laptop(Path(home))
        if act != "sync":
            # Its cases were put there by hand: a server would take them away.
            laptop = replace(laptop, connect=lambda _a, _t, _k: HttpTransport(NOBODY))
        seat = Seat(application, laptop, settings, "li")
        found = await ACTS[act](seat, list(options))
        await seat.close()
        return found

    print(msgspec.json.encode(run_loop(application, work)).decode(), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
