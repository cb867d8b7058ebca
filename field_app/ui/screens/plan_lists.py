"""Below the timeline: what waits to be taken, what found no place, who is ill, windows to offer.

What would change an agreement is never done here: it opens the appointment, for the customer's yes.
"""

from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from field_app.ui.components.day_board import clock
from field_app.ui.components.flow import Flow
from field_app.ui.components.surfaces import Card, Notice, clear
from field_app.ui.components.texts import button, label
from field_app.ui.look import Look
from field_app.ui.navigation import Navigator
from field_app.ui.shortcuts import keys_of
from field_app.viewmodels.appointment import Suggestion
from field_app.viewmodels.plan import Candidate, Difference, Offer, PlanViewModel, Unplaced, WhatIf
from sync.domain.ids import CaseId, OfficerId, RecordId

HOUR_S = 3600
MOST_KEYS = 9
MOST_OFFERS = 12

type Start = Callable[[Coroutine[Any, Any, Any]], None]


class PlanLists(QWidget):
    """Cards; `remedies` are the buttons in the order of their keys Alt+1 to Alt+9."""

    def __init__(self, look: Look, view: PlanViewModel, go: Navigator, start: Start) -> None:
        super().__init__()
        self._look = look
        self._view = view
        self._go = go
        self._start = start
        self.remedies: list[QPushButton] = []
        self.take: QPushButton | None = None
        self.ill: tuple[OfficerId, WhatIf] | None = None
        self.offers: tuple[CaseId, tuple[Offer, ...]] | None = None
        self.without: QPushButton | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(look.px(12))

    def show_lists(self) -> None:
        """Show what there is to be told of the plan now."""
        clear(self._column)
        self.remedies, self.take, self.without = [], None, None
        view = self._view
        if view.candidate is not None:
            self._column.addWidget(self._candidate(view.candidate))
        if self.offers is not None:
            self._column.addWidget(self._offered(*self.offers))
        if self.ill is not None:
            self._column.addWidget(self._absence(*self.ill))
        if view.plan is not None and view.plan.unplaced:
            self._column.addWidget(self._unplaced(view.plan.unplaced))

    def take_suggestion(self, number: int) -> None:
        """Ask the customer of a suggestion, counted from 1; without one nothing happens."""
        if number <= len(self.remedies):
            self.remedies[number - 1].click()

    def forget(self) -> None:
        """Put away what was asked of another plan."""
        self.ill = self.offers = None

    def _candidate(self, candidate: Candidate) -> Card:
        words = self._look.words
        card = Card(self._look, words("What the new plan changes"))
        if not candidate.changes:
            card.body.addWidget(label(words("Nothing: what is published can stay.")))
        for one in candidate.changes:
            card.body.addWidget(label(self._difference(one)))
        acts = Flow(self._look)
        self.take = button(self._look, words("Take the new plan"), self._view.take, kind="primary")
        acts.addWidget(self.take)
        acts.addWidget(button(self._look, words("Leave it"), self._view.leave))
        card.body.addLayout(acts)
        return card

    def _difference(self, one: Difference) -> str:
        words = self._look.words
        name = self._name(one.appointment_id, one.case_no)
        after = self._when(one.after, one.after_s)
        if one.before_s is None:
            return words("New: {name}, {place}", name=name, place=after)
        before = self._when(one.before, one.before_s)
        if one.after_s is None:
            return words("Left out: {name}, so far {place}", name=name, place=before)
        return words(
            "Moves: {name}, from {before} to {after}", name=name, before=before, after=after
        )

    def _when(self, officers: Iterable[OfficerId], begin_s: int | None) -> str:
        names = self._look.words.listed(self._view.officer_name(o) for o in officers)
        return f"{clock(begin_s or 0)} {names}"

    def _name(self, visit: RecordId, case_no: str) -> str:
        found = self._view.visit(visit)
        return f"{found.name} · {found.area} · {case_no}" if found else case_no

    def _unplaced(self, visits: tuple[Unplaced, ...]) -> Card:
        words = self._look.words
        card = Card(self._look, words("Could not be placed"))
        for one in visits:
            why = words.code(str(one.why), clashes_with=one.clashes_with)
            name = self._name(one.appointment_id, one.case_no)
            card.body.addWidget(Notice(self._look, f"{name}: {why}", "warn"))
            acts = Flow(self._look)
            for remedy in one.remedies:
                place = self._when(remedy.officers, remedy.begin_s)
                text = words("Ask for {place}", place=place)
                asked = self._suggestion(remedy.begin_s, remedy.officers)
                acts.addWidget(self._ask(one.case_id, one.appointment_id, text, asked))
            if not one.remedies:
                card.body.addWidget(label(words("No hour of this day would do."), "muted"))
            card.body.addLayout(acts)
        return card

    def _ask(
        self, case_id: CaseId, visit: RecordId | None, text: str, asked: Suggestion
    ) -> QPushButton:
        """Return a button that opens the appointment; the first nine have a key of their own."""
        made = button(self._look, text, lambda: self._go.open_appointment(case_id, visit, asked))
        self.remedies.append(made)
        if len(self.remedies) <= MOST_KEYS:
            keys = keys_of(f"suggestion_{len(self.remedies)}")
            made.setText(f"{text}  ({keys})")
        return made

    def _suggestion(self, begin_s: int, officers: tuple[OfficerId, ...]) -> Suggestion:
        begin = begin_s // 900 * 900
        view = self._view
        return Suggestion(view.instant(begin), view.instant(begin + HOUR_S), officers)

    def _offered(self, case_id: CaseId, offers: tuple[Offer, ...]) -> Card:
        words = self._look.words
        card = Card(self._look, words("Windows to offer, the least driving first"))
        if not offers:
            card.body.addWidget(label(words("The day has no lawful room for this customer.")))
        acts = Flow(self._look, fill=True, most=3)
        for one in offers[:MOST_OFFERS]:
            more = words("{minutes} more driving.", minutes=words.minutes(one.extra_driving_s))
            names = words.listed(self._view.officer_name(o) for o in one.officers)
            text = f"{clock(one.begin_s)}–{clock(one.end_s)} {names} · {more}"
            view = self._view
            asked = Suggestion(view.instant(one.begin_s), view.instant(one.end_s), one.officers)
            acts.addWidget(self._ask(case_id, None, text, asked))
        card.body.addLayout(acts)
        return card

    def _absence(self, ill: OfficerId, what_if: WhatIf) -> Card:
        words, view = self._look.words, self._view
        name = view.officer_name(ill)
        card = Card(self._look, words("If {name} cannot come", name=name))
        if not what_if.to_call:
            card.body.addWidget(label(words("Nobody needs to be called.")))
        else:
            text = words(
                "{n} customers agreed on other terms and must be asked.", n=len(what_if.to_call)
            )
            card.body.addWidget(label(text))
        for visit in what_if.to_call:
            self._add_call(card, visit, what_if)
        self.without = button(
            self._look,
            words("Plan the day without {name}", name=name),
            lambda: self._leave_out(ill),
        )
        card.body.addWidget(self.without)
        return card

    def _add_call(self, card: Card, visit: RecordId, what_if: WhatIf) -> None:
        words = self._look.words
        found = self._view.visit(visit)
        if found is None:
            return
        places = [
            (r.officer_id, s.arrive_s)
            for r in what_if.plan.routes
            for s in r.stops
            if s.appointment_id == visit
        ]
        card.body.addWidget(label(self._name(visit, found.case_no)))
        if not places:
            card.body.addWidget(label(words("Nobody else has room on this day."), "muted"))
            return
        officers = tuple(o for o, _ in places)
        text = words("Ask for {place}", place=self._when(officers, places[0][1]))
        asked = self._suggestion(places[0][1], officers)
        acts = Flow(self._look)
        acts.addWidget(self._ask(found.case_id, visit, text, asked))
        card.body.addLayout(acts)

    def _leave_out(self, officer: OfficerId) -> None:
        self.ill = None
        self._start(self._view.leave_out(officer))
