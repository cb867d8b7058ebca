"""Agreeing a window with a customer: calendar, next lawful windows, the rules while typing."""

from datetime import date, time, timedelta
from functools import partial

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from field_app.ui.components.findings_list import FindingsList, answer_text, problem_text
from field_app.ui.components.flow import COLUMNS_LEAST, Beside, Flow
from field_app.ui.components.page import Page
from field_app.ui.components.surfaces import Card, Notice, clear
from field_app.ui.components.texts import button, label, tip
from field_app.ui.components.week_grid import WeekGrid
from field_app.ui.dialogs.export_dialog import ask_export
from field_app.ui.dialogs.form_dialog import Field, ask
from field_app.ui.look import Look
from field_app.ui.navigation import Navigator
from field_app.ui.screens.appointment_form import AppointmentForm
from field_app.viewmodels.answer import Answer
from field_app.viewmodels.appointment import AppointmentViewModel, Slot, Suggestion, Window
from sync.domain.ids import CaseId, RecordId
from sync.domain.time import local
from sync.domain.vocabulary import AppointmentState, Revealable

SLOTS_SHOWN = 6
ENDINGS = (
    AppointmentState.DECLINED,
    AppointmentState.WITHDRAWN,
    AppointmentState.MISSED_BY_US,
    AppointmentState.MISSED_BY_CUSTOMER,
)


