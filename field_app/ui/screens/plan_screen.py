"""Route plans: choose a day and its rules, solve, look, move stops, take back, publish."""

from functools import partial

from PySide6.QtCore import QDate
from PySide6.QtWidgets import QDateEdit, QProgressBar, QPushButton, QVBoxLayout, QWidget

from field_app.ui.components.findings_list import answer_text, problem_text
from field_app.ui.components.flow import COLUMNS_LEAST, Beside
from field_app.ui.components.page import Page
from field_app.ui.components.surfaces import Card, Notice, clear
from field_app.ui.components.texts import button, label, restyle
from field_app.ui.dialogs.form_dialog import Field, ask
from field_app.ui.look import Look
from field_app.ui.navigation import Navigator
from field_app.ui.screens.map_screen import MapCanvas, NewMap
from field_app.ui.screens.plan_lists import MOST_KEYS, PlanLists
from field_app.ui.screens.plan_timeline import PlanTimeline
from field_app.ui.screens.plan_wishes import ask_wishes
from field_app.ui.shortcuts import bind_here, keys_of
from field_app.viewmodels.answer import Answer
from field_app.viewmodels.plan import Breach, PlanViewModel
from field_app.viewmodels.problem import Problem
from sync.domain.ids import OfficerId, RecordId

PER_CENT = 100
MAP_HEIGHT = 460


