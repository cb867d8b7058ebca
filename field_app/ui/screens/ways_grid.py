"""Ways to repay side by side: what each asks for, whether the customer can afford it."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from field_app.ui.components.findings_list import problem_text
from field_app.ui.components.flow import Flow
from field_app.ui.components.surfaces import Card, Notice, clear, row
from field_app.ui.components.texts import badge, button, label
from field_app.ui.look import Look
from field_app.viewmodels.problem import Problem
from field_app.viewmodels.relief import Option
from sync.domain.plan_terms import PlanTerms

COLUMNS, CARD = 2, 250


class WaysGrid(QWidget):
    """One card a way; `choose_buttons` in the order shown, the kindest first."""

    def __init__(self, look: Look, on_choice: Callable[[Option], object]) -> None:
        super().__init__()
        self._look = look
        self._on_choice = on_choice
        self.choose_buttons: list[QPushButton] = []
        self._shown: object = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(look.px(8))

    def show_ways(
        self, ways: tuple[Option, ...] | Problem, chosen: PlanTerms | None, *, counselling: bool
    ) -> None:
        """Show these ways; nothing moves under the hand when they are the same as before."""
        shown = (ways, chosen, counselling)
        if shown == self._shown:
            return
        self._shown = shown
        clear(self._column)
        self.choose_buttons = []
        words = self._look.words
        if isinstance(ways, Problem):
            self._column.addWidget(label(problem_text(words, ways), "muted"))
            return
        if counselling:
            text = words(
                "None of these fits the customer's month. Offer counselling first; a plan beyond "
                "the means needs the lead's reason."
            )
            self._column.addWidget(Notice(self._look, text, "warn"))
        grid = Flow(self._look, fill=True, most=COLUMNS, least=CARD)
        for way in ways:
            grid.addWidget(self._card(way, is_chosen=way.terms == chosen))
        self._column.addLayout(grid)

    def _card(self, way: Option, *, is_chosen: bool) -> Card:
        words, terms = self._look.words, way.terms
        card = Card(self._look)
        if is_chosen:
            card.setProperty("kind", "chosen")
        kind = words.code(f"plan_kind.{terms.kind}")
        mark = badge(words("affordable"), "ok")
        if not way.affordable:
            mark = badge(words("beyond the means"), "block")
        card.body.addLayout(row(self._look, label(kind, "heading"), None, mark))
        card.body.addWidget(label(words.code(f"method.{terms.method}"), "muted"))
        months = words("{n} months", n=terms.months)
        if terms.deferred_months:
            months = words(
                "{n} months after a {rest}-month pause", n=terms.months, rest=terms.deferred_months
            )
        lines = (
            (months, words("to {day}", day=words.long_day(way.schedule[-1].due))),
            (words("Largest instalment"), words.money(way.largest_fen)),
            (words("Total to repay"), words.money(way.total_fen)),
        )
        for name, value in lines:
            told = label(value, wrap=False)
            card.body.addLayout(row(self._look, label(name, "muted"), None, told))
        text = words("Chosen") if is_chosen else words("Choose")
        made = button(self._look, text, partial(self._on_choice, way))
        made.setAccessibleName(f"{text}: {kind}, {words.money(way.largest_fen)}")
        self.choose_buttons.append(made)
        card.body.addWidget(made)
        return card
