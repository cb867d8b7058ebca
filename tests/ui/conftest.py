"""The program's own application and loop for every test of this folder; tests may be coroutines."""

import asyncio
import inspect
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from field_app.bootstrap.running import new_application, new_loop
from tests.ui.room import MANY, Desks, Room, lay_crowded_desk, lay_desks


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """Make the application as the program makes it: with the map's scheme and its style."""
    application = new_application()
    application.setQuitOnLastWindowClosed(False)
    return application


@pytest.fixture(autouse=True)
def loop(qapp: QApplication) -> Iterator[asyncio.AbstractEventLoop]:
    """Run the test's coroutines on the application's own loop."""
    with closing(new_loop(qapp)) as made:
        yield made


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is a coroutine on the loop of the windows."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    work = pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names})
    pyfuncitem.funcargs["loop"].run_until_complete(work)
    return True


@pytest.fixture(scope="session")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Desks:
    """Enrol everybody once."""
    return lay_desks(tmp_path_factory.mktemp("desks"))


@pytest.fixture
def room(
    qapp: QApplication, desks: Desks, tmp_path: Path, loop: asyncio.AbstractEventLoop
) -> Iterator[Room]:
    """Furnish a room for one test."""
    yield from _open(Room(qapp, desks, tmp_path), loop)


@pytest.fixture
def crowded(
    qapp: QApplication,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    loop: asyncio.AbstractEventLoop,
) -> Iterator[Room]:
    """Furnish a room whose lead has very many cases."""
    desks = lay_crowded_desk(tmp_path_factory.mktemp("crowded"), MANY)
    yield from _open(Room(qapp, desks, tmp_path), loop)


def _open(room: Room, loop: asyncio.AbstractEventLoop) -> Iterator[Room]:
    try:
        yield room
    finally:
        loop.run_until_complete(room.close())
