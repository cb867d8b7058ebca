"""The hardship note: asked gently, sensitive parts only with separate consent."""

from collections.abc import Callable

import msgspec
from PySide6.QtWidgets import (
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from field_app.ui.components.choices import CheckGroup, options_of
from field_app.ui.components.money_line import figure_line
from field_app.ui.components.rows import add_row
from field_app.ui.components.surfaces import Notice
from field_app.ui.components.tick import Tick
from field_app.ui.look import Look
from field_app.viewmodels.hardship import HardshipEntry
from field_app.viewmodels.time_entry import read_day
from sync.domain.vocabulary import HardshipCause, Vulnerability

MOST_PEOPLE = 20


class HardshipPart(QWidget):
    """Causes, vulnerability, household, the customer's words."""

    def __init__(self, look: Look, on_change: Callable[[], object]) -> None:
        super().__init__()
        words = look.words
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.wanted = Tick(words("The customer reports hardship"))
        column.addWidget(self.wanted)
        self._inside = QWidget()
        form = QFormLayout(self._inside)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(look.px(8))
        self.causes = CheckGroup(look, options_of(look, HardshipCause, "cause"), on_change)
        options = options_of(look, Vulnerability, "vulnerability")
        self.vulnerabilities = CheckGroup(look, options, on_change, 2)
        self.household = QSpinBox()
        self.household.setRange(0, MOST_PEOPLE)
        self.household.setSpecialValueText(words("not told"))
        self.since = self._day(look, words("Since when"), on_change)
        self.until = self._day(look, words("Expected until"), on_change)
        self.consent = Tick(words("The customer agreed separately that this is noted"))
        self.words = QPlainTextEdit()
        self.words.setFixedHeight(look.px(72))
        self.words.setTabChangesFocus(True)
        self.needs = Notice(look)
        rows: tuple[tuple[str, QWidget], ...] = (
            (words("Why"), self.causes),
            (words("Since when"), self.since),
            (words("Expected until"), self.until),
            (words("Vulnerability"), self.vulnerabilities),
            (words("People in the household"), self.household),
            (words("In the customer's words"), self.words),
            ("", self.needs),
            ("", self.consent),
        )
        for text, entry in rows:
            add_row(form, text, entry)
        column.addWidget(self._inside)
        self._sentence = words(
            "Health and family matters are noted only with the customer's separate consent."
        )
        self.wanted.toggled.connect(self._inside.setVisible)
        for box in (self.wanted, self.consent):
            box.clicked.connect(lambda _on: on_change())
        self.household.valueChanged.connect(lambda _n: on_change())
        self.words.textChanged.connect(on_change)

    @staticmethod
    def _day(look: Look, name: str, on_change: Callable[[], object]) -> QLineEdit:
        made = figure_line(
            look, name, on_change, lambda t: not t.strip() or read_day(t) is not None
        )
        made.setPlaceholderText("2026-05")
        return made

    def show_needs(self, needs_consent: bool) -> None:
        """Say when consent is needed."""
        missing = needs_consent and not self.consent.isChecked()
        self.needs.say(self._sentence if missing else "", "warn")

    def fill(self, entry: HardshipEntry) -> None:
        """Show an entry."""
        self.wanted.setChecked(entry.hardship)
        self._inside.setVisible(entry.hardship)
        self.causes.choose(str(c) for c in entry.causes)
        self.since.setText(entry.since)
        self.until.setText(entry.expected_until)
        self.vulnerabilities.choose(str(v) for v in entry.vulnerabilities)
        self.household.setValue(entry.household)
        self.consent.setChecked(entry.consent)
        self.words.setPlainText(entry.words)

    def read[E: HardshipEntry](self, entry: E) -> E:
        """Return the entry with what stands here now."""
        return msgspec.structs.replace(
            entry,
            hardship=self.wanted.isChecked(),
            causes=tuple(HardshipCause(c) for c in self.causes.chosen),
            since=self.since.text(),
            expected_until=self.until.text(),
            vulnerabilities=tuple(Vulnerability(v) for v in self.vulnerabilities.chosen),
            household=self.household.value(),
            consent=self.consent.isChecked(),
            words=self.words.toPlainText(),
        )
