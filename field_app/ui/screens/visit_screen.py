"""A visit: the checks before the door, then a form that is quick in the usual case."""

from collections.abc import Coroutine
from typing import Any

import msgspec
from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from field_app.ui.components.choices import CheckGroup
from field_app.ui.components.findings_list import FindingsList, answer_text
from field_app.ui.components.flow import COLUMNS_LEAST, Beside
from field_app.ui.components.focus import resting
from field_app.ui.components.page import Page
from field_app.ui.components.surfaces import Card, Notice, row
from field_app.ui.components.texts import button, label
from field_app.ui.look import Look
from field_app.ui.navigation import Navigator
from field_app.ui.screens.hardship_form import HardshipPart
from field_app.ui.screens.visit_form import VisitFormPart
from field_app.ui.shortcuts import keys_of
from field_app.viewmodels.answer import Answer
from field_app.viewmodels.visit import OWN_CHECKS, VisitViewModel
from sync.domain.ids import CaseId, RecordId
from sync.domain.vocabulary import Revealable

DRAFT_MS = 250
ASK_AGAIN_MS = 30_000  # an agreed time may end while the form is open


class VisitScreen(Page):
    """One visit."""

    def __init__(self, home: QWidget, look: Look, view: VisitViewModel, go: Navigator) -> None:
        super().__init__(home, look, look.words("Visit"))
        self._view = view
        self._go = go
        self._filling = False
        words = look.words
        self.door_button = button(look, words("At the door"), self._open_door, icon="visit")
        self.door_button.setToolTip(keys_of("doorstep"))
        self.toolbar.addWidget(self.door_button)
        self.save = button(look, words("Save visit"), self.submit, kind="primary")
        self.toolbar.addWidget(self.save)
        self.third_party = Notice(look)
        self.body.addWidget(self.third_party)
        self._build()
        self._draft = QTimer(self)
        self._draft.setSingleShot(True)
        self._draft.timeout.connect(self._keep)
        self._again = QTimer(self)
        self._again.setInterval(ASK_AGAIN_MS)
        self._again.timeout.connect(self._ask_again)
        self._again.start()
        view.loaded.connect(self._show)
        view.judged.connect(self._show_rules)
        view.saved.connect(self._on_saved)
        view.refused.connect(self._on_refused)
        self.show_loading()

    def _build(self) -> None:
        words = self.words
        columns = Beside(self.look, COLUMNS_LEAST)
        self.before = QWidget()
        left, right = QVBoxLayout(self.before), QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 0)
        door = Card(self.look, words("Before the door"))
        checks = [(c, words.code(f"check.{c}")) for c in OWN_CHECKS]
        self.checks = CheckGroup(self.look, checks, self._changed, 1)
        door.body.addWidget(self.checks)
        self.findings = FindingsList(self.look, words("The rules allow this visit now."))
        door.body.addWidget(self.findings)
        left.addWidget(door)
        self.talk = Card(self.look, words("For the talk with the customer"))
        self.amount = label("", "amount")
        self.talk.body.addWidget(self.amount)
        listen = words("Listen first. Ask what is possible, not only what is owed.")
        self.talk.body.addWidget(label(listen, "muted"))
        left.addWidget(self.talk)
        left.addStretch(1)
        record = Card(self.look, words("What happened"))
        self.form = VisitFormPart(self.look, self._changed)
        record.body.addWidget(self.form)
        right.addWidget(record)
        self.told = hardship = Card(self.look, words("Hardship"))
        self.hardship = HardshipPart(self.look, self._changed)
        hardship.body.addWidget(self.hardship)
        self.relief = button(self.look, words("Hardship and plan"), self._open_relief)
        hardship.body.addLayout(row(self.look, self.relief, None))
        right.addWidget(hardship)
        self.kept = label("", "muted")
        right.addWidget(self.kept)
        right.addStretch(1)
        columns.add(self.before, 4)
        columns.add(right, 7)
        self.body.addWidget(columns)

    def open(self, case_id: CaseId, appointment_id: RecordId | None) -> None:
        """Show a visit, with the draft left by an earlier try."""
        self._open(self._view.load(case_id, appointment_id))

    def amend(self, case_id: CaseId, visit_id: RecordId) -> None:
        """Show a visit that is on record, to be corrected."""
        self._open(self._view.load_amendment(case_id, visit_id))

    def _open(self, load: Coroutine[Any, Any, None]) -> None:
        self.show_loading()
        self.notice.say("")
        self.kept.setText("")
        self.start(load)

    def _show(self) -> None:
        file = self._view.file
        if file is None:
            self.show_empty(self.words("This case is not here"), "", "cases")
            return
        words, amends = self.words, self._view.corrected is not None
        self.title.setText(words("Correct a visit") if amends else words("Visit"))
        told = [file.shown[Revealable.NAME], file.case.case_no]
        told += [words("the first record stays beside it")] if amends else []
        self.subtitle_says(" · ".join(told))
        for one in (self.before, self.told, self.door_button):
            one.setVisible(not amends)
        self.amount.setText(self.words.money(file.case.loan.total_fen))
        entry = self._view.entry
        self._filling = True
        self.checks.choose(entry.checks)
        self.form.fill(entry)
        self.hardship.fill(entry)
        self._filling = False
        self._show_door()
        self.show_content()
        first = self.form.outcome if amends else next(iter(self.checks.boxes.values()))
        first.setFocus()

    def _show_rules(self) -> None:
        self.findings.show_findings(self._view.findings)

    def _show_door(self) -> None:
        hides = self._view.hides_debt
        self.talk.setVisible(not hides)
        text = self.words(
            "Somebody else is present: tell nothing of the matter. The amount is hidden."
        )
        self.third_party.say(text if hides else "", "warn")
        self.hardship.show_needs(self._view.needs_consent)
        self.relief.setVisible(self._view.speaks_of_relief)

    def _changed(self) -> None:
        if not self._filling:
            self.notice.say("")
            self._draft.start(DRAFT_MS)

    def _ask_again(self) -> None:
        if self.isVisible():
            self.start(self._view.judge())

    def hideEvent(self, event: QHideEvent) -> None:
        """Keep what was typed last before the screen goes."""
        if self._draft.isActive():
            self._draft.stop()
            self._keep()
        super().hideEvent(event)

    def _keep(self) -> None:
        self.once(self._take)

    async def _take(self) -> None:
        entry = msgspec.structs.replace(self._view.entry, checks=self.checks.chosen)
        kept = await self._view.change(self.hardship.read(self.form.read(entry)))
        self.kept.setText(self.words("Draft kept on this laptop.") if kept else "")
        self._show_door()

    def _open_door(self) -> None:
        view = self._view
        if view.file is not None:
            agreed = view.appointment.record.id if view.appointment else None
            self._go.open_door(view.file.case.id, agreed)

    def _open_relief(self) -> None:
        self._draft.stop()
        self.once(self._leave_for_relief)

    async def _leave_for_relief(self) -> None:
        await self._take()
        if self._view.file is not None:
            self._go.open_relief(self._view.file.case.id)

    def submit(self) -> None:
        """Keep the visit."""
        self._draft.stop()
        self.once(self._submit)

    async def _submit(self) -> None:
        with resting(self.save):
            await self._take()
            await self._view.record()

    def _on_saved(self) -> None:
        self.notice.say("")
        amends = self._view.corrected is not None
        self._go.tell(
            self.words("The correction is kept and will be sent.")
            if amends
            else self.words("The visit is kept and will be sent.")
        )
        self._go.go_back()

    def _on_refused(self, answer: Answer) -> None:
        self.notice.say(answer_text(self.words, answer), "block")
        wrong = (self._typed_at(one.code.rpartition(".")[2]) for one in answer.problems)
        field = next((one for one in wrong if one is not None and one.isVisible()), None)
        if field is not None:
            field.setFocus()

    def _typed_at(self, trouble: str) -> QWidget | None:
        """Return where a trouble of the form is mended."""
        form = self.form
        left = form.left if form.arrived.text().strip() else form.arrived
        return {
            "times_missing": left,
            "left_before_arrival": form.left,
            "outcome_missing": form.outcome,
            "promise_missing": form.amount,
            "promise_not_positive": form.amount,
            "needs_consent": self.hardship.consent,
        }.get(trouble)
