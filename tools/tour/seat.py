"""One person at one laptop: the real program in its windows. For tour and tests."""

import asyncio
from collections.abc import Callable

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from field_app.bootstrap.laptop import Laptop
from field_app.bootstrap.program import Program
from field_app.settings.settings import Settings
from field_app.ui.main_window import MainWindow
from field_app.ui.screen_set import ScreenSet
from field_app.ui.screens.enrol_screen import EnrolScreen
from field_app.ui.screens.unlock_screen import UnlockScreen
from tools.tour.hands import WAIT_S, press, type_text, until

LASTING = ("SyncLoop.run", "LockTimer.watch", "LeaseWatch.watch", "collect_garbage")


class Seat:
    """The program of one laptop, started; `relaunches` counts how often it locked itself."""

    def __init__(
        self, application: QApplication, laptop: Laptop, settings: Settings, login: str
    ) -> None:
        self.login = login
        self.laptop = laptop
        self.relaunches = 0
        self.program = Program(application, laptop, settings, self._relaunch)
        self.program.start()

    def _relaunch(self) -> None:
        self.relaunches += 1

    @property
    def window(self) -> QWidget:
        """Return the window shown now."""
        if self.program.window is None:
            raise AssertionError("no window is shown")
        return self.program.window

    @property
    def main(self) -> MainWindow:
        """Return the main window."""
        assert isinstance(self.window, MainWindow), "the laptop is not unlocked"
        return self.window

    @property
    def screens(self) -> ScreenSet:
        """Return the screens."""
        found = self.main.screens
        assert found is not None
        return found

    async def enrol(self, code: str, passphrase: str) -> None:
        """Enrol through the window and wait for the desk's."""
        screen = self.window
        assert isinstance(screen, EnrolScreen)
        entries = (screen.account, screen.code, screen.passphrase, screen.repeated)
        for entry, text in zip(entries, (self.login, code, passphrase, passphrase), strict=True):
            type_text(entry, text)
        press(screen.repeated, Qt.Key.Key_Return)
        await self.desk_laid(lambda: screen.trouble.text)

    async def unlock(self, passphrase: str) -> None:
        """Unlock through the window and wait for the desk's."""
        screen = self.window
        assert isinstance(screen, UnlockScreen)
        type_text(screen.passphrase, passphrase)
        press(screen.passphrase, Qt.Key.Key_Return)
        await self.desk_laid(lambda: screen.trouble.text)

    async def desk_laid(self, why: Callable[[], str] = str) -> None:
        """Wait until the desk's window is there and has read its first screen."""
        await until(lambda: isinstance(self.window, MainWindow), why)
        await until(lambda: bool(self.main.screens))
        await quiet()

    async def sync(self) -> None:
        """Press Sync now and wait until it has ended well."""
        loop = self.program.sync_loop
        assert loop is not None
        await until(lambda: not loop.status.running)
        before = loop.status.last_report
        self.main.strip.sync_button.click()
        await until(lambda: loop.status.last_report is not before and not loop.status.running)

    async def sync_in_vain(self) -> None:
        """Ask for a sync by its key and wait until that one, not one before it, has failed."""
        loop = self.program.sync_loop
        assert loop is not None
        await until(lambda: not loop.status.running)
        running: list[bool] = []
        stop = loop.listen(lambda status: running.append(status.running))
        press(self.main, Qt.Key.Key_F5)
        await until(lambda: True in running and not loop.status.running)
        stop()
        assert loop.status.trouble, "this sync has not failed"

    async def show(self, name: str) -> None:
        """Show a screen by its button and wait until it has read."""
        self.main.nav_buttons[name].click()
        await quiet()

    async def look(self, **wished: object) -> None:
        """Wish for another language, theme or text size, and wait for the window made anew."""
        before = self.window
        self.program.apply(msgspec.structs.replace(self.program.settings, **wished))
        await until(lambda: self.window is not before)

    async def close(self) -> None:
        """Close the laptop; its window goes, for a new look is put on every window there is."""
        window = self.window
        window.close()
        await self.program.close()
        gone = asyncio.Event()
        window.destroyed.connect(gone.set)
        window.deleteLater()
        await gone.wait()


async def quiet() -> None:
    """Wait until everything that was set going has ended; what lasts as long as a program may.

    A turn of the loop is taken first and last: what was queued begins, what was made is shown.
    """
    await asyncio.sleep(0)
    while True:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        busy = [t for t in others if getattr(t.get_coro(), "__qualname__", "") not in LASTING]
        if not busy:
            break
        done, _still = await asyncio.wait(busy, timeout=WAIT_S)
        assert done, f"these do not end: {[t.get_coro() for t in busy]}"
    await asyncio.sleep(0)
