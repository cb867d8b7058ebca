"""Two ways to show less: the door of one visit, and a cover over everything (Esc Esc).

Both lie over the whole window; while one does, no key of the window behind it works.
"""

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShortcut
from PySide6.QtWidgets import QDialog, QMainWindow, QStackedWidget, QWidget

from field_app.ui.look import Look
from field_app.ui.screens.cover_screen import CoverScreen
from field_app.ui.screens.doorstep_screen import DoorstepScreen
from sync.domain.ids import CaseId, RecordId

TWICE_MS = 700
OVER_ALL = frozenset({"lock"})  # acts whose keys work whatever is shown
AT_DOOR = frozenset({"lock", "doorstep"})


class Discreet(QObject):
    """What lies over the window. Signal: `lock_wanted()`."""

    lock_wanted = Signal()

    def __init__(self, window: QMainWindow, look: Look, whole: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._whole = whole
        self._dialogs: list[QDialog] = []
        self._before: QWidget = whole
        self._keys: Mapping[str, QShortcut] = {}
        self._escaped_ms: int | None = None
        self.door: DoorstepScreen | None = None
        self._new_door: Callable[[], DoorstepScreen] | None = None
        self._cover_s: Callable[[], int] = int
        self.layers = QStackedWidget()
        self.cover = CoverScreen(look)
        self.layers.addWidget(whole)
        self.layers.addWidget(self.cover)
        self.cover.back_wanted.connect(self._uncover)
        self.cover.time_over.connect(self.lock_wanted)

    def furnish(
        self,
        new_door: Callable[[], DoorstepScreen],
        cover_s: Callable[[], int],
        keys: Mapping[str, QShortcut],
    ) -> None:
        """Take what makes the door's screen, for how many seconds a click uncovers, and the keys.

        The keys are the window's, to be stilled while something lies over it.
        """
        self._new_door, self._cover_s, self._keys = new_door, cover_s, keys

    @property
    def is_at_door(self) -> bool:
        """Say whether the door is shown."""
        return self.layers.currentWidget() is self.door

    @property
    def is_covered(self) -> bool:
        """Say whether everything is covered."""
        return self.layers.currentWidget() is self.cover

    def go_to_door(self, case_id: CaseId, appointment_id: RecordId | None) -> None:
        """Show one visit as it may lie open at its door."""
        if self.door is None and self._new_door is not None:
            self.door = self._new_door()
            self.layers.addWidget(self.door)
            self.door.cover_wanted.connect(self.hide_all)
            self.door.left.connect(self.leave_door)
        if self.door is not None:
            self._turn_to(self.door, AT_DOOR)
            self.door.open(case_id, appointment_id)

    def leave_door(self) -> None:
        """Show the window again."""
        if self.door is not None:
            self.door.forget()
        self._turn_to(self._whole, None)

    def hide_all(self) -> None:
        """Cover everything at once, the questions over the window too."""
        if self.is_covered:
            self.lock_wanted.emit()
            return
        self._dialogs = [d for d in self._window.findChildren(QDialog) if d.isVisible()]
        self._before = self.layers.currentWidget() or self._whole
        self._turn_to(self.cover, OVER_ALL)
        for dialog in self._dialogs:
            dialog.setVisible(False)
        self.cover.begin(self._cover_s())

    def _uncover(self) -> None:
        self._turn_to(self._before, AT_DOOR if self._before is self.door else None)
        for dialog in self._dialogs:
            dialog.setVisible(True)
        self._dialogs = []

    def _turn_to(self, layer: QWidget, acts: Iterable[str] | None) -> None:
        """Show a layer; `acts` are those whose keys work there, None for all."""
        for act, shortcut in self._keys.items():
            shortcut.setEnabled(acts is None or act in acts)
        self.layers.setCurrentWidget(layer)

    def hear(self, event: QEvent) -> None:
        """Listen to a key of any of the window's own windows: Escape twice covers everything.

        What counts is when a key was pressed, not when the window had time for it.
        """
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return
        before, self._escaped_ms = self._escaped_ms, None
        if event.key() != Qt.Key.Key_Escape or event.isAutoRepeat():
            return
        pressed_ms = event.timestamp()
        if before is not None and 0 <= pressed_ms - before <= TWICE_MS:
            self.hide_all()
        else:
            self._escaped_ms = pressed_ms
