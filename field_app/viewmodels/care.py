"""What eases one customer's burden: the plan and its life, referrals, wishes, papers.

Signal: `answered(str, object)` with the act and its `Answer`. Whoever owns it loads it.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from field_app.background.runner import Runner
from field_app.operations import referrals, relief, wishes
from field_app.operations.desk import Desk
from field_app.operations.relief import Kept as Kept
from field_app.operations.relief import ReliefFile
from field_app.operations.submit import Written
from field_app.viewmodels.answer import answer_of
from field_app.viewmodels.findings import FindingText, RuleWords, explain_decision
from field_app.viewmodels.papers import Papers
from sync.domain.ids import CaseId
from sync.domain.plan_terms import Instalment
from sync.domain.records import Plan, PlanAgreement, Referral, Versioned
from sync.domain.situation import Wishes
from sync.domain.time import Clock
from sync.domain.vocabulary import PlanState, ReferralOutcome


class CareViewModel(QObject):
    """Relief, referrals and wishes of one case."""

    answered = Signal(str, object)

    def __init__(self, runner: Runner, clock: Clock, rules: RuleWords, papers: Papers) -> None:
        super().__init__()
        self._runner = runner
        self._clock = clock
        self._rules = rules
        self.papers = papers
        self.case_id: CaseId | None = None
        self.file: ReliefFile | None = None

    async def load(self, case_id: CaseId) -> None:
        """Read what is on record for a case."""
        found = await self._runner.run(lambda desk: relief.open_relief(desk, case_id))
        self.case_id, self.file = case_id, found

    @property
    def kept(self) -> Kept | None:
        """Return the plan that counts, None when there was none yet."""
        return self.file.kept if self.file else None

    @property
    def next_instalment(self) -> Instalment | None:
        """Return the instalment that is due next by the payments, or the first of a new plan."""
        kept = self.kept
        if kept is None:
            return None
        schedule = kept.plan.record.schedule
        if kept.standing is None:
            return schedule[0]
        return next((i for i in schedule if i.due == kept.standing.next_due), None)

    @property
    def language_of_paper(self) -> str:
        """Return the language the customer reads, as far as there are words for it."""
        case = self.file.case if self.file else None
        spoken = (case.wishes.language or case.customer.language) if case else ""
        fits = (code for code in self.papers.languages if code.startswith(spoken or code))
        return next(fits, next(iter(self.papers.languages)))

    @property
    def findings(self) -> tuple[FindingText, ...]:
        """Return what the rules said of the plan when it was proposed."""
        return explain_decision(self._rules, self.kept.plan.record.decision) if self.kept else ()

    async def decide(self, plan: Versioned[Plan], *, approve: bool, reason: str) -> None:
        """Approve or decline."""
        what = "plan_approved" if approve else "plan_declined"
        await self._act(what, lambda d: relief.decide(d, plan, approve=approve, reason=reason))

    async def agree(
        self, plan: Versioned[Plan], *, written: bool, recorded: bool, words: str
    ) -> None:
        """Keep the customer's yes of just now."""
        agreement = PlanAgreement(self._clock.now(), written, recorded, words.strip())
        await self._act("plan_agreed", lambda desk: relief.agree(desk, plan, agreement))

    async def end(self, plan: Versioned[Plan], state: PlanState, reason: str) -> None:
        """End the plan, or take it back."""
        await self._act("plan_ended", lambda desk: relief.end(desk, plan, state, reason))

    async def refer(self, organisation: str, topic: str, words: str) -> None:
        """Keep where the customer was sent."""
        case_id = self.case_id
        if case_id is not None:
            await self._act(
                "referral", lambda d: referrals.refer(d, case_id, organisation, topic, words)
            )

    async def close_referral(
        self, referral: Versioned[Referral], outcome: ReferralOutcome, words: str
    ) -> None:
        """Tell what became of a referral."""
        await self._act("referral_outcome", lambda d: referrals.close(d, referral, outcome, words))

    async def wish(self, wished: Wishes, words: str) -> None:
        """Keep the customer's wishes."""
        case_id = self.case_id
        if case_id is not None:
            await self._act("wish", lambda desk: wishes.record(desk, case_id, wished, words))

    async def _act(self, what: str, act: Callable[[Desk], Written]) -> None:
        written = await self._runner.act(act)
        self.answered.emit(what, answer_of(written, self._rules))
