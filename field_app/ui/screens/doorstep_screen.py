"""At the door: one visit, masked and large. Nothing that is owed is ever on this screen."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from field_app.background.tasks import Tasks
from field_app.ui.components.findings_list import problem_text
from field_app.ui.components.flow import Flow
from field_app.ui.components.large import enlarge, larger
from field_app.ui.components.surfaces import Notice, scrolling
from field_app.ui.components.texts import button, label
from field_app.ui.look import Look
from field_app.ui.screens.case_screen import REVEAL_MS
from field_app.ui.shortcuts import keys_of
from field_app.viewmodels.doorstep import AtDoor, DoorstepViewModel
from field_app.viewmodels.problem import Problem
from sync.domain.ids import CaseId, RecordId


class DoorstepScreen(QWidget):
    """One visit at its door. Signals: `left()`, `record_wanted()`, `cover_wanted()`."""

    left = Signal()
    record_wanted = Signal()
    cover_wanted = Signal()

    def __init__(self, look: Look, view: DoorstepViewModel) -> None:
        super().__init__()
        self.setProperty("role", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._view = view
        self._tasks = Tasks()
        self._follows = False  # the focus goes on to the next act, once it is there
        self.look = larger(look)
        self.words = look.words
        enlarge(self, self.look)
        self._build()
        self._hide_timer = QTimer(self)
        self._hide_timer.setSingleShot(True)
        self._hide_timer.timeout.connect(view.hide)
        view.changed.connect(self._show)
        view.gone.connect(self.left)
        view.failed.connect(self._show_trouble)

    def _build(self) -> None:
        look, words = self.look, self.words
        inside = QWidget()
        column = QVBoxLayout(inside)
        edge = look.px(20)
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(look.px(10))
        self.name, self.window_text = label("", "title"), label("", "heading")
        self.place, self.times = label(), label("", "muted")
        self.rule = Notice(look)
        for part in (self.name, self.rule, self.window_text, self.place):
            column.addWidget(part)  # what forbids to ring is in sight however large the words are
        self.only = label()
        column.addWidget(self.only)
        column.addWidget(Notice(look, words("To anybody else: say nothing of the matter."), "warn"))
        column.addWidget(
            label(words("“I should like to speak with the person I have an appointment with.”"))
        )
        column.addWidget(self.times)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        column.addStretch(1)
        whole.addWidget(scrolling(inside), 1)
        below = QVBoxLayout()  # in reach however large the words are
        below.setContentsMargins(edge, look.px(6), edge, look.px(14))
        below.addLayout(self._make_acts())
        whole.addLayout(below)

    def _make_acts(self) -> Flow:
        look, words = self.look, self.words
        self.begin = button(look, words("We are at the door"), self._begin, kind="primary")
        self.end = button(look, words("We are leaving"), self._end, kind="primary")
        self.record = button(look, words("Record the visit"), self.record_wanted.emit)
        self.back = button(look, words("Away from the door"), self.left.emit)
        self.back.setToolTip(keys_of("doorstep"))
        self.hide_all = button(look, words("Hide all"), self.cover_wanted.emit)
        self.hide_all.setToolTip("Esc Esc")
        self.show_address = button(look, words("Show the address"), self._reveal, icon="reveal")
        acts = Flow(look)
        for one in (self.begin, self.end, self.record, self.show_address, self.hide_all, self.back):
            acts.addWidget(one)
        return acts

    @property
    def card(self) -> AtDoor | None:
        """Return the visit that is shown."""
        return self._view.card

    def open(self, case_id: CaseId, appointment_id: RecordId | None) -> None:
        """Stand at the door of a case."""
        self._clear()
        self._follows = True
        self._tasks.start(self._view.open(case_id, appointment_id))

    def forget(self) -> None:
        """Leave nothing of the case on the screen."""
        self._view.leave()
        self._clear()

    def _clear(self) -> None:
        for one in (self.name, self.window_text, self.place, self.only, self.times):
            one.clear()
        self.rule.say("")
        for act in (self.begin, self.end, self.record, self.show_address):
            act.hide()

    def _show(self) -> None:
        card, words = self._view.card, self.words
        if card is None:
            return
        self.name.setText(f"{card.name} · {card.case_tail}")
        self.window_text.setText(self._window(card))
        self._show_place(card)
        self.only.setText(words("Speak only with {name}, who shows who they are.", name=card.name))
        self._show_acts(card)

    def _window(self, card: AtDoor) -> str:
        if card.start is None or card.end is None:
            return self.words("No window is agreed.")
        when = self.words.moment(card.start, card.zone)
        return f"{when}–{self.words.clock(card.end, card.zone)}"

    def _show_place(self, card: AtDoor) -> None:
        place = self.words.code(f"place.{card.place}") if card.place else ""
        where = self._view.address or card.area
        self.place.setText(" · ".join(p for p in (place, where) if p))
        self.show_address.setVisible(not self._view.address)

    def _show_acts(self, card: AtDoor) -> None:
        entry, words = self._view.entry, self.words
        stopped = words("The rules do not allow this visit now. Do not ring.")
        self.rule.say("" if card.lawful or entry.arrived else stopped, "block")
        self.begin.setVisible(not entry.arrived)
        self.begin.setEnabled(card.lawful)
        self.end.setVisible(bool(entry.arrived) and not entry.left)
        self.record.setVisible(bool(entry.left))
        told = []
        if entry.arrived:
            told.append(words("Came at {time}", time=entry.arrived))
        if entry.left:
            told.append(words("left at {time}", time=entry.left))
        self.times.setText(" · ".join(told))
        if self._follows:
            self._follows = False
            acts = (self.begin, self.end, self.record)
            first = next((act for act in acts if act.isVisibleTo(self)), self.hide_all)
            (first if first.isEnabled() else self.hide_all).setFocus()

    def _reveal(self) -> None:
        self._tasks.once(self._view.show_address)
        self._hide_timer.start(REVEAL_MS)

    def _show_trouble(self, problem: Problem) -> None:
        self.rule.say(problem_text(self.words, problem), "warn")

    def _begin(self) -> None:
        self._follows = True
        self._tasks.once(self._view.begin)

    def _end(self) -> None:
        self._follows = True
        self._tasks.once(self._view.end)

    def hideEvent(self, event: QHideEvent) -> None:
        """Mask what was shown as soon as the screen goes, whatever made it go."""
        self._hide_timer.stop()
        self._view.hide()
        super().hideEvent(event)
