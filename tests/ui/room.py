"""A furnished room: laptops enrolled once and copied for each test, on one Tuesday morning.

`room.seat("li")` opens an officer's program; nobody answers it until `room.serve()` has started
the branch's server.
"""

import csv
import random
import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from PySide6.QtWidgets import QApplication

from field_app.background.sync_times import SyncTimes
from field_app.bootstrap.laptop import Laptop, Times, line
from field_app.operations import team
from field_app.settings.settings import Settings, read_settings, write_settings
from field_app.storage.held_key import LEASE_ENDS
from field_app.storage.keys import FLOOR
from field_app.storage.slot_file import SecretStore
from field_app.ui.main_window import MainWindow
from sync.domain.time import Clock, local_date
from sync.engine.http_transport import HttpTransport
from sync.engine.ports import Transport
from sync.protocol.lease import USUAL_HOURS
from tests.sync.office import (
    PASSPHRASE,
    TEAM,
    Office,
    Server,
    administer,
    furnish,
)
from tests.ui.room_server import SHIFT_FILE, RoomClock
from tools.ports import free_port
from tools.sample.export import TITLES, Export, rows
from tools.sample.keyrings import Secrets
from tools.tour.seat import Seat, quiet

ZONE = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 3, 10, 10, 0, tzinfo=ZONE)
CASES = 40
# What the web engine says of a machine without a graphics card.
NO_GRAPHICS = pytest.mark.qt_log_ignore("RHI", "Rhi", "Vulkan", "GPUInfo", extend=True)
MANY = 2000
ODD_NAME = "<img src=x><b>${1}"
ODD_CASE = "YC2026<i>9"
SETTINGS = Settings(language="en", lock_minutes=60)
NOBODY = "http://127.0.0.1:9"  # the port of "discard", where nothing listens
ONE_DAY_S = 86_400.0


class WhenAsked(SyncTimes):
    """Times at which nothing is synced by itself, and so nothing amid what a test looks at."""

    def after_start(self, *, synced_before: bool) -> float:
        return ONE_DAY_S

    def after_act(self) -> float:
        return ONE_DAY_S

    def after_success(self) -> float:
        return ONE_DAY_S

    def after_failure(self, failures: int, wish: float | None, *, passing: bool) -> float:
        return ONE_DAY_S


class Earliest(random.Random):
    """Chance that always lets a laptop come first."""

    def uniform(self, a: float, b: float) -> float:
        return a


def only_when_asked(clock: Clock) -> SyncTimes:
    return WhenAsked(clock, random.Random())


def by_itself(clock: Clock) -> SyncTimes:
    """Return the program's own times, as early as they may be."""
    return SyncTimes(clock, Earliest())


@dataclass(frozen=True)
class Desks:
    """What is copied for each test: the server's folder and everybody's enrolled laptop."""

    server: Path
    homes: Path
    secrets: dict[str, SecretStore]


def lay_desks(folder: Path) -> Desks:
    """Furnish a server, enrol li, wang and their lead chen, and give the two every case."""
    office = _furnished(folder, CASES)
    _import_odd(office.server.data)
    try:
        office.server.start()
        lead = office.seat("chen")
        people = office.people()
        lead.sync()
        team.assign(lead.desk, tuple(lead.cases()), people["li"], people["wang"])
        for seat in (lead, office.seat("li"), office.seat("wang"), lead):
            seat.sync()
    finally:
        office.close()
    return _left(office)


def lay_crowded_desk(folder: Path, cases: int) -> Desks:
    """Furnish a server with so many cases, all of them on the lead's laptop."""
    office = _furnished(folder, cases)
    try:
        office.server.start()
        office.seat("chen").sync()
    finally:
        office.close()
    return _left(office)


def _furnished(folder: Path, cases: int) -> Office:
    data = folder / "srv"
    data.mkdir()
    furnish(data, MORNING, cases)
    shift = folder / "shift"
    clock = RoomClock(shift)
    clock.jump_to(MORNING)
    told = {SHIFT_FILE: str(shift)}
    server = Server(data, program="tests.ui.room_server", told=told, sooner=True)
    return Office(server, folder / "homes", clock)


