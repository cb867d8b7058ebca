"""Route plans: choose a day, solve, look at every officer's day, publish."""

from datetime import timedelta

from PySide6.QtCore import QDate
from PySide6.QtWidgets import QDateEdit, QProgressBar, QVBoxLayout, QWidget

from field_app.ui.components.findings_list import answer_text
from field_app.ui.components.page import Page
from field_app.ui.components.surfaces import Card, Notice, clear
from field_app.ui.components.texts import button, label
from field_app.ui.look import Look
from field_app.ui.navigation import Navigator
from field_app.viewmodels.answer import Answer
from field_app.viewmodels.plan import OfficerRoute, PlanViewModel


class PlanScreen(Page):
    """One day of the team."""

    def __init__(self, look: Look, view: PlanViewModel, go: Navigator) -> None:
        super().__init__(look, look.words("Route plan"))
        self._view = view
        self._go = go
        words = look.words
        self.day = QDateEdit()
        self.day.setCalendarPopup(True)
        self.day.setDisplayFormat("yyyy-MM-dd")
        self.day.setAccessibleName(words("Day"))
        self.day.setDate(QDate(view.day.year, view.day.month, view.day.day))
        self.day.dateChanged.connect(lambda _d: self._choose_day())
        self.solve = button(look, words("Plan routes"), self._solve, kind="primary", icon="plan")
        self.cancel = button(look, words("Cancel"), view.cancel)
        self.publish = button(look, words("Publish"), self._publish, kind="primary")
        for one in (self.day, self.solve, self.cancel, self.publish):
            self.toolbar.addWidget(one)
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setAccessibleName(words("Planning"))
        self.body.addWidget(self.progress)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(look.px(12))
        self.body.addLayout(self._cards)
        self.body.addStretch(1)
        view.changed.connect(self._show)
        view.published.connect(self._on_published)
        self.show_loading()

    def enter(self) -> None:
        """Read the day."""
        self.start(self._view.load())

    def _choose_day(self) -> None:
        day = self.day.date().toPython()
        self.start(self._view.load(day))  # type: ignore[arg-type]

    def _solve(self) -> None:
        self.start(self._view.solve())

    def _publish(self) -> None:
        self.start(self._view.publish())

    def _show(self) -> None:
        known, view, words = self._view.ground, self._view, self.words
        if known is None:
            return
        solving = view.state == "solving"
        self.progress.setVisible(solving)
        self.cancel.setVisible(solving)
        self.solve.setEnabled(not solving and bool(known.visits))
        self.publish.setVisible(view.plan is not None)
        self.publish.setEnabled(view.may_publish)
        count = words("{n} agreed visits", n=len(known.visits))
        self.subtitle_says(f"{words.day(known.day)} · {count}")
        self._show_state()
        clear(self._cards)
        if known.unpinned:
            number = len(known.unpinned)
            text = words("{n} visits have no pin on the map and are left out.", n=number)
            self._cards.addWidget(Notice(self.look, text, "warn"))
        if not known.visits and view.plan is None:
            hint = words("Only agreed windows are planned; choose another day or agree visits.")
            self.show_empty(words("No agreed visit on this day"), hint, "plan")
            return
        self._show_plan()
        self.show_content()

    def _show_state(self) -> None:
        view, words = self._view, self.words
        if view.state == "failed":
            text = words("No plan could be made. Try again; if it stays so, tell us.")
            self.notice.say(text, "block")
        elif view.state == "cancelled":
            self.notice.say(words("Planning was stopped; nothing changed."), "info")
        elif view.breaches:
            lines = {words.code(b.code) for b in view.breaches}
            self.notice.say("\n".join(sorted(lines)), "block")
        elif view.plan is not None:
            source = words.code(f"travel.{view.plan.travel_source}")
            text = words("Planned in {ms} ms and checked again.", ms=view.plan.solve_ms)
            self.notice.say(text, "ok", source)
        else:
            self.notice.say("")

    def _show_plan(self) -> None:
        plan = self._view.plan
        if plan is None:
            card = Card(self.look, self.words("Agreed visits"))
            for visit in self._view.ground.visits if self._view.ground else ():
                span = self.words.span(visit.start, visit.end, visit.zone)
                card.body.addWidget(label(f"{span} · {visit.name} · {visit.area}"))
            self._cards.addWidget(card)
            return
        for route in plan.routes:
            self._cards.addWidget(self._route(route))
        if plan.unplaced:
            card = Card(self.look, self.words("Could not be placed"))
            for one in plan.unplaced:
                why = self.words.code(str(one.why), clashes_with=one.clashes_with)
                card.body.addWidget(Notice(self.look, f"{one.case_no}: {why}", "warn"))
            self._cards.addWidget(card)

    def _route(self, route: OfficerRoute) -> QWidget:
        words = self.words
        driving = words("{minutes} driving", minutes=words.minutes(route.driving_s))
        name = self._view.officer_name(route.officer_id)
        card = Card(self.look, f"{name} · {driving}" if route.stops else name)
        if not route.stops:
            card.body.addWidget(label(words("No visit on this day."), "muted"))
        for number, stop in enumerate(route.stops, start=1):
            visit = self._view.visit(stop.appointment_id)
            who = f"{visit.name} · {visit.area}" if visit else stop.case_no
            way = words("{minutes} drive", minutes=words.minutes(stop.travel_s))
            times = f"{_clock(stop.arrive_s)}–{_clock(stop.leave_s)}"
            card.body.addWidget(label(f"{number}. {times} · {who} · {way}"))
        if route.stops and route.lunch_from_s is not None:
            lunch = words("Lunch from {time}", time=_clock(route.lunch_from_s))
            card.body.addWidget(label(lunch, "muted"))
        return card

    def _on_published(self, done: int, answer: Answer) -> None:
        if answer.saved:
            self._go.tell(self.words("{n} routes published.", n=done))
        else:
            self.notice.say(answer_text(self.words, answer), "block")


def _clock(seconds: int) -> str:
    hours, rest = divmod(int(timedelta(seconds=seconds).total_seconds()), 3600)
    return f"{hours:02d}:{rest // 60:02d}"
