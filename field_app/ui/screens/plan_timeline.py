"""The timeline with what its signs mean, and whether a stop that is carried may stay here."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from field_app.ui.components.day_board import DayBoard, Verdict, clock
from field_app.ui.components.surfaces import Notice
from field_app.ui.components.texts import label
from field_app.ui.look import Look
from field_app.viewmodels.plan import PlanViewModel
from sync.domain.ids import OfficerId, RecordId


class PlanTimeline(QWidget):
    """Signals: `chosen(str)` and `opened(str)` with a stop's id."""

    chosen = Signal(str)
    opened = Signal(str)

    def __init__(self, look: Look, view: PlanViewModel) -> None:
        super().__init__()
        self._look = look
        self._view = view
        self.board = DayBoard(look, self.title_of, self._ask)
        self.verdict = Notice(look)
        words = look.words
        keys = words(
            "Arrows choose a stop, Space takes it up, Enter drops it, Escape puts it back, L locks."
        )
        signs = words(
            "Filled: agreed. Dashed: proposed. Lock: stays. Blue line: when it may begin."
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(6))
        column.addWidget(self.verdict)
        column.addWidget(self.board)
        column.addWidget(label(words.sentences(signs, keys), "muted"))
        column.addStretch(1)
        self.board.chosen.connect(self.chosen)
        self.board.opened.connect(self.opened)
        self.board.told.connect(self._tell)
        self.board.lock_wanted.connect(self._lock)
        self.board.dropped.connect(self._drop)

    def show_plan(self) -> None:
        """Show the plan that counts now."""
        self.verdict.say("")
        self.board.show_rows(self._view.rows)

    def title_of(self, visit: RecordId) -> str:
        """Return who is visited and about where."""
        found = self._view.visit(visit)
        return f"{found.name} · {found.area}" if found else ""

    def _ask(self, visit: RecordId, officers: tuple[OfficerId, ...], at_s: int) -> Verdict:
        words = self._look.words
        moved = self._view.try_move(visit, officers, at_s)
        if moved is None:
            return Verdict(False, "")
        if moved.plan is None:
            why = str(moved.why or "")
            return Verdict(False, words.code(why, clashes_with=moved.clashes_with))
        parts = [words("It may begin here at {time}.", time=clock(moved.begin_s))]
        if moved.extra_driving_s >= 60:
            more = words.minutes(moved.extra_driving_s)
            parts.append(words("{minutes} more driving.", minutes=more))
        elif moved.extra_driving_s <= -60:
            less = words.minutes(-moved.extra_driving_s)
            parts.append(words("{minutes} less driving.", minutes=less))
        return Verdict(True, words.sentences(*parts))

    def _tell(self, verdict: Verdict | None) -> None:
        if verdict is None:
            self.verdict.say("")
        else:
            self.verdict.say(verdict.text, "ok" if verdict.allowed else "block")

    def _drop(self, visit: str, officers: tuple[OfficerId, ...], at_s: int) -> None:
        moved = self._view.try_move(RecordId(visit), officers, at_s)
        if moved is not None:
            self._view.take_move(RecordId(visit), officers, moved)

    def _lock(self, visit: str) -> None:
        if visit in self._view.promised:
            self.verdict.say(self._look.words.code("plan.promised"), "info")
        else:
            self._view.toggle_lock(RecordId(visit))
