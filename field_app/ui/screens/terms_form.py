"""The terms of one plan, each of which the officer and the customer may change."""

from collections.abc import Callable

from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QCheckBox, QDateEdit, QFormLayout, QSpinBox, QWidget

from field_app.ui.components.choices import combo, options_of
from field_app.ui.components.money_line import WIDTH, figure_line, money_line
from field_app.ui.components.rows import add_row
from field_app.ui.look import Look
from field_app.viewmodels.money_entry import read_rate
from field_app.viewmodels.relief_entry import TermsEntry
from sync.domain.plan_terms import Method

MOST_MONTHS = 360
MOST_DEFERRED = 12


class TermsPart(QWidget):
    """Method, number, rate, first day, rest, relief, steps."""

    def __init__(self, look: Look, on_change: Callable[[], object]) -> None:
        super().__init__()
        words = look.words
        self._look = look
        self._filling = False
        self._told = on_change
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setVerticalSpacing(look.px(6))
        form.setHorizontalSpacing(look.px(14))
        self.method = combo(options_of(look, Method, "method"), words("Method"))
        self.months = self._count(1, MOST_MONTHS)
        self.rate = figure_line(
            look, words("Yearly rate (%)"), self._changed, lambda t: read_rate(t) is not None
        )
        self.first_due = QDateEdit()
        self.first_due.setCalendarPopup(True)
        self.first_due.setFixedWidth(look.px(WIDTH))
        self.first_due.setDisplayFormat("yyyy-MM-dd")
        self.deferred = self._count(0, MOST_DEFERRED)
        self.free = QCheckBox(words("No interest while nothing is due"))
        self.waived_interest = money_line(look, words("Overdue interest waived"), self._changed)
        self.waived_fees = money_line(look, words("Fees waived"), self._changed)
        self.step_months = self._count(0, MOST_MONTHS)
        self.step = money_line(look, words("Each of them (yuan)"), self._changed)
        rows: tuple[tuple[str, QWidget], ...] = (
            (words("Method"), self.method),
            (words("Instalments (months)"), self.months),
            (words("Yearly rate (%)"), self.rate),
            (words("First due"), self.first_due),
            (words("Months of pause before it"), self.deferred),
            ("", self.free),
            (words("Overdue interest waived"), self.waived_interest),
            (words("Fees waived"), self.waived_fees),
            (words("Smaller instalments at first"), self.step_months),
            (words("Each of them (yuan)"), self.step),
        )
        for text, entry in rows:
            add_row(form, text, entry)
        self.method.activated.connect(lambda _i: self._changed())
        self.first_due.dateChanged.connect(lambda _d: self._changed())
        self.free.clicked.connect(lambda _on: self._changed())

    def _count(self, least: int, most: int) -> QSpinBox:
        made = QSpinBox()
        made.setRange(least, most)
        made.setFixedWidth(self._look.px(WIDTH))
        made.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        made.valueChanged.connect(lambda _n: self._changed())
        return made

    def _changed(self) -> None:
        if not self._filling:
            self._told()

    def fill(self, entry: TermsEntry) -> None:
        """Show terms."""
        self._filling = True
        self.method.setCurrentIndex(self.method.findData(str(entry.method)))
        self.months.setValue(entry.months)
        self.rate.setText(entry.rate)
        if entry.first_due is not None:
            day = entry.first_due
            self.first_due.setDate(QDate(day.year, day.month, day.day))
        self.deferred.setValue(entry.deferred_months)
        self.free.setChecked(entry.deferral_free)
        self.waived_interest.setText(entry.waived_interest)
        self.waived_fees.setText(entry.waived_fees)
        self.step_months.setValue(entry.step_months)
        self.step.setText(entry.step)
        self._filling = False

    def read(self) -> TermsEntry:
        """Return the terms as they stand here."""
        return TermsEntry(
            rate=self.rate.text(),
            method=Method(self.method.currentData()),
            months=self.months.value(),
            first_due=self.first_due.date().toPython(),  # type: ignore[arg-type]
            deferred_months=self.deferred.value(),
            deferral_free=self.free.isChecked(),
            waived_interest=self.waived_interest.text(),
            waived_fees=self.waived_fees.text(),
            step_months=self.step_months.value(),
            step=self.step.text(),
        )
