"""The program's own application and loop for every test of this folder; tests may be coroutines."""

import gc
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from field_app.bootstrap.running import new_application, run_loop
from tests.storage.stretched import stretched_once
from tests.ui.room import MANY, Desks, Room, lay_crowded_desk, lay_desks

__all__ = ["stretched_once"]

DESKS = pytest.StashKey[Desks]()


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """Make the application as the program makes it: with the map's scheme and its style."""
    there = QApplication.instance()  # the tests of another folder may have made it the same way
    application = there if isinstance(there, QApplication) else new_application()
    application.setQuitOnLastWindowClosed(False)
    return application


@pytest.fixture(scope="module", autouse=True)
def rubbish() -> Iterator[None]:
    """Collect the garbage of a file's windows on this thread before other files are run."""
    yield
    gc.collect()
    gc.freeze()  # again: the end of a loop takes everything back
    gc.enable()


@pytest.fixture(autouse=True)
def collector_off(rubbish: None) -> Iterator[None]:
    """Keep the collector off between the loops too; within them it is called on this thread.

    The end of a loop switches it on: the next server's or laptop's thread would let go of this
    test's windows, whose timers then fire at nothing and end the run.
    """
    gc.disable()
    yield
    gc.disable()


class Turning:
    """Stands for the application where its loop is run: it turns and stops without ending it.

    The web engine ends with the application's first `exec` and crashes in a second one.
    """

    def __init__(self, application: QApplication) -> None:
        self._turn = QEventLoop()
        self.exec = self._turn.exec
        self.exit = self._turn.exit
        self.eventDispatcher = application.eventDispatcher


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is a coroutine on the loop of the windows, and close its room there."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    given = {
        name: pyfuncitem.funcargs[name] for name in inspect.signature(pyfuncitem.obj).parameters
    }
    rooms = [one for one in given.values() if isinstance(one, Room)]

    async def work() -> None:
        try:
            await pyfuncitem.obj(**given)
        finally:
            for room in rooms:
                await room.close()

    run_loop(Turning(pyfuncitem.funcargs["qapp"]), work)  # type: ignore[arg-type]
    return True


@pytest.fixture(scope="session")
def desks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Desks:
    """Enrol everybody once, for the windows of another folder too."""
    kept = request.config.stash.get(DESKS, None)
    if kept is None:
        kept = request.config.stash[DESKS] = lay_desks(tmp_path_factory.mktemp("desks"))
    return kept


@pytest.fixture
def room(qapp: QApplication, desks: Desks, tmp_path: Path) -> Room:
    """Furnish a room for one test."""
    return Room(qapp, desks, tmp_path)


@pytest.fixture
def crowded(qapp: QApplication, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Room:
    """Furnish a room whose lead has very many cases."""
    desks = lay_crowded_desk(tmp_path_factory.mktemp("crowded"), MANY)
    return Room(qapp, desks, tmp_path)
