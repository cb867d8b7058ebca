"""The stage: programs in their windows, a clock that jumps, pictures, waiting."""

import asyncio
import re
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget

from field_app.bootstrap.laptop import Laptop, line
from field_app.bootstrap.program import Program
from field_app.settings.settings import Settings, resources_folder
from field_app.storage.keys import FLOOR
from field_app.ui.main_window import MainWindow
from field_app.ui.screen_set import ScreenSet
from tools.sample.branch import PASSPHRASE, Branch
from tools.sample.shifted_server import ShiftedClock

WAIT_S = 15.0
STEP_S = 0.02


class Secrets:
    """A keyring that lives as long as the tour."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load(self, name: str) -> bytes | None:
        """Return the secret."""
        return self._kept.get(name)

    def save(self, name: str, secret: bytes) -> bool:
        """Keep the secret."""
        self._kept[name] = secret
        return True


class Seat:
    """One person at one laptop."""

    def __init__(self, stage: "Stage", login: str, language: str, theme: str) -> None:
        self.stage = stage
        self.login = login
        home = stage.folder / "laptops" / login
        home.mkdir(parents=True, exist_ok=True)
        pack = resources_folder() / "sample" / "city.mappack"
        self.settings = Settings(
            language=language,
            theme=theme,
            server=stage.branch.address,
            map_pack=str(pack),
            lock_minutes=60,
        )
        self.laptop = Laptop(
            home, stage.clock, Secrets(), connect=line(), work=FLOOR, name=f"tour-{login}"
        )
        self.program = Program(stage.application, self.laptop, self.settings, lambda: None)
        self.program.start()

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

    async def sync(self) -> None:
        """Press Sync now and wait until it has ended well."""
        loop = self.program.sync_loop
        assert loop is not None
        before = loop.status.last_report
        self.main.sync_button.click()
        await until(lambda: loop.status.last_report is not before and not loop.status.running)

    async def show(self, name: str) -> None:
        """Show a screen by its button and wait until it has read."""
        self.main.nav_buttons[name].click()
        await self.stage.settle()

    async def close(self) -> None:
        """Close the laptop."""
        self.window.close()
        await self.program.close()


class Stage:
    """Everything the steps share."""

    def __init__(self, application: QApplication, folder: Path, base: datetime) -> None:
        self.application = application
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.clock = ShiftedClock()
        self.clock.jump_to(base)
        self.branch = Branch(folder / "server", self.clock)
        self.seats: list[Seat] = []
        self.pictures: list[Path] = []

    def seat(self, login: str, language: str = "zh_CN", theme: str = "light") -> Seat:
        """Give a person a laptop."""
        made = Seat(self, login, language, theme)
        self.seats.append(made)
        return made

    async def settle(self) -> None:
        """Let reads that were asked for come back and be drawn."""
        for _ in range(12):
            await asyncio.sleep(STEP_S)

    async def shot(self, window: QWidget, name: str) -> None:
        """Save a picture of a window with the dialog over it."""
        await self.settle()
        path = self.folder / f"{len(self.pictures) + 1:02d}-{name}.png"
        picture = window.grab()
        for dialog in window.findChildren(QDialog):
            if dialog.isVisible():
                picture = dialog.grab()
        assert picture.save(str(path)), f"{path} could not be written"
        self.pictures.append(path)
        check_words(window)

    def jump(self, instant: datetime) -> None:
        """Let clock and server show another instant."""
        self.clock.jump_to(instant)
        self.branch.restart()

    async def close(self) -> None:
        """Close every laptop and the server."""
        for seat in self.seats:
            await seat.close()
        self.branch.stop()


CODE = re.compile(r"^[a-z_]+\.[a-z_]+$")


def check_words(window: QWidget) -> None:
    """Fail when a label shows a code instead of words."""
    for shown in window.findChildren(QLabel):
        if shown.isVisible():
            for part in re.split(r"[ ·:：\n]+", shown.text()):
                assert not CODE.match(part), f"a code is shown: {part}"


async def until(true: Callable[[], bool], why: Callable[[], str] = str) -> None:
    """Wait until something is true, or fail with what the window says."""
    end = asyncio.get_running_loop().time() + WAIT_S
    while not true():
        assert asyncio.get_running_loop().time() < end, f"this did not come true: {why()}"
        await asyncio.sleep(STEP_S)


def type_text(field: QWidget, text: str) -> None:
    """Type into a field as a person does."""
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    if text.isascii():
        QTest.keyClicks(field, text)
        return
    # Chinese comes from an input method, as it does at a desk.
    composed = QInputMethodEvent()
    composed.setCommitString(text)
    QApplication.sendEvent(field, composed)


def press(field: QWidget, key: Qt.Key) -> None:
    """Press a key."""
    QTest.keyClick(field, key)


async def enrol(seat: Seat) -> None:
    """Enrol a laptop through its window."""
    screen = seat.window
    code = seat.stage.branch.code_for(seat.login)
    for name, text in (
        ("account", seat.login),
        ("code", code),
        ("passphrase", PASSPHRASE),
        ("repeated", PASSPHRASE),
    ):
        type_text(getattr(screen, name), text)
    press(screen.repeated, Qt.Key.Key_Return)  # type: ignore[attr-defined]
    await until(lambda: isinstance(seat.window, MainWindow), lambda: screen.trouble.text)
    await until(lambda: bool(seat.main.screens))
    await seat.sync()
