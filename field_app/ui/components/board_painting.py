"""Paints a day's board with the tokens' colours; the board says what, here is how."""

from collections.abc import Callable, Sequence

import msgspec
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from field_app.i18n.words import Words
from field_app.ui.look import Look
from field_app.viewmodels.board import HOUR_S, Block, BoardRow
from sync.domain.ids import RecordId

type Titles = Callable[[RecordId], str]

SIDES = {"agreed": ("accent", "on_accent"), "promised": ("accent", "on_accent")}
MIDDLE = Qt.AlignmentFlag.AlignCenter
DAY_HOURS = 24


def driving_told(words: Words, row: BoardRow) -> str:
    """Return how much of a day is driving."""
    told = words("{minutes} driving", minutes=words.minutes(row.driving_s))
    return told if row.visits else words("free")


class Frame(msgspec.Struct, frozen=True):
    """Where things are: names at the left, hours at the top, one band a row; all in pixels."""

    left: int
    top: int
    band: int
    width: int
    right: int
    first_s: int
    last_s: int

    def x(self, seconds: float) -> float:
        """Return the place of a moment."""
        whole = max(1, self.last_s - self.first_s)
        return self.left + (seconds - self.first_s) * (self.width - self.left - self.right) / whole

    def moment(self, x: float) -> float:
        """Return the moment of a place."""
        whole = self.last_s - self.first_s
        return self.first_s + (x - self.left) * whole / max(1, self.width - self.left - self.right)

    def box(self, row: int, begin_s: float, end_s: float) -> QRectF:
        """Return where a visit of a row is."""
        top = self.top + row * self.band
        x = self.x(begin_s)
        return QRectF(x, top + self.band * 0.14, self.x(end_s) - x, self.band * 0.66)


class Ghost(msgspec.Struct, frozen=True):
    """What is being carried: over which row, from when to when, and whether it may stay there."""

    row: int
    begin_s: int
    end_s: int
    allowed: bool


