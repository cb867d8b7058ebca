"""What a month leaves: totals, the share for this bank, the stress view, lines to ask about."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from field_app.ui.components.findings_list import problem_text
from field_app.ui.components.surfaces import Notice, clear, row
from field_app.ui.components.texts import label
from field_app.ui.look import Look
from field_app.viewmodels.problem import Problem
from sync.domain.plan_terms import Affordability


class MonthResult(QWidget):
    """Shown anew after every answer."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(look.px(6))

    def show_month(self, month: Affordability | Problem) -> None:
        """Show what follows from the statement, or why nothing does."""
        clear(self._column)
        words = self._look.words
        if isinstance(month, Problem):
            self._column.addWidget(label(problem_text(words, month), "muted"))
            return
        self._column.addWidget(label(words.money(month.affordable_fen), "amount"))
        share = words("What the customer can pay this bank each month.")
        self._column.addWidget(label(share, "muted"))
        lines = (
            (words("Income"), month.income_fen),
            (words("Costs and savings"), month.costs_fen),
            (words("Left in the month"), month.surplus_fen),
            (words("Left if the income falls by a fifth"), month.stressed_fen),
        )
        for name, fen in lines:
            told = label(words.money(fen), wrap=False)
            self._column.addLayout(row(self._look, label(name, "muted"), None, told))
        if month.surplus_fen <= 0:
            text = words("Nothing is left: speak of rest, relief and counselling, not of paying.")
            self._column.addWidget(Notice(self._look, text, "warn"))
        elif month.stressed_fen < 0:
            text = words("If the income falls, the month does not close: leave some room.")
            self._column.addWidget(Notice(self._look, text, "info"))
        self._ask_about(month.unusual)

    def _ask_about(self, lines: tuple[str, ...]) -> None:
        if not lines:
            return
        words = self._look.words
        named = words.listed(words.code(f"cost.{line}") for line in lines)
        text = words(
            "Far from what such a household usually pays; please ask: {lines}", lines=named
        )
        self._column.addWidget(Notice(self._look, text, "info"))