def _left(office: Office) -> Desks:
    """Return what everybody left when they went home."""
    secrets: dict[str, SecretStore] = {}
    for seat in office.seats:
        (office.homes / seat.login).symlink_to(seat.laptop.home)
        write_settings(seat.laptop.home, SETTINGS)
        secrets[seat.login] = seat.laptop.secrets
    return Desks(office.server.data, office.homes, secrets)


def _import_odd(data: Path) -> None:
    """Import a case whose every text tries to be more than text."""
    row = list(rows(Export(local_date(MORNING, ZONE.key), seed=9, count=20))[0])
    for column, text in ((0, ODD_CASE), (1, ODD_NAME), (5, f"{ODD_NAME} 1"), (6, "<u>area")):
        row[column] = text
    export = data / "odd.csv"
    with export.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([TITLES, row])
    administer(data, "import", str(export), "--team", TEAM)


@dataclass
class Room:
    """One test's copy, and everybody who sat down in it."""

    application: QApplication
    desks: Desks
    folder: Path
    clock: RoomClock = field(init=False)
    port: int = field(default_factory=free_port)
    server: Server | None = None
    seats: list[Seat] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._shift = self.folder / "shift"
        self.clock = RoomClock(self._shift)
        self.clock.jump_to(MORNING)
        self.clock.told.append(self._touch)

    def _touch(self) -> None:
        """Let everybody touch their laptop: else skipped days would lock it within seconds.

        Its lease goes on too, as with a sync on each of the days.
        """
        ends = (self.clock.now() + timedelta(hours=USUAL_HOURS)).isoformat()
        for seat in self.seats:
            if isinstance(seat.program.window, MainWindow) and not seat.program.gone.is_set():
                seat.main.touched.emit()
                assert seat.program.runner is not None
                vault = seat.program.runner.desk.store.vault
                seat.program.store.hop(partial(vault.set_meta, LEASE_ENDS, ends))

    def serve(self, tls: tuple[Path, Path] | None = None) -> Server:
        """Start a copy of the branch's server, with a certificate and its key when given."""
        data = self.folder / "srv"
        shutil.copytree(self.desks.server, data)
        told = {SHIFT_FILE: str(self._shift)}
        program = "tests.ui.room_server"
        self.server = Server(data, self.port, tls, program=program, told=told, sooner=True)
        self.server.start()
        return self.server

    def laptop(self, login: str, times: Times = only_when_asked) -> Laptop:
        """Return a copy of a person's enrolled laptop."""
        home = self.folder / login
        if not home.exists():
            shutil.copytree(self.desks.homes / login, home)
        return Laptop(
            home,
            self.clock,
            self.desks.secrets[login],
            connect=self._connect,
            times=times,
            work=FLOOR,
            mono_ms=self.clock.mono_ms,
            name=login,
        )

    def fresh(self, name: str = "new", authority: str = "") -> Laptop:
        """Return a laptop that is not enrolled; it believes the usual authorities, or one."""
        home = self.folder / name
        home.mkdir(exist_ok=True)
        return Laptop(
            home,
            self.clock,
            Secrets(),
            connect=line(authority),
            times=only_when_asked,
            work=FLOOR,
            mono_ms=self.clock.mono_ms,
            name=name,
        )

    def _connect(self, _address: str, token: str, key: bytes) -> Transport:
        return HttpTransport(f"http://127.0.0.1:{self.port}", token=token, key=key)

    async def seat(self, login: str, **wished: object) -> Seat:
        """Open a person's program and unlock it; `wished` are settings."""
        seat = self.window(self.laptop(login), login, **wished)
        await seat.unlock(PASSPHRASE)
        return seat

    def window(self, laptop: Laptop, login: str, **wished: object) -> Seat:
        """Open a program on its first window."""
        settings = msgspec.structs.replace(read_settings(laptop.home), **wished)
        seat = Seat(self.application, laptop, settings, login)
        self.seats.append(seat)
        return seat

    async def again(self, seat: Seat) -> Seat:
        """Close a person's program and open it again as it was left."""
        await self.leave(seat)
        return await self.seat(seat.login)

    async def leave(self, seat: Seat) -> None:
        """Close a program; the laptop stays as it is."""
        self.seats.remove(seat)
        await quiet()
        await seat.close()

    async def close(self) -> None:
        """Close every program, then the server."""
        for seat in self.seats:
            await seat.close()
        if self.server is not None:
            self.server.stop()
