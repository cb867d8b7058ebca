"""The statement of income and expenditure: one line a kind, in the order it is asked."""

from collections.abc import Callable, Iterable
from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QWidget,
)

from field_app.ui.components.money_line import WIDTH, money_line
from field_app.ui.components.rows import add_row
from field_app.ui.components.texts import label
from field_app.ui.look import Look
from field_app.viewmodels.relief_entry import MonthEntry
from sync.domain.budget import FLEXIBLE, CostKind, IncomeKind

MOST_PEOPLE = 30


class MonthPart(QWidget):
    """What a month brings and costs; `read` returns it as typed, `fill` shows it."""

    def __init__(self, look: Look, on_change: Callable[[], object]) -> None:
        super().__init__()
        self._look = look
        self._on_change = on_change
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._form.setVerticalSpacing(look.px(6))
        self._form.setHorizontalSpacing(look.px(14))
        words = look.words
        self.consent = QCheckBox(words("The customer agrees that income and costs are kept"))
        self.consent.clicked.connect(lambda _on: on_change())
        self._form.addRow(self.consent)
        self.adults, self.minors = self._people(1), self._people(0)
        self._add(words("Adults"), self.adults)
        self._add(words("Children"), self.minors)
        self.income = self._lines(words("Income in a month (yuan)"), "income", IncomeKind)
        fixed = [kind for kind in CostKind if kind not in FLEXIBLE]
        flexible = [kind for kind in CostKind if kind in FLEXIBLE]
        self.costs = self._lines(words("Fixed costs in a month (yuan)"), "cost", fixed)
        self.costs |= self._lines(words("Flexible costs in a month (yuan)"), "cost", flexible)
        self._head(words("Savings and other debts in a month (yuan)"))
        self.savings = self._money(words("Put aside for the unforeseen"))
        self.other_debts = self._money(words("Asked for by other creditors"))
        self.words = QPlainTextEdit()
        self.words.setFixedHeight(look.px(56))
        self.words.setTabChangesFocus(True)
        self.words.textChanged.connect(on_change)
        self._add(words("What the customer said of it"), self.words)

    def _head(self, text: str) -> None:
        self._form.addRow(label(text, "muted"))

    def _add(self, text: str, entry: QWidget) -> None:
        add_row(self._form, text, entry)

    def _people(self, least: int) -> QSpinBox:
        made = QSpinBox()
        made.setRange(least, MOST_PEOPLE)
        made.setFixedWidth(self._look.px(WIDTH))
        made.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        made.valueChanged.connect(lambda _n: self._on_change())
        return made

    def _lines[K: StrEnum](
        self, heading: str, prefix: str, kinds: Iterable[K]
    ) -> dict[K, QLineEdit]:
        self._head(heading)
        words = self._look.words
        return {kind: self._money(words.code(f"{prefix}.{kind}")) for kind in kinds}

    def _money(self, text: str) -> QLineEdit:
        made = money_line(self._look, text, self._on_change)
        self._add(text, made)
        return made

    def fill(self, entry: MonthEntry) -> None:
        """Show a statement."""
        self.consent.setChecked(entry.consent)
        self.adults.setValue(entry.adults)
        self.minors.setValue(entry.children)
        for kind, line in self.income.items():
            line.setText(entry.income.get(kind, ""))
        for cost, line in self.costs.items():
            line.setText(entry.costs.get(cost, ""))
        self.savings.setText(entry.savings)
        self.other_debts.setText(entry.other_debts)
        self.words.setPlainText(entry.words)

    def read(self) -> MonthEntry:
        """Return the statement as typed."""
        return MonthEntry(
            adults=self.adults.value(),
            children=self.minors.value(),
            income={kind: line.text() for kind, line in self.income.items() if line.text()},
            costs={kind: line.text() for kind, line in self.costs.items() if line.text()},
            savings=self.savings.text(),
            other_debts=self.other_debts.text(),
            consent=self.consent.isChecked(),
            words=self.words.toPlainText(),
        )
