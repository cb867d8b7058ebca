"""The record of a visit: times, persons met, outcome, promise, note."""

from collections.abc import Callable
from datetime import date

import msgspec
from PySide6.QtCore import QDate
from PySide6.QtWidgets import QDateEdit, QFormLayout, QLineEdit, QPlainTextEdit, QWidget

from field_app.ui.components.choices import CheckGroup, combo, options_of
from field_app.ui.components.rows import add_row
from field_app.ui.components.tick import Tick
from field_app.ui.look import Look
from field_app.viewmodels.visit import VisitEntry
from field_app.viewmodels.visit_entry import split_promise
from sync.domain.vocabulary import Present, VisitOutcome


class VisitFormPart(QWidget):
    """Everything but hardship; `read` puts it into an entry, `fill` shows one."""

    def __init__(self, look: Look, on_change: Callable[[], object]) -> None:
        super().__init__()
        words = look.words
        form = QFormLayout(self)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(look.px(8))
        form.setHorizontalSpacing(look.px(14))
        self._form = form
        self.visit_day = QDateEdit(QDate.currentDate())
        self.visit_day.setCalendarPopup(True)
        self.visit_day.setDisplayFormat("yyyy-MM-dd")
        self.arrived, self.left = QLineEdit(), QLineEdit()
        for entry in (self.arrived, self.left):
            entry.setPlaceholderText(look.words("e.g. {time}", time="14:05"))
            entry.setMaximumWidth(look.px(110))
        self.present = CheckGroup(look, options_of(look, Present, "present"), on_change, 2)
        self.identity = Tick(words("Identity cards were shown"))
        self.recording = Tick(words("Sound was recorded"))
        self.told = Tick(words("The customer was told of the recording beforehand"))
        choose = [("", words("Choose the outcome"))]
        outcomes = choose + options_of(look, VisitOutcome, "outcome")
        self.outcome = combo(outcomes, words("Outcome"))
        self.amount = QLineEdit()
        self.amount.setPlaceholderText("1200 15.12")
        self.day = QDateEdit(QDate.currentDate())
        self.day.setCalendarPopup(True)
        self.day.setDisplayFormat("yyyy-MM-dd")
        self.note = QPlainTextEdit()
        self.note.setFixedHeight(look.px(84))
        self.note.setTabChangesFocus(True)
        self.next_step = QLineEdit()
        self._add_rows(look)
        self._listen(on_change)

    def _add_rows(self, look: Look) -> None:
        words = look.words
        rows: tuple[tuple[str, QWidget], ...] = (
            (words("Day"), self.visit_day),
            (words("Arrived"), self.arrived),
            (words("Left"), self.left),
            (words("Persons met"), self.present),
            ("", self.identity),
            ("", self.recording),
            ("", self.told),
            (words("Outcome"), self.outcome),
            (words("Promised amount (yuan)"), self.amount),
            (words("Promised for"), self.day),
            (words("Note"), self.note),
            (words("Next step"), self.next_step),
        )
        for text, entry in rows:
            add_row(self._form, text, entry)

    def _listen(self, on_change: Callable[[], object]) -> None:
        for line in (self.arrived, self.left, self.amount, self.next_step):
            line.textEdited.connect(lambda _t: on_change())
        for tick in (self.identity, self.recording, self.told):
            tick.clicked.connect(lambda _on: on_change())
        self.outcome.currentIndexChanged.connect(lambda _i: self._on_outcome(on_change))
        self.amount.editingFinished.connect(self._split_promise)
        for day in (self.visit_day, self.day):
            day.dateChanged.connect(lambda _d: on_change())
        self.note.textChanged.connect(on_change)

    def _split_promise(self) -> None:
        """Take the day that was typed behind the amount over into its own field."""
        yuan, day = split_promise(self.amount.text(), _day_of(self.visit_day))
        if day is not None:
            self.amount.setText(yuan)
            _show_day(self.day, day)

    def _on_outcome(self, on_change: Callable[[], object]) -> None:
        self._show_promise()
        on_change()

    def _show_promise(self) -> None:
        promised = self.outcome.currentData() == str(VisitOutcome.PROMISE_TO_PAY)
        for entry in (self.amount, self.day):
            self._form.setRowVisible(entry, promised)

    def fill(self, entry: VisitEntry) -> None:
        """Show an entry."""
        if entry.day is not None:
            _show_day(self.visit_day, entry.day)
        self.arrived.setText(entry.arrived)
        self.left.setText(entry.left)
        self.present.choose(str(p) for p in entry.present)
        self.identity.setChecked(entry.identity_shown)
        self.recording.setChecked(entry.recording_on)
        self.told.setChecked(entry.recording_notice)
        self.outcome.setCurrentIndex(max(0, self.outcome.findData(str(entry.outcome or ""))))
        self.amount.setText(entry.promise_yuan)
        if entry.promise_day is not None:
            _show_day(self.day, entry.promise_day)
        self.note.setPlainText(entry.note)
        self.next_step.setText(entry.next_step)
        self._show_promise()

    def read(self, entry: VisitEntry) -> VisitEntry:
        """Return the entry with what stands here now."""
        outcome = self.outcome.currentData()
        return msgspec.structs.replace(
            entry,
            day=_day_of(self.visit_day),
            arrived=self.arrived.text().strip(),
            left=self.left.text().strip(),
            present=tuple(Present(p) for p in self.present.chosen),
            identity_shown=self.identity.isChecked(),
            recording_on=self.recording.isChecked(),
            recording_notice=self.told.isChecked(),
            outcome=VisitOutcome(outcome) if outcome else None,
            promise_day=_day_of(self.day),
            promise_yuan=self.amount.text().strip(),
            note=self.note.toPlainText(),
            next_step=self.next_step.text(),
        )


def _day_of(box: QDateEdit) -> date:
    shown = box.date()
    return date(shown.year(), shown.month(), shown.day())


def _show_day(box: QDateEdit, day: date) -> None:
    box.setDate(QDate(day.year, day.month, day.day))
