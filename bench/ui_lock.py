"""A lock, measured between two processes of the real program: `python -m bench.ui_lock PART HOME`.

`holder` unlocks, lets the next process make itself ready and presses Ctrl+L; `waiting` is that next
process. Each prints one line of JSON: when the key was pressed and when the process ended; when the
unlock screen was painted and when the process that held the key was gone.
"""

import asyncio
import sys
import time
from pathlib import Path
from typing import BinaryIO

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from bench.bare_laptop import PASSPHRASE, bare_laptop
from field_app.bootstrap.program import Program
from field_app.bootstrap.running import run
from field_app.bootstrap.standby import Former, Standby
from field_app.settings.settings import Settings
from field_app.ui.main_window import MainWindow
from field_app.ui.screens.unlock_screen import UnlockScreen
from tools.tour.hands import press, type_text, until

READY = "standby-ready"  # a file in the home: the next process waits to be woken


def tell(**told: float) -> None:
    """Print what happened."""
    print(msgspec.json.encode(told).decode(), flush=True)


def hold(home: Path) -> None:
    """Unlock, wait until the next process is ready, lock."""
    (home / READY).unlink(missing_ok=True)
    command = [sys.executable, "-m", "bench.ui_lock", "waiting", str(home)]
    standby = Standby(command)
    begin = Program.start

    async def person(program: Program) -> None:
        await until(lambda: isinstance(program.window, UnlockScreen))
        screen = program.window
        assert isinstance(screen, UnlockScreen)
        type_text(screen.passphrase, PASSPHRASE)
        press(screen.passphrase, Qt.Key.Key_Return)
        await until(lambda: isinstance(program.window, MainWindow))
        standby.start()
        await until((home / READY).exists)
        tell(locked=time.monotonic())
        assert program.window is not None
        QTest.keyClick(program.window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)

    def start(program: Program) -> None:
        begin(program)
        program.tasks.start(person(program))

    setattr(Program, "start", start)  # noqa: B010  # in this process only
    run(bare_laptop(home), lambda: Settings(language="en"), None, standby)
    tell(ended=time.monotonic())


class Told(Former):
    """Tells when it is ready, and when the process before this one was gone."""

    def __init__(self, pipe: BinaryIO, ready: Path) -> None:
        super().__init__(pipe)
        self.painted = False
        self._ready = ready

    def is_heard(self) -> bool:
        """Say that all is ready, then wait for the word."""
        self._ready.touch()
        return super().is_heard()

    def _listen(self) -> None:
        super()._listen()
        tell(gone=time.monotonic())


def wait(home: Path) -> None:
    """Be the next process: ready, woken, painted."""
    former = Told(sys.stdin.buffer, home / READY)

    def painted(screen: UnlockScreen, _event: QPaintEvent) -> None:
        if not former.painted:
            former.painted = True
            tell(painted=time.monotonic())
            asyncio.get_running_loop().create_task(_leave(former, screen))

    setattr(UnlockScreen, "paintEvent", painted)  # noqa: B010  # in this process only
    run(bare_laptop(home), lambda: Settings(language="en"), former)


async def _leave(former: Former, screen: UnlockScreen) -> None:
    await asyncio.to_thread(former.wait)
    screen.close()
    QApplication.closeAllWindows()


if __name__ == "__main__":
    if sys.argv[1] == "waiting":
        wait(Path(sys.argv[2]))
    else:
        hold(Path(sys.argv[2]))
