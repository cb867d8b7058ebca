"""The stage: a branch with its people at their windows, a clock that jumps, pictures."""

import asyncio
import re
import shutil
from datetime import datetime
from pathlib import Path

from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget

from field_app.bootstrap.laptop import Laptop, line
from field_app.settings.settings import Settings, resources_folder
from field_app.storage.keys import FLOOR
from tools.sample.branch import PASSPHRASE, Branch
from tools.sample.keyrings import Secrets
from tools.sample.shifted_server import ShiftedClock
from tools.tour.hands import STEP_S
from tools.tour.seat import Seat

PACK = resources_folder() / "sample" / "city.mappack"


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
        home = self.folder / "laptops" / login
        home.mkdir(parents=True, exist_ok=True)
        settings = Settings(
            language=language,
            theme=theme,
            server=self.branch.address,
            map_pack=str(PACK),
            lock_minutes=60,
        )
        laptop = Laptop(
            home,
            self.clock,
            Secrets(),
            connect=line(),
            work=FLOOR,
            mono_ms=self.clock.mono_ms,
            name=f"tour-{login}",
        )
        made = Seat(self.application, laptop, settings, login)
        self.seats.append(made)
        return made

    async def enrol(self, seat: Seat) -> None:
        """Enrol a laptop through its window and let it sync."""
        await seat.enrol(self.branch.code_for(seat.login), PASSPHRASE)
        await seat.sync()

    async def settle(self) -> None:
        """Let reads that were asked for come back and be drawn, however long a laptop takes."""
        for _ in range(12):
            await asyncio.sleep(STEP_S)
            for seat in self.seats:
                await seat.program.store.do(_nothing)  # done behind what was asked for before

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
        """Let clock and server show another instant; whoever sits at a laptop sits there then.

        Without a touch the skipped days would be days without anybody, and the laptops would lock.
        """
        self.clock.jump_to(instant)
        for seat in self.seats:
            seat.main.touched.emit()
        self.branch.restart()

    async def close(self) -> None:
        """Close every laptop and the server."""
        for seat in self.seats:
            await seat.close()
        self.branch.stop()


def _nothing() -> None:
    pass


CODE = re.compile(r"^[a-z_]+\.[a-z_]+$")


def check_words(window: QWidget) -> None:
    """Fail when a label shows a code instead of words."""
    for shown in window.findChildren(QLabel):
        if shown.isVisible():
            for part in re.split(r"[ ·:：\n]+", shown.text()):
                assert not CODE.match(part), f"a code is shown: {part}"
