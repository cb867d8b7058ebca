"""A screen that tells nothing. A key or a click brings back what it covers, for a little while."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from field_app.ui.components.surfaces import centre
from field_app.ui.components.texts import button, label
from field_app.ui.look import Look

MS = 1000
WIDTH = 320


class CoverScreen(QWidget):
    """The neutral screen. Signals: `back_wanted()`, `time_over()`."""

    back_wanted = Signal()
    time_over = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        words = look.words
        inside = QWidget()
        inside.setMaximumWidth(look.px(WIDTH))
        column = QVBoxLayout(inside)
        column.setSpacing(look.px(12))
        told = label(words("Paused"), "title")
        told.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(told)
        self.back = button(look, words("Go on"), self.back_wanted.emit)
        self.lock = button(look, words("Lock"), self.time_over.emit, icon="lock")
        column.addWidget(self.back)
        column.addWidget(self.lock)
        centre(self, inside)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.time_over)

    def begin(self, seconds: int) -> None:
        """Be there; after so many seconds only the passphrase leads back."""
        self._timer.start(seconds * MS)
        self.back.setFocus()

    @property
    def left_ms(self) -> int:
        """Return how long a click still leads back, -1 when the screen is not up."""
        return self._timer.remainingTime()

    def hideEvent(self, event: QHideEvent) -> None:
        """Count no longer."""
        self._timer.stop()
        super().hideEvent(event)