class AppointmentScreen(Page):
    """One window, from the first idea to the customer's yes or no."""

    def __init__(
        self, home: QWidget, look: Look, view: AppointmentViewModel, go: Navigator
    ) -> None:
        super().__init__(home, look, look.words("Appointment"))
        self._view = view
        self._go = go
        words = look.words
        self.confirm = button(look, words("Customer agreed"), self._confirm, kind="primary")
        self.propose = button(look, words("Save as proposal"), self._propose)
        self.end = button(look, words("Declined or cancelled"), self._end, kind="danger")
        self.copy = button(look, words("Copy invitation"), lambda: self.once(self._copy))
        self.ics = button(look, words("Calendar file"), lambda: self.once(self._export))
        self._build()
        view.loaded.connect(self._show)
        view.looked_ahead.connect(self._show_ahead)
        view.judged.connect(self._show_findings)
        view.saved.connect(self._on_saved)
        view.refused.connect(self._on_refused)
        self.show_loading()

    def _build(self) -> None:
        words = self.words
        for one in (self.copy, self.ics, self.end, self.propose, self.confirm):
            self.toolbar.addWidget(one)
        self.stopped = Notice(self.look)
        self.body.addWidget(self.stopped)
        columns = Beside(self.look, COLUMNS_LEAST)
        left, right = QVBoxLayout(), QVBoxLayout()
        calendar = Card(self.look)
        self.weeks = label(words("Two weeks"), "heading")
        calendar.body.addWidget(self.weeks)
        self.grid = WeekGrid(self.look)
        self.grid.picked.connect(self._pick)
        calendar.body.addWidget(self.grid)
        legend = words("Coloured hours are lawful for this customer. Arrows move, Enter takes.")
        calendar.body.addWidget(label(legend, "muted"))
        left.addWidget(calendar)
        next_card = Card(self.look, words("Next lawful windows"))
        self._slots = Flow(self.look, fill=True, most=2)
        next_card.body.addLayout(self._slots)
        left.addWidget(next_card)
        left.addStretch(1)
        form_card = Card(self.look, words("The window"))
        self.form = AppointmentForm(self.look, self._view)
        form_card.body.addWidget(self.form)
        right.addWidget(form_card)
        rules = Card(self.look, words("What the rules say"))
        self.findings = FindingsList(self.look, words("This window is lawful."))
        rules.body.addWidget(self.findings)
        right.addWidget(rules)
        right.addStretch(1)
        columns.add(left, 6)
        columns.add(right, 5)
        self.body.addWidget(columns)

    def open(
        self,
        case_id: CaseId,
        appointment_id: RecordId | None,
        suggested: Suggestion | None = None,
    ) -> None:
        """Show the window of a case, or one that is suggested for it."""
        self.show_loading()
        self.notice.say("")
        self.start(self._view.load(case_id, appointment_id, suggested))

    def _show(self) -> None:
        file = self._view.file
        if file is None:
            self.show_empty(self.words("This case is not here"), "", "cases")
            return
        stands = self._view.open
        known = stands is not None
        state = self.words.code(f"appointment.{stands.record.state}") if stands else ""
        state = state or self.words("new")
        self.subtitle_says(f"{file.shown[Revealable.NAME]} · {file.case.case_no} · {state}")
        self.form.fill()
        self._show_ahead()
        for one in (self.end, self.ics):
            one.setVisible(known)
        self.show_content()
        self.form.span.setFocus()

    def _show_ahead(self) -> None:
        marks, words = self._view.marks, self.words
        self.grid.show_days(marks, self._view.zone)
        if marks:
            span = f"{words.long_day(marks[0].day)} – {words.long_day(marks[-1].day)}"
            self.weeks.setText(span)
        self._show_slots()

    def _show_slots(self) -> None:
        clear(self._slots)
        shown = _spread(self._view.slots)
        if not shown:
            text = self.words("No lawful window in the next 30 days; the rules below say why.")
            self._slots.addWidget(label(text, "muted"))
        for slot in shown:
            self._slots.addWidget(self._slot(slot))

    def _slot(self, slot: Slot) -> QPushButton:
        day = self.words.day(local(slot.start, self._view.zone).date())
        span = self.words.span(slot.start, slot.end, self._view.zone)
        return button(self.look, f"{day} {span}", partial(self._take, slot))

    def _take(self, slot: Slot) -> None:
        self.start(self._choose(slot))

    async def _choose(self, slot: Slot) -> None:
        await self._view.choose_slot(slot)
        if self._view.window is not None:
            self.form.show_window(self._view.window)

    def _pick(self, day: date, hour: time) -> None:
        window = Window(day, hour, hour.replace(hour=hour.hour + 1))
        self.form.show_window(window)
        self.form.changed()

    def _show_findings(self) -> None:
        if self.form.chosen is None:
            text = self.words("Type a window such as 14:00-15:00.")
            self.notice.say(text, "info")
        self.findings.show_findings(self._view.findings)
        self.propose.setEnabled(self.form.chosen is not None)
        self.confirm.setEnabled(self._view.may_confirm and self.form.chosen is not None)
        first = "" if self._view.may_confirm else next(iter(self.findings.texts), "")
        self.confirm.setToolTip(tip(first))
        if self.form.chosen is not None:
            self.notice.say("")
        # Right below the button it stops: the rules' own card may lie below the edge.
        self.stopped.say(first if self.form.chosen is not None else "", "block")

    def _confirm(self) -> None:
        self.once(self._view.confirm)

    def _propose(self) -> None:
        self.once(self._view.propose)

    def _end(self) -> None:
        self.once(self._ask_end)

    async def _ask_end(self) -> None:
        words = self.words
        states = tuple((str(s), words.code(f"appointment.{s}")) for s in ENDINGS)
        fields = (
            Field("state", words("What happened"), states),
            Field("words", words("In the customer's words"), lines=3),
        )
        title = words("End this appointment")
        draft = self.draft("end", *self._view.ids)
        told = await ask(self, self.look, title, fields, ok=title, draft=draft)
        if told is not None:
            await self._view.close_with(AppointmentState(told["state"]), told["words"])

    async def _copy(self) -> None:
        text = await self._view.invitation(self.words)
        self._go.copy(text)
        self._go.tell(self.words("Copied. The text does not name the debt."))

    async def _export(self) -> None:
        words = self.words
        export = await ask_export(self, words("Save the calendar file"), "visit.ics")
        if export is None:
            return
        trouble = await self._view.save_calendar(words, export.wish, export.path)
        if trouble is not None:
            self.notice.say(problem_text(words, trouble), "block")
        else:
            self._go.tell(words("Saved: {name}", name=export.path.name))

    def _on_saved(self, kind: str) -> None:
        self._go.tell(self.words.code(f"saved.appointment_{kind}"))
        self._go.go_back()

    def _on_refused(self, answer: Answer) -> None:
        self.notice.say(answer_text(self.words, answer), "block")


def _spread(slots: tuple[Slot, ...]) -> list[Slot]:
    """Return the first lawful windows, at most two a day, so that there is a choice of days."""
    shown: list[Slot] = []
    for slot in slots:
        same_day = [s for s in shown if s.start.date() == slot.start.date()]
        apart = all(slot.start - s.start >= timedelta(hours=3) for s in same_day)
        if len(same_day) < 2 and apart:
            shown.append(slot)
        if len(shown) == SLOTS_SHOWN:
            break
    return shown
