"""Rubbish with parts of windows in it goes on the windows' own thread."""

import gc
import threading

from PySide6.QtWidgets import QLabel

from field_app.operations.desk import Desk
from tests.ui.lookup import read
from tests.ui.room import Room
from tools.tour.hands import until


class Ring:
    """A part of a window in a ring of references: only the collector can let it go."""

    def __init__(self, gone: list[threading.Thread]) -> None:
        self.label = QLabel("rubbish")
        self.ring = self
        self._gone = gone

    def __del__(self) -> None:
        self._gone.append(threading.current_thread())


async def test_rubbish_goes_on_the_windows_thread(room: Room) -> None:
    li = await room.seat("li")
    gone: list[threading.Thread] = []
    Ring(gone)

    def much_work(_desk: Desk) -> int:
        assert threading.current_thread() is not threading.main_thread()
        return len([{"number": [n]} for n in range(200_000)])

    await read(li, much_work)
    # It may have been collected meanwhile, by the thread that waited for this.
    await until(lambda: bool(gone))
    assert gone == [threading.main_thread()]
    assert not gc.isenabled()