class PlanScreen(Page):
    """One day of the team."""

    def __init__(
        self, home: QWidget, look: Look, view: PlanViewModel, new_map: NewMap, go: Navigator
    ) -> None:
        super().__init__(home, look, look.words("Route plan"))
        self._view = view
        self._new_map = new_map
        self._go = go
        self.map: MapCanvas | None = None
        self._was_solving = False
        self._make_toolbar()
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setAccessibleName(look.words("Planning"))
        self.body.addWidget(self.progress)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(look.px(12))
        self.body.addLayout(self._cards)
        self.timeline = PlanTimeline(look, view)
        self.lists = PlanLists(look, view, go, self.start)
        self.columns = self._beside()
        self.body.addWidget(self.columns)
        self.body.addStretch(1)
        view.changed.connect(self._show)
        view.progressed.connect(self._on_progress)
        view.published.connect(self._on_published)
        self.timeline.chosen.connect(self._choose_on_map)
        self.timeline.opened.connect(self._open)
        bind_here(self, {"undo": view.undo})
        asks = self.lists.take_suggestion
        bind_here(self, {f"suggestion_{n}": partial(asks, n) for n in range(1, MOST_KEYS + 1)})
        self.show_loading()

    def _make_toolbar(self) -> None:
        look, view, words = self.look, self._view, self.words
        self.day = QDateEdit()
        self.day.setCalendarPopup(True)
        self.day.setDisplayFormat("yyyy-MM-dd")
        self.day.setAccessibleName(words("Day"))
        self.day.setDate(QDate(view.day.year, view.day.month, view.day.day))
        self.day.dateChanged.connect(lambda _d: self._choose_day())
        self.wishes = button(look, words("Rules of the day"), lambda: self.once(self._wish))
        self.solve = button(look, words("Plan routes"), self._solve, kind="primary", icon="plan")
        self.cancel = button(look, words("Cancel"), view.cancel)
        self.replan = button(look, words("Re-plan"), lambda: self.once(view.replan))
        self.ill = button(look, words("If somebody is ill"), lambda: self.once(self._ask_ill))
        self.offer = button(look, words("Windows to offer"), lambda: self.once(self._ask_offer))
        self.undo = button(look, words("Undo"), view.undo)
        self.undo.setToolTip(keys_of("undo"))
        self.publish = button(look, words("Publish"), self._publish, kind="primary")
        for one in (self.day, self.wishes, self.solve, self.cancel, self.replan):
            self.toolbar.addWidget(one)
        for one in (self.ill, self.offer, self.undo, self.publish):
            self.toolbar.addWidget(one)

    def _beside(self) -> Beside:
        card = Card(self.look)
        card.body.addWidget(self.timeline)
        left = QVBoxLayout()
        left.addWidget(card)
        left.addWidget(self.lists)
        left.addStretch(1)
        self._map_place = QVBoxLayout()
        columns = Beside(self.look, COLUMNS_LEAST)
        columns.add(left, 5)
        columns.add(self._map_place, 3)
        return columns

    def enter(self) -> None:
        """Read the day."""
        self.start(self._view.load())

    def first_act(self) -> QWidget | None:
        """Return what takes the day a step on: to plan, to wait, to publish, to look."""
        if self._view.state == "solving":
            return self.cancel
        if self.publish.isVisible() and self.publish.isEnabled():
            return self.publish
        if self._view.plan is not None:
            return self.timeline.board
        return self.solve if self.solve.isEnabled() else self.day

    def _choose_day(self) -> None:
        day = self.day.date().toPython()
        self.lists.forget()
        self.start(self._view.load(day))  # type: ignore[arg-type]

    def _solve(self) -> None:
        self.lists.forget()
        self.start(self._view.solve())

    def _publish(self) -> None:
        self.once(self._view.publish)

    async def _wish(self) -> None:
        told = await ask_wishes(self, self.look, self._view)
        if isinstance(told, str):
            self.notice.say(told, "block")
        elif told is not None:
            await self._view.wish(told)

    async def _ask_ill(self) -> None:
        words, known = self.words, self._view.ground
        if known is None:
            return
        who = tuple((o.id, o.name) for o in known.officers)
        fields = (Field("who", words("Who cannot come"), who),)
        told = await ask(self, self.look, words("If somebody is ill"), fields, ok=words("Try it"))
        if told is None:
            return
        officer = OfficerId(told["who"])
        found = await self._view.if_ill(officer)
        if found is not None:
            self.lists.ill = officer, found
            self._show()
            self.bring(self.lists)

    async def _ask_offer(self) -> None:
        words = self.words
        fields = (Field("who", words("Case number or name"), required=True),)
        explain = words("Finds lawful hours that the shown routes have room for.")
        title = words("Windows to offer")
        told = await ask(self, self.look, title, fields, explain, words("Find hours"))
        if told is None:
            return
        case_id = await self._view.customer(told["who"])
        if case_id is None:
            text = words("“{wanted}” does not match exactly one case.", wanted=told["who"])
            self.notice.say(text, "warn")
            return
        found = await self._view.propose_windows(case_id)
        if isinstance(found, Problem):
            self.notice.say(problem_text(words, found), "warn")
            return
        self.lists.offers = case_id, found
        self._show()
        self.bring(self.lists)

    def _choose_on_map(self, visit: str) -> None:
        if self.map is not None:
            self.map.choose(visit)

    def _open(self, visit: str) -> None:
        found = self._view.visit(RecordId(visit))
        if found is not None:
            self._go.open_case(found.case_id)

    def _on_progress(self, part: float) -> None:
        self.progress.setRange(0, PER_CENT)
        self.progress.setValue(round(part * PER_CENT))

    def _show(self) -> None:
        known, view, words = self._view.ground, self._view, self.words
        if known is None:
            return
        count = words("{n} agreed visits", n=view.agreed)
        proposed = len(known.visits) - view.agreed
        more = " · " + words("{n} proposed", n=proposed) if proposed else ""
        self.subtitle_says(f"{words.day(known.day)} · {count}{more}")
        self._show_acts()
        self._show_state()
        self._show_waiting()
        if not known.visits and view.plan is None:
            hint = words(
                "Only agreed and proposed windows are planned; choose another day or agree visits."
            )
            self.show_empty(words("No agreed visit on this day"), hint, "plan")
            return
        self.columns.setVisible(view.plan is not None or view.candidate is not None)
        if view.plan is not None:
            self.timeline.show_plan()
            self._show_on_map()
        self.lists.show_lists()
        self.show_content()

    def _show_acts(self) -> None:
        view, known = self._view, self._view.ground
        solving = view.state == "solving"
        planned = view.plan is not None and not solving
        if solving is not self._was_solving:
            self._was_solving = solving
            self.take_keys()
        self.progress.setVisible(solving)
        if not solving:
            self.progress.setRange(0, 0)
        self.cancel.setVisible(solving)
        self.solve.setEnabled(not solving and bool(known and known.visits))
        self.wishes.setEnabled(not solving)
        self.replan.setVisible(planned and bool(known and any(r.stops for r in known.standing)))
        for one in (self.ill, self.offer):
            one.setVisible(planned)
        self.undo.setVisible(view.may_undo)
        self.publish.setVisible(view.state == "solved")
        self._be_primary(self.solve, not view.may_publish)
        self.publish.setEnabled(view.may_publish)

    def _be_primary(self, one: QPushButton, wanted: bool) -> None:
        """Let a button lead, or step back behind another that leads."""
        restyle(one, "kind", "primary" if wanted else "")
        one.setIcon(self.look.icon("plan", "on_accent" if wanted else "text"))

    def _show_state(self) -> None:
        view, words = self._view, self.words
        if view.state == "failed":
            text = words("No plan could be made. Try again; if it stays so, tell us.")
            self.notice.say(text, "block")
        elif view.state == "cancelled":
            self.notice.say(words("Planning was stopped; nothing changed."), "info")
        elif view.breaches:
            lines = {self._breach(b) for b in view.breaches}
            self.notice.say("\n".join(sorted(lines)), "block")
        elif view.plan is not None:
            source = words.code(f"travel.{view.plan.travel_source}")
            if view.state == "standing":
                text = words("This is what is published.")
            else:
                text = words("The day is planned and was checked again by the rules.")
            self.notice.say(words.sentences(text, source), "ok")
        else:
            self.notice.say("")

    def _breach(self, breach: Breach) -> str:
        """Return the rule that is broken, with whose visit it is and the rule's own source."""
        visit = self._view.visit(breach.appointment_id)
        who = visit.case_no if visit else self._view.officer_name(breach.officer_id)
        source = f" ({self._view.rule_words.source(breach.rule)})" if breach.rule else ""
        return f"{who}: {self.words.code(breach.code)}{source}"

    def _show_waiting(self) -> None:
        """Show what is not in a plan yet."""
        clear(self._cards)
        known, view, words = self._view.ground, self._view, self.words
        if known is not None and known.unpinned:
            number = len(known.unpinned)
            text = words("{n} visits have no pin on the map and are left out.", n=number)
            self._cards.addWidget(Notice(self.look, text, "warn"))
        if known is None or view.plan is not None or not known.visits:
            return
        card = Card(self.look, words("To be planned"))
        for visit in known.visits:
            span = words.span(visit.start, visit.end, visit.zone)
            card.body.addWidget(label(f"{span} · {visit.name} · {visit.area}"))
        self._cards.addWidget(card)

    def _show_on_map(self) -> None:
        if self.map is None:
            made, _why_painted = self._new_map(painted=True)
            made.setAccessibleName(self.words("Map"))
            made.clicked.connect(self.timeline.board.choose)
            made.setFixedHeight(self.look.px(MAP_HEIGHT))
            self.map = made
            self._map_place.addWidget(made)
            self._map_place.addStretch(1)
        self.start(self._draw())

    async def _draw(self) -> None:
        found = await self._view.drawn()
        if self.map is not None and found is not None:
            self.map.show_stops(*found)

    def leave(self) -> None:
        """Let the map go: its pack is about to be closed."""
        if self.map is not None:
            self.map.close_page()

    def _on_published(self, done: int, answer: Answer) -> None:
        if answer.saved:
            self.give_keys()
            self._go.tell(self.words("{n} routes published.", n=done))
        else:
            self.notice.say(answer_text(self.words, answer), "block")
