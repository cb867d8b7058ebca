"""A server with one SQLite file for the crash suites, and what it took from a laptop."""

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from field_app.bootstrap.laptop import MachineClock
from tests.crash.disk import Disk
from tests.sync.office import Office, Seat, Server, furnish


@pytest.fixture(scope="session")
def branch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a server's folder with a SQLite file once; tests run on copies of it."""
    data = tmp_path_factory.mktemp("branch") / "srv"
    data.mkdir()
    furnish(data, datetime.now(UTC))
    return data


@pytest.fixture
def branch_office(branch: Path, tmp_path: Path) -> Iterator[Office]:
    """Run a server of the test's own with a SQLite file."""
    shutil.copytree(branch, tmp_path / "srv")
    found = Office(Server(tmp_path / "srv", sooner=True), tmp_path / "homes", MachineClock())
    try:
        found.server.start()
        yield found
    finally:
        found.close()


@pytest.fixture
def fragile(
    branch: Path, disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    """Run a server whose folder is on the disk that fails."""
    shutil.copytree(branch, disk.folder / "srv")
    for name, value in disk.environment().items():
        monkeypatch.setenv(name, value)
    found = Office(Server(disk.folder / "srv"), tmp_path / "homes", MachineClock())
    try:
        found.server.start()
        yield found
    finally:
        disk.orders.room()
        disk.orders.life()
        found.close()


def taken(office: Office, seat: Seat) -> list[str]:
    """Return the ids of what the server took from a laptop, one for each time."""
    with sqlite3.connect(office.server.data / "server.db") as database:
        asked = "SELECT mid FROM mutation WHERE device_id = ? ORDER BY seq"
        found = [row[0] for row in database.execute(asked, (seat.profile.device_id,))]
    database.close()
    return found
