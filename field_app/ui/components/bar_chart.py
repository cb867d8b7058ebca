"""Bars drawn by ourselves: a label below, a value above, parts stacked by role of colour."""

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from field_app.ui.look import Look

# Words may be wider than their bar: then the bars beside it have none.
WIDE = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip
STEPS: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class Bar(msgspec.Struct, frozen=True):
    """One bar; `parts` are (role of colour, value) from the bottom, `told` is written above it."""

    label: str
    parts: tuple[tuple[str, float], ...]
    told: str = ""

    @property
    def height(self) -> float:
        """Return the whole bar's value."""
        return sum(value for _role, value in self.parts)


class BarChart(QWidget):
    """Bars side by side; arrows or a click choose one. Signal: `chosen(int)`."""

    chosen = Signal(int)

    def __init__(self, look: Look, *, chooses: bool = False) -> None:
        super().__init__()
        self._look = look
        self._bars: tuple[Bar, ...] = ()
        self._limit: float | None = None
        self._chooses = chooses
        self.current = -1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(look.px(190))
        if chooses:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_bars(self, bars: Sequence[Bar], description: str, limit: float | None = None) -> None:
        """Draw these bars, with a line at a limit; the description is for a screen reader."""
        self._bars, self._limit = tuple(bars), limit
        self.current = min(self.current, len(self._bars) - 1)
        self.setAccessibleName(description)
        told = (f"{bar.label}: {bar.told or round(bar.height, 1)}" for bar in self._bars)
        self.setAccessibleDescription("; ".join(told))
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for enough room for a year of months."""
        return QSize(self._look.px(480), self._look.px(190))

    def choose(self, number: int) -> None:
        """Choose a bar."""
        if self._chooses and 0 <= number < len(self._bars):
            self.current = number
            self.update()
            self.chosen.emit(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrows."""
        step = STEPS.get(event.key())
        if step is None or not self._chooses:
            super().keyPressEvent(event)
            return
        self.choose(max(0, min(len(self._bars) - 1, self.current + step)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose what is clicked."""
        if self._bars:
            self.choose(int(event.position().x() // (self.width() / len(self._bars))))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bars."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = painter.fontMetrics().height()
        highest = max((bar.height for bar in self._bars), default=0.0) or 1.0
        highest = max(highest, self._limit or 0.0)
        room = self.height() - 2 * line - self._look.px(8)
        width = self.width() / max(1, len(self._bars))
        for number, bar in enumerate(self._bars):
            column = QRectF(number * width, 0, width, self.height())
            if number == self.current:
                painter.fillRect(column, QColor(self._look.tokens["selected"]))
            self._draw(painter, column, bar, room / highest, line)
        painter.setPen(QColor(self._look.tokens["line"]))
        ground = self.height() - line - self._look.px(4)
        painter.drawLine(0, ground, self.width(), ground)
        if self._limit is not None:
            painter.setPen(QPen(QColor(self._look.tokens["block"]), 1.5, Qt.PenStyle.DashLine))
            level = round(ground - self._limit * room / highest)
            painter.drawLine(0, level, self.width(), level)
        painter.end()

    def _draw(self, painter: QPainter, column: QRectF, bar: Bar, scale: float, line: int) -> None:
        tokens = self._look.tokens
        bottom = column.bottom() - line - self._look.px(4)
        thick = min(column.width() * 0.6, self._look.px(48))
        left = column.center().x() - thick / 2
        painter.setPen(Qt.PenStyle.NoPen)
        for role, value in bar.parts:
            tall = value * scale
            painter.setBrush(QColor(tokens[role]))
            painter.drawRect(QRectF(left, bottom - tall, thick, tall))
            bottom -= tall
        painter.setPen(QColor(tokens["text"]))
        above = QRectF(column.left(), bottom - line, column.width(), line)
        painter.drawText(above, WIDE, bar.told)
        painter.setPen(QColor(tokens["muted"]))
        below = QRectF(column.left(), column.bottom() - line, column.width(), line)
        painter.drawText(below, WIDE, bar.label)
