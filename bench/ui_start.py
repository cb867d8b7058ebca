"""A start of the real program, timed from inside it: `python -m bench.ui_start PACE HOME`.

With PACE `fast` the passphrase is there as soon as its field takes keys; with `slow` it is entered
when the program has loaded everything, as it has when a person typed it. Prints one line of JSON:
the monotonic seconds at which the field took keys, Enter was pressed, and the list's rows stood.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTableView, QWidget

from bench.bare_laptop import PASSPHRASE, bare_laptop
from field_app.bootstrap import rest
from field_app.bootstrap.laptop import line
from field_app.bootstrap.program import Program
from field_app.bootstrap.running import run
from field_app.bootstrap.standby import Standby
from field_app.settings.settings import Settings
from field_app.ui.screens.unlock_screen import UnlockScreen

NOBODY = "http://127.0.0.1:9"  # the port of "discard": rows put here by hand are not taken away


class Painted(QObject):
    """Calls `told` once, behind the first painting of a widget for which `when` is true."""

    def __init__(
        self, widget: QWidget, when: Callable[[], object], told: Callable[[], None]
    ) -> None:
        super().__init__(widget)
        self._when, self._told = when, told
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell in the loop's next turn: then it is painted."""
        if event.type() == QEvent.Type.Paint and self._when():
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self._told)
        return False


class Person:
    """Types the passphrase, then opens the list and looks at its rows."""

    def __init__(self, program: Program, *, slow: bool) -> None:
        self._program = program
        self._slow = slow
        self._at: dict[str, float] = {}
        screen = program.window
        assert isinstance(screen, UnlockScreen)
        self._field = screen.passphrase
        program.opened.connect(self._open_list)
        self._seen = Painted(self._field, self._field.hasFocus, self._begin)

    def _begin(self) -> None:
        self._at["ready"] = time.monotonic()
        self._program.tasks.start(self._enter())

    async def _enter(self) -> None:
        if self._slow:
            await rest.load_in_pieces()
        QTest.keyClicks(self._field, PASSPHRASE)
        self._at["entered"] = time.monotonic()
        QTest.keyClick(self._field, Qt.Key.Key_Return)

    def _open_list(self) -> None:
        window = self._program.window
        assert window is not None
        table = window.screens.navigable["cases"].table  # type: ignore[attr-defined]
        assert isinstance(table, QTableView)
        self._seen = Painted(table.viewport(), table.model().rowCount, self._tell)
        window.nav_buttons["cases"].click()  # type: ignore[attr-defined]

    def _tell(self) -> None:
        print(msgspec.json.encode(self._at | {"rows": time.monotonic()}).decode(), flush=True)
        QApplication.closeAllWindows()


def main(pace: str, home: str) -> None:
    """Start the program of the laptop in this folder and let a person come to its list."""
    begin = Program.start

    def start(program: Program) -> None:
        begin(program)
        Person(program, slow=pace == "slow")

    setattr(Program, "start", start)  # noqa: B010  # in this process only
    laptop = replace(
        bare_laptop(Path(home)), connect=lambda _a, token, key: line()(NOBODY, token, key)
    )
    run(laptop, lambda: Settings(lock_minutes=60), None, Standby([sys.executable, "-c", ""]))


if __name__ == "__main__":
    main(*sys.argv[1:])