class BoardPainter:
    """One painting of the board."""

    def __init__(self, look: Look, painter: QPainter, frame: Frame, titles: Titles) -> None:
        self._look = look
        self._painter = painter
        self._frame = frame
        self._titles = titles
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _colour(self, role: str) -> QColor:
        return QColor(self._look.tokens[role])

    def ground(self, rows: Sequence[BoardRow]) -> None:
        """Paint the hours, the names and the working hours."""
        frame, painter = self._frame, self._painter
        high = len(rows) * frame.band
        for number, row in enumerate(rows):
            band = QRectF(0, frame.top + number * frame.band, frame.width, frame.band)
            painter.fillRect(band, self._colour("raised"))
            begin, end = frame.x(row.from_s), frame.x(row.until_s)
            work = QRectF(begin, band.top(), end - begin, band.height())
            painter.fillRect(work, self._colour("card"))
        self._hours(high)
        for number, row in enumerate(rows):
            self._name(number, row)
            y = frame.top + (number + 1) * frame.band
            painter.setPen(self._colour("line"))
            painter.drawLine(QPointF(0, y), QPointF(frame.width, y))

    def _hours(self, high: int) -> None:
        frame, painter = self._frame, self._painter
        metrics = painter.fontMetrics()
        wide = metrics.horizontalAdvance("00:00") + self._look.px(8)
        step = next(
            n for n in (1, 2, 3, 4, 6, 12, DAY_HOURS) if n == DAY_HOURS or self._fits(n, wide)
        )
        for hour in range(frame.first_s // HOUR_S, frame.last_s // HOUR_S + 1):
            x = frame.x(hour * HOUR_S)
            painter.setPen(self._colour("line"))
            painter.drawLine(QPointF(x, frame.top), QPointF(x, frame.top + high))
            if (hour - frame.first_s // HOUR_S) % step == 0:
                painter.setPen(self._colour("muted"))
                at = min(x - wide / 2, frame.width - wide)
                painter.drawText(QRectF(at, 0, wide, frame.top), MIDDLE, f"{hour:02d}:00")

    def _fits(self, hours: int, wide: int) -> bool:
        return self._frame.x(hours * HOUR_S) - self._frame.x(0) >= wide

    def _name(self, number: int, row: BoardRow) -> None:
        frame, painter = self._frame, self._painter
        band = QRectF(
            self._look.px(4), frame.top + number * frame.band, frame.left - 12, frame.band
        )
        half = band.height() / 2
        side = Qt.AlignmentFlag.AlignLeft
        painter.setPen(self._colour("text"))
        upper = QRectF(band.left(), band.top(), band.width(), half)
        self._text(upper, row.name, side | Qt.AlignmentFlag.AlignBottom)
        painter.setPen(self._colour("muted"))
        lower = QRectF(band.left(), band.top() + half, band.width(), half)
        self._text(lower, driving_told(self._look.words, row), side | Qt.AlignmentFlag.AlignTop)

    def _text(self, box: QRectF, text: str, how: Qt.AlignmentFlag) -> None:
        metrics = self._painter.fontMetrics()
        short = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
        self._painter.drawText(box, how, short)

    def block(self, row: int, block: Block, *, current: bool, carried: bool) -> None:
        """Paint a part of a day."""
        box = self._frame.box(row, block.begin_s, block.end_s)
        match block.kind:
            case "visit":
                self._visit(row, box, block, current=current, carried=carried)
            case "lunch":
                self._painter.fillRect(box, self._colour("warn_soft"))
                self._painter.setPen(self._colour("warn"))
                wide = box.adjusted(-self._look.px(8), 0, self._look.px(8), 0)
                self._text(wide, self._look.words("Lunch"), MIDDLE)
            case _:
                self._way(box, waits=block.kind == "wait")

    def _way(self, box: QRectF, *, waits: bool) -> None:
        thick = self._look.px(1 if waits else 3)
        style = Qt.PenStyle.DotLine if waits else Qt.PenStyle.SolidLine
        pen = QPen(self._colour("muted"), thick, style)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        self._painter.setPen(pen)
        y = box.center().y()
        self._painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))

    def _visit(self, row: int, box: QRectF, block: Block, *, current: bool, carried: bool) -> None:
        painter, frame = self._painter, self._frame
        begin, end = block.window
        under = frame.top + (row + 1) * frame.band - self._look.px(6)
        painter.setPen(QPen(self._colour("info"), self._look.px(3)))
        painter.drawLine(QPointF(frame.x(begin), under), QPointF(frame.x(end), under))
        ground, ink = SIDES.get(block.state, ("card", "text"))
        painter.setOpacity(0.4 if carried else 1.0)
        painter.setBrush(self._colour(ground))
        dashed = Qt.PenStyle.DashLine if block.state == "proposed" else Qt.PenStyle.SolidLine
        painter.setPen(QPen(self._colour("accent"), 1.5, dashed))
        painter.drawRoundedRect(box, 5, 5)
        painter.setPen(self._colour(ink))
        half = box.height() / 2
        upper = QRectF(box.left(), box.top(), box.width(), half)
        lower = QRectF(box.left() + 2, box.top() + half, box.width() - 4, half)
        self._text(upper, str(block.number), MIDDLE)
        self._text(lower, self._titles(block.id).partition(" · ")[0], MIDDLE)
        if block.locked or block.state == "promised":
            self._lock(box, ink)
        painter.setOpacity(1.0)
        if current:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._colour("text"), 2))
            painter.drawRoundedRect(box.adjusted(-3, -3, 3, 3), 7, 7)

    def _lock(self, box: QRectF, ink: str) -> None:
        side = self._look.px(11)
        if box.width() >= 2.4 * side:
            picture = self._look.icon("lock", ink).pixmap(QSize(side, side))
            self._painter.drawPixmap(QPointF(box.right() - side - 2, box.top() + 2), picture)

    def ghost(self, ghost: Ghost) -> None:
        """Paint what is being carried."""
        painter = self._painter
        role = "ok" if ghost.allowed else "block"
        box = self._frame.box(ghost.row, ghost.begin_s, ghost.end_s)
        painter.setBrush(self._colour(f"{role}_soft"))
        painter.setPen(QPen(self._colour(role), 2))
        painter.drawRoundedRect(box, 5, 5)
        painter.drawText(box, MIDDLE, "✓" if ghost.allowed else "✕")
