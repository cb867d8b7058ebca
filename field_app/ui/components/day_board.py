"""A team's day: officers as rows, hours across; stops are chosen, carried and dropped.

By mouse a stop is dragged; by keys Space takes it up, arrows carry it, Enter drops, Escape puts
it back. Every place asks at once whether the stop may stay there.
"""

from collections.abc import Callable, Sequence

import msgspec
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QToolTip, QWidget

from field_app.ui.components.board_painting import BoardPainter, Frame, Ghost, Titles, driving_told
from field_app.ui.look import Look
from field_app.viewmodels.board import Block, BoardRow, hours_shown
from sync.domain.ids import OfficerId, RecordId

STEP_S, FINE_S = 900, 300
ALONG: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
ACROSS: dict[int, int] = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
TAKES = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Verdict(msgspec.Struct, frozen=True):
    """Whether a stop may be dropped here, in words."""

    allowed: bool
    text: str


class Carried(msgspec.Struct, frozen=True):
    """A stop on its way: from which row, over which row, when it should begin."""

    visit: RecordId
    home: int
    row: int
    begin_s: int
    length_s: int
    verdict: Verdict | None = None


type Ask = Callable[[RecordId, tuple[OfficerId, ...], int], Verdict]


class DayBoard(QWidget):
    """The board.

    Signals: `chosen(str)`, `told(object)` with a `Verdict` or None, `opened(str)`,
    `lock_wanted(str)`, and `dropped(str, object, int)` with officers and moment when it may stay.
    """

    chosen = Signal(str)
    told = Signal(object)
    opened = Signal(str)
    lock_wanted = Signal(str)
    dropped = Signal(str, object, int)

    def __init__(self, look: Look, titles: Titles, ask: Ask) -> None:
        super().__init__()
        self._look = look
        self._titles = titles
        self._ask = ask
        self.rows: tuple[BoardRow, ...] = ()
        self.current = RecordId("")
        self._row = 0
        self.carried: Carried | None = None
        self._grip: tuple[QPointF, int] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(look.words("Timeline of the day"))

    def show_rows(self, rows: Sequence[BoardRow]) -> None:
        """Show these days; the chosen stop stays chosen where it is still there."""
        self.rows, self.carried = tuple(rows), None
        homes = [n for n, r in enumerate(self.rows) for b in r.visits if b.id == self.current]
        if self._row not in homes:
            self._row = homes[0] if homes else 0
        if not homes:
            first = next(((n, b) for n, r in enumerate(self.rows) for b in r.visits), None)
            self._row, self.current = (first[0], first[1].id) if first else (0, RecordId(""))
        self.setFixedHeight(self._frame().top + len(self.rows) * self._frame().band + 2)
        self._describe()
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for enough room for a working day."""
        return QSize(self._look.px(560), self.height())

    def choose(self, visit: str) -> None:
        """Choose a stop from elsewhere."""
        for number, row in enumerate(self.rows):
            if any(b.id == visit for b in row.visits):
                self._choose(number, RecordId(visit), tell=False)
                return

    def _choose(self, row: int, visit: RecordId, *, tell: bool = True) -> None:
        self._row, self.current = row, visit
        self._describe()
        self.update()
        if tell:
            self.chosen.emit(visit)

    def block_of(self, visit: str, row: int | None = None) -> Block | None:
        """Return a stop as it is shown, in one row or in the first that has it."""
        rows = self.rows if row is None else self.rows[row : row + 1]
        return next((b for r in rows for b in r.visits if b.id == visit), None)

    def centre_of(self, visit: str) -> QPointF:
        """Return the middle of a stop on the widget."""
        frame = self._frame()
        return next(
            frame.box(number, block.begin_s, block.end_s).center()
            for number, row in enumerate(self.rows)
            for block in row.visits
            if block.id == visit
        )

    def place_of(self, row: int, begin_s: int, length_s: int) -> QPointF:
        """Return the middle of a stop of a length if it were in a row at a time."""
        return self._frame().box(row, begin_s, begin_s + length_s).center()

    def _frame(self) -> Frame:
        first, last = hours_shown(self.rows)
        line = self.fontMetrics().height()
        band = max(2 * line + self._look.px(16), self._look.px(54))
        told = [driving_told(self._look.words, row) for row in self.rows] + [
            row.name for row in self.rows
        ]
        names = max((self.fontMetrics().horizontalAdvance(t) for t in told), default=0)
        left = min(names + self._look.px(20), self.width() // 4)
        return Frame(left, line + 8, band, self.width(), self._look.px(26), first, last)

    def _describe(self) -> None:
        """Tell a screen reader which stop is chosen, and what the keys do."""
        words, parts = self._look.words, []
        block = self.block_of(self.current, self._row)
        if block is not None:
            state = words.code(f"stop_state.{block.state}")
            span = f"{clock(block.begin_s)}–{clock(block.end_s)}"
            parts = [self.rows[self._row].name, span, self._titles(block.id), state]
            if block.locked:
                parts.append(words("locked"))
        carried = self.carried
        if carried is not None and carried.verdict is not None:
            where = f"{self.rows[carried.row].name} {clock(carried.begin_s)}"
            parts = [where, carried.verdict.text]
        self.setAccessibleDescription(" · ".join(parts))
        event = QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
        QAccessible.updateAccessibility(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the day."""
        painter = QPainter(self)
        drawn = BoardPainter(self._look, painter, self._frame(), self._titles)
        drawn.ground(self.rows)
        carried = self.carried
        for number, row in enumerate(self.rows):
            for block in sorted(row.blocks, key=lambda b: b.kind == "visit"):
                here = block.kind == "visit" and block.id == self.current
                chosen = here and number == self._row and self.hasFocus()
                taken = carried is not None and here
                drawn.block(number, block, current=chosen, carried=taken)
        if carried is not None and carried.verdict is not None:
            end = carried.begin_s + carried.length_s
            drawn.ghost(Ghost(carried.row, carried.begin_s, end, carried.verdict.allowed))
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose, take up, carry, drop, put back, lock, open."""
        key = event.key()
        carried = self.carried is not None
        if key in ALONG or key in ACROSS:
            fine = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self._arrow(ALONG.get(key, 0), ACROSS.get(key, 0), FINE_S if fine else STEP_S)
        elif key == Qt.Key.Key_Space and not carried:
            self.take_up()
        elif carried and (key in TAKES or key == Qt.Key.Key_Space):
            self.drop()
        elif carried and key == Qt.Key.Key_Escape:
            self.put_back()
        elif key in TAKES and self.current:
            self.opened.emit(self.current)
        elif key == Qt.Key.Key_L and self.current and not carried:
            self.lock_wanted.emit(self.current)
        else:
            super().keyPressEvent(event)

    def _arrow(self, along: int, across: int, step: int) -> None:
        carried = self.carried
        if carried is not None:
            row = max(0, min(len(self.rows) - 1, carried.row + across))
            self._carry(row, carried.begin_s + along * step)
            return
        places = [(n, b) for n, r in enumerate(self.rows) for b in r.visits]
        if not places:
            return
        now = self.block_of(self.current, self._row)
        if along:
            inside = [b for b in self.rows[self._row].visits]
            at = next((i for i, b in enumerate(inside) if b.id == self.current), 0) + along
            if 0 <= at < len(inside):
                self._choose(self._row, inside[at].id)
            return
        rows = [n for n, _ in places if (n - self._row) * across > 0]
        if rows and now is not None:
            row = min(rows, key=lambda n: abs(n - self._row))
            near = min(self.rows[row].visits, key=lambda b: abs(b.begin_s - now.begin_s))
            self._choose(row, near.id)

    def take_up(self) -> None:
        """Take up the chosen stop."""
        block = self.block_of(self.current, self._row)
        if block is not None:
            length = block.end_s - block.begin_s
            self.carried = Carried(block.id, self._row, self._row, block.begin_s, length)
            self._carry(self._row, block.begin_s)

    def _carry(self, row: int, begin_s: int) -> None:
        carried = self.carried
        if carried is None:
            return
        first, last = hours_shown(self.rows)
        begin_s = max(first, min(last - carried.length_s, begin_s))
        if carried.verdict is None or (row, begin_s) != (carried.row, carried.begin_s):
            going = msgspec.structs.replace(carried, row=row, begin_s=begin_s)
            verdict = self._ask(carried.visit, self._officers(going), begin_s)
            self.carried = msgspec.structs.replace(going, verdict=verdict)
            self.told.emit(verdict)
            self._describe()
            self.update()

    def _officers(self, carried: Carried) -> tuple[OfficerId, ...]:
        """Return who would make the stop: the new row's officer for the one it is taken from."""
        wanted = self.rows[carried.row].officer_id
        left = self.rows[carried.home].officer_id
        who = [r.officer_id for r in self.rows if any(b.id == carried.visit for b in r.visits)]
        if wanted in who:
            return tuple(who)
        return tuple(wanted if o == left else o for o in who)

    def drop(self) -> None:
        """Drop the stop where it may stay; elsewhere it goes back, and the reason stays told."""
        carried, self.carried = self.carried, None
        if carried is not None and carried.verdict is not None:
            if carried.verdict.allowed:
                self._row = carried.row
                self.dropped.emit(carried.visit, self._officers(carried), carried.begin_s)
            self._describe()
            self.update()

    def put_back(self) -> None:
        """Leave everything as it was."""
        self.carried = None
        self.told.emit(None)
        self._describe()
        self.update()

    def _at(self, place: QPointF) -> tuple[int, Block] | None:
        frame = self._frame()
        for number, row in enumerate(self.rows):
            for block in row.visits:
                if frame.box(number, block.begin_s, block.end_s).contains(place):
                    return number, block
        return None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a stop and take hold of it."""
        found = self._at(event.position())
        if found is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        number, block = found
        self._choose(number, block.id)
        offset = self._frame().moment(event.position().x()) - block.begin_s
        self._grip = event.position(), round(offset)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Carry the stop that is held."""
        if self._grip is None:
            return
        start, offset = self._grip
        far = (event.position() - start).manhattanLength()
        if self.carried is None and far >= QApplication.startDragDistance():
            block = self.block_of(self.current, self._row)
            if block is not None:
                length = block.end_s - block.begin_s
                self.carried = Carried(block.id, self._row, self._row, block.begin_s, length)
        if self.carried is not None:
            frame = self._frame()
            row = int((event.position().y() - frame.top) // frame.band)
            begin = frame.moment(event.position().x()) - offset
            self._carry(max(0, min(len(self.rows) - 1, row)), round(begin / FINE_S) * FINE_S)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Drop what is carried."""
        self._grip = None
        if self.carried is not None:
            self.drop()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the case of a stop."""
        self._grip = None
        found = self._at(event.position())
        if found is not None:
            self.opened.emit(found[1].id)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Put back what is carried by keys."""
        if self.carried is not None and self._grip is None:
            self.put_back()
        super().focusOutEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:
        """Tell more of the stop under the mouse; keep the keys of a stop that is carried."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            found = self._at(QPointF(event.pos()))
            text = self._told(found[1]) if found else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def _told(self, block: Block) -> str:
        span = f"{clock(block.begin_s)}–{clock(block.end_s)}"
        window = f"{clock(block.window[0])}–{clock(block.window[1])}"
        begins = self._look.words("may begin {span}", span=window)
        return "\n".join((span, self._titles(block.id), begins))


def clock(seconds: int) -> str:
    """Return a moment of the day: 09:05."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
