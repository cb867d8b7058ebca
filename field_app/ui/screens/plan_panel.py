"""The plan that stands with its schedule, payments, referrals and earlier plans."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from field_app.ui.components.surfaces import Card, clear, row
from field_app.ui.components.texts import badge, button, label
from field_app.ui.look import Look
from field_app.ui.screens.care_acts import CareActs
from field_app.ui.screens.plan_card import PlanCard
from field_app.ui.screens.schedule_view import ScheduleView
from field_app.viewmodels.care import CareViewModel
from sync.domain.records import Plan, Referral, Versioned
from sync.domain.vocabulary import OPEN_PLANS, ReferralOutcome


class PlanPanel(QWidget):
    """What is on record; `card` is the plan's, `outcome_buttons` those of referrals under way."""

    def __init__(self, look: Look, care: CareViewModel, acts: CareActs) -> None:
        super().__init__()
        self._look = look
        self._care = care
        self._acts = acts
        self.card: PlanCard | None = None
        self.outcome_buttons: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(look.px(12))

    def show_care(self) -> None:
        """Show what stands now."""
        clear(self._column)
        self.card, self.outcome_buttons = None, []
        file, kept = self._care.file, self._care.kept
        if file is None:
            return
        if kept is not None:
            self.card = PlanCard(self._look, self._care, kept, self._acts)
            self._column.addWidget(self.card)
            if kept.plan.record.state in OPEN_PLANS:
                self._column.addWidget(self._schedule_card(kept.plan.record))
        elif not file.may_propose:
            self._column.addWidget(label(self._look.words("No plan was made yet."), "muted"))
        for card in (self._payments_card(), self._referrals_card(), self._earlier_card()):
            if card is not None:
                self._column.addWidget(card)

    def _schedule_card(self, plan: Plan) -> Card:
        card = Card(self._look, self._look.words("Every instalment"))
        view = ScheduleView(self._look, beside=True)
        view.show_schedule(plan.schedule, plan.affordability.affordable_fen)
        card.body.addWidget(view)
        return card

    def _payments_card(self) -> Card | None:
        file, words = self._care.file, self._look.words
        if file is None or not file.payments:
            return None
        card = Card(self._look, words("Payments the bank received"))
        for one in reversed(file.payments):
            told = label(words.money(one.amount_fen), wrap=False)
            name = label(" · ".join(p for p in (words.long_day(one.day), one.reference) if p))
            card.body.addLayout(row(self._look, name, None, told))
        return card

    def _referrals_card(self) -> Card | None:
        file = self._care.file
        if file is None or not file.referrals:
            return None
        card = Card(self._look, self._look.words("Who else helps"))
        for one in file.referrals:
            self._add_referral(card, one, file.case.address.zone)
        return card

    def _add_referral(self, card: Card, one: Versioned[Referral], zone: str) -> None:
        words, referral = self._look.words, one.record
        open_one = referral.outcome is ReferralOutcome.PENDING
        state = badge(words.code(f"referral_outcome.{referral.outcome}"), "info")
        topic = words.code(f"topic.{referral.topic}")
        parts: list[QWidget | None] = [label(f"{referral.organisation} · {topic}"), None, state]
        if open_one:
            tell = button(
                self._look, words("Tell the outcome"), lambda: self._acts.close_referral(one)
            )
            self.outcome_buttons.append(tell)
            parts.append(tell)
        card.body.addLayout(row(self._look, *parts))
        card.body.addWidget(label(words.moment(referral.at, zone), "muted"))
        if referral.words:
            card.body.addWidget(label(referral.words))

    def _earlier_card(self) -> Card | None:
        file, words = self._care.file, self._look.words
        if file is None or not file.earlier:
            return None
        card = Card(self._look, words("Earlier plans"))
        for plan in file.earlier:
            day = words.moment(plan.proposed_at, file.case.address.zone)
            state = badge(words.code(f"plan_state.{plan.state}"), "info")
            kind = words.code(f"plan_kind.{plan.terms.kind}")
            card.body.addLayout(row(self._look, label(f"{day} · {kind}"), None, state))
            for said in (plan.decision_reason, plan.end_reason):
                if said:
                    card.body.addWidget(label(said, "muted"))
        return card
