"""A plan as it stands: its state, the next instalment, how it is kept, what may be done now."""

from collections.abc import Callable

from PySide6.QtWidgets import QPushButton

from field_app.ui.components.flow import Flow
from field_app.ui.components.surfaces import Card, Notice, row
from field_app.ui.components.texts import badge, button, label
from field_app.ui.look import Look
from field_app.ui.screens.care_acts import CareActs
from field_app.viewmodels.care import CareViewModel, Kept
from sync.domain.plan_terms import Standing
from sync.domain.vocabulary import PlanState

TONES = {
    PlanState.AWAITING_APPROVAL: "info",
    PlanState.APPROVED: "info",
    PlanState.AGREED: "ok",
    PlanState.KEPT: "ok",
    PlanState.BROKEN: "block",
}
STANDING_TONES = {"kept": "ok", "paid": "ok", "behind": "warn", "broken": "block"}


class PlanCard(Card):
    """The plan that counts; `act_buttons` by act, as far as this person may."""

    def __init__(self, look: Look, care: CareViewModel, kept: Kept, acts: CareActs) -> None:
        super().__init__(look, look.words("Repayment plan"))
        self._look = look
        self._care = care
        self._acts = acts
        self.act_buttons: dict[str, QPushButton] = {}
        self._show_state(kept)
        self._show_terms(kept)
        if kept.standing is not None:
            self._show_standing(kept.standing)
        self._show_words(kept)
        self._add_acts(kept)

    def _show_state(self, kept: Kept) -> None:
        words, plan = self._look.words, kept.plan.record
        marks = Flow(self._look)
        tone = TONES.get(plan.state, "warn")
        marks.addWidget(badge(words.code(f"plan_state.{plan.state}"), tone))
        if not plan.affordable:
            marks.addWidget(badge(words("beyond the means"), "block"))
        self.body.addLayout(marks)

    def _show_terms(self, kept: Kept) -> None:
        words, plan = self._look.words, kept.plan.record
        kind = words.code(f"plan_kind.{plan.terms.kind}")
        months = words("{n} months", n=plan.terms.months)
        self.body.addWidget(label(f"{kind} · {months}"))
        total = sum(one.total_fen for one in plan.schedule)
        self._line(words("Largest instalment"), words.money(plan.largest_fen))
        self._line(words("Total to repay"), words.money(total))
        coming = self._care.next_instalment
        if coming is not None and plan.state in TONES and plan.state is not PlanState.KEPT:
            name = words("Next instalment: {day}", day=words.long_day(coming.due))
            self._line(name, words.money(coming.total_fen))

    def _show_standing(self, standing: Standing) -> None:
        words = self._look.words
        tone = STANDING_TONES[standing.state]
        self.body.addWidget(Notice(self._look, words.code(f"standing.{standing.state}"), tone))
        self._line(words("Paid so far"), words.money(standing.paid_fen))
        self._line(words("Due so far"), words.money(standing.due_fen))
        if standing.behind_fen:
            self._line(words("Still missing"), words.money(standing.behind_fen))

    def _show_words(self, kept: Kept) -> None:
        words, plan = self._look.words, kept.plan.record
        if kept.proposed_by:
            text = words("Proposed by {name}", name=kept.proposed_by)
            self.body.addWidget(label(text, "muted"))
        if plan.words:
            self.body.addWidget(label(plan.words))
        if kept.decided_by:
            self.body.addWidget(label(words("Decided by {name}", name=kept.decided_by), "muted"))
        for said in (plan.decision_reason, plan.end_reason):
            if said:
                self.body.addWidget(label(said))
        for finding in self._care.findings:
            tone = {"block": "block", "warn": "warn"}.get(str(finding.severity), "info")
            self.body.addWidget(Notice(self._look, finding.sentence, tone, finding.source))

    def _add_acts(self, kept: Kept) -> None:
        words, plan = self._look.words, kept.plan
        offered: dict[str, tuple[str, Callable[[], None], str]] = {
            "approve": (words("Approve"), lambda: self._acts.approve(plan), "primary"),
            "decline": (words("Decline"), lambda: self._acts.decline(plan), "danger"),
            "agree": (words("Customer agreed"), lambda: self._acts.agree(plan), "primary"),
            "take_back": (words("Take back"), lambda: self._acts.take_back(plan), "danger"),
            "keep": (words("Kept to its end"), lambda: self._acts.keep(plan), "primary"),
            "break": (words("Mark as broken"), lambda: self._acts.mark_broken(plan), "danger"),
            "end": (words("End the plan"), lambda: self._acts.end(plan), "danger"),
        }
        for act in kept.acts:
            text, do, kind = offered[act]
            self.act_buttons[act] = button(self._look, text, do, kind=kind)
        buttons = Flow(self._look)
        for made in self.act_buttons.values():
            buttons.addWidget(made)
        self.print_button = button(
            self._look, words("Save as PDF"), lambda: self._acts.print(kept.plan.record)
        )
        if plan.record.state in TONES:
            buttons.addWidget(self.print_button)
        self.body.addLayout(buttons)

    def _line(self, name: str, value: str) -> None:
        told = label(value, wrap=False)
        self.body.addLayout(row(self._look, label(name, "muted"), None, told))
