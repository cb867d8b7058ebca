"""Relief: what a customer's month leaves, ways to repay, and a plan from proposal to its end."""

from datetime import date

import msgspec

from field_app.operations import hardship
from field_app.operations.desk import Desk
from field_app.operations.hardship import HardshipForm
from field_app.operations.submit import Written, submit, together
from sync.domain.budget import Budget, CostKind, IncomeKind
from sync.domain.commands import AgreePlan, DecidePlan, EndPlan, ProposePlan, RecordBudget
from sync.domain.ids import CaseId, RecordId
from sync.domain.plan_terms import Affordability, Instalment, PlanTerms, Standing, TermsTrouble
from sync.domain.question import Question
from sync.domain.records import Case, Payment, Plan, PlanAgreement, Referral, Versioned, Wish
from sync.domain.snapshot import Snapshot
from sync.domain.time import local_date
from sync.domain.vocabulary import OPEN_PLANS, PlanState, Role
from sync.policy.relief.proposals import Limits, Owed, Proposals, options
from sync.policy.relief.terms import longest_lawful


class MonthForm(msgspec.Struct, frozen=True):
    """What a month brings and costs as entered, in fen."""

    case_id: CaseId
    visit_id: RecordId | None
    adults: int
    children: int
    income: dict[IncomeKind, int]
    costs: dict[CostKind, int]
    savings_fen: int = 0
    other_debts_fen: int = 0
    consent: bool = False
    words: str = ""


class Kept(msgspec.Struct, frozen=True):
    """The plan that counts (the open one, else the last), how it stands and what may be done.

    `acts` are approve, decline, agree, take_back, keep, break and end, as far as this person may.
    """

    plan: Versioned[Plan]
    standing: Standing | None
    acts: tuple[str, ...]
    proposed_by: str
    decided_by: str


class ReliefFile(msgspec.Struct, frozen=True):
    """Everything on record about a customer's relief; the newest referral comes first."""

    case: Case
    today: date
    may_propose: bool
    budget: Budget | None
    kept: Kept | None
    earlier: tuple[Plan, ...]
    payments: tuple[Payment, ...]
    referrals: tuple[Versioned[Referral], ...]
    wish: Wish | None


def open_relief(desk: Desk, case_id: CaseId) -> ReliefFile | None:
    """Return what is on record, or None when this laptop does not hold the case."""
    snapshot = desk.store.projection.case_snapshot(case_id)
    case = snapshot.case(case_id)
    if case is None:
        return None
    records = [v.record for v in desk.store.projection.of_case(case_id)]
    plans = sorted(snapshot.plans(case_id), key=lambda p: (p.state in OPEN_PLANS, p.proposed_at))
    today = local_date(desk.clock.now(), case.address.zone)
    current = snapshot.get(Plan, plans[-1].id) if plans else None
    return ReliefFile(
        case=case,
        today=today,
        may_propose=_question(desk, snapshot).works_on(case),
        budget=max((r for r in records if isinstance(r, Budget)), key=_told, default=None),
        kept=_kept(desk, snapshot, case, current) if current else None,
        earlier=tuple(reversed(plans[:-1])),
        payments=tuple(snapshot.payments(case_id)),
        referrals=_referrals(snapshot, [r for r in records if isinstance(r, Referral)]),
        wish=max((r for r in records if isinstance(r, Wish)), key=_told, default=None),
    )


def month(desk: Desk, form: MonthForm) -> Affordability | TermsTrouble:
    """Return what a month as entered leaves, or why that cannot be said."""
    return desk.policy.affordability(_budget(desk, form))


def ways(
    desk: Desk, case_id: CaseId, affordable_fen: int, rate_ppm: int
) -> Proposals | TermsTrouble:
    """Return ways to repay what is owed today; raises LookupError when the case is not here."""
    found = desk.store.projection.get(Case, case_id)
    if found is None:
        raise LookupError(f"case {case_id} is not on this laptop")
    case = found.record
    loan, today = case.loan, local_date(desk.clock.now(), case.address.zone)
    owed = Owed(loan.principal_fen, loan.interest_fen, loan.fees_fen, rate_ppm)
    limits = Limits(longest_lawful(desk.policy.pack, loan.product, today))
    return options(owed, today, affordable_fen, limits)


def schedule(desk: Desk, terms: PlanTerms) -> tuple[Instalment, ...] | TermsTrouble:
    """Return the instalments of terms as entered, or why there are none."""
    return desk.policy.schedule(terms)


def propose(
    desk: Desk, form: MonthForm, terms: PlanTerms, words: str, told: HardshipForm | None = None
) -> Written:
    """Keep the statement and ask the lead for the plan: all of it or nothing."""
    budget = _budget(desk, form)
    now = desk.clock.now()
    plan_id = RecordId(desk.ids.fresh())
    command = ProposePlan(plan_id, form.case_id, 0, terms, budget.id, words, now)
    acts = [lambda: submit(desk, RecordBudget(budget)), lambda: submit(desk, command)]
    if told is not None:
        acts.insert(0, lambda: hardship.record(desk, told))
    return together(desk, *acts)


def record_month(desk: Desk, form: MonthForm, told: HardshipForm | None = None) -> Written:
    """Keep the statement, and what was told of hardship with it, without any plan."""
    budget = _budget(desk, form)
    acts = [lambda: submit(desk, RecordBudget(budget))]
    if told is not None:
        acts.insert(0, lambda: hardship.record(desk, told))
    return together(desk, *acts)


def decide(desk: Desk, plan: Versioned[Plan], *, approve: bool, reason: str) -> Written:
    """Approve a plan or decline it."""
    stands = plan.record
    now = desk.clock.now()
    return submit(desk, DecidePlan(stands.id, stands.case_id, plan.rev, approve, reason, now))


def agree(desk: Desk, plan: Versioned[Plan], agreement: PlanAgreement) -> Written:
    """Keep the customer's yes."""
    stands = plan.record
    return submit(desk, AgreePlan(stands.id, stands.case_id, plan.rev, agreement))


def end(desk: Desk, plan: Versioned[Plan], state: PlanState, reason: str) -> Written:
    """End a plan, or take a proposal back."""
    stands = plan.record
    now = desk.clock.now()
    return submit(desk, EndPlan(stands.id, stands.case_id, plan.rev, state, reason, now))


def _question(desk: Desk, snapshot: Snapshot) -> Question:
    return Question(snapshot, desk.me, desk.policy, desk.clock.now())


def _kept(desk: Desk, snapshot: Snapshot, case: Case, plan: Versioned[Plan]) -> Kept:
    stands = plan.record
    today = local_date(desk.clock.now(), case.address.zone)
    standing = standing_of(desk, snapshot, case, stands, today)
    decider = snapshot.officer(stands.decided_by) if stands.decided_by else None
    proposer = snapshot.officer(stands.proposed_by)
    return Kept(
        plan=plan,
        standing=standing,
        acts=_acts(_question(desk, snapshot), case, stands, standing),
        proposed_by=proposer.name if proposer else "",
        decided_by=decider.name if decider else "",
    )


def standing_of(
    desk: Desk, snapshot: Snapshot, case: Case, plan: Plan, day: date
) -> Standing | None:
    """Return how a plan that the customer agreed to is kept on a day; None for any other."""
    if plan.state is not PlanState.AGREED:
        return None
    paid = [(p.day, p.amount_fen) for p in snapshot.payments(case.id)]
    since = [one for one in paid if one[0] >= plan.terms.start]
    return desk.policy.standing(plan.schedule, since, day)


def _acts(asked: Question, case: Case, plan: Plan, standing: Standing | None) -> tuple[str, ...]:
    works, oversees = asked.works_on(case), asked.oversees(case)
    leads = oversees and asked.actor.role is Role.LEAD
    match plan.state:
        case PlanState.AWAITING_APPROVAL if leads and plan.proposed_by != asked.actor.officer_id:
            return ("approve", "decline")
        case PlanState.AWAITING_APPROVAL if works or oversees:
            return ("take_back",)
        case PlanState.APPROVED:
            return (*(("agree",) if works else ()), *(("take_back",) if works or oversees else ()))
        case PlanState.AGREED if oversees:
            said = {"paid": ("keep",), "broken": ("break",)}
            return (*said.get(standing.state if standing else "", ()), "end")
        case _:
            return ()


def _budget(desk: Desk, form: MonthForm) -> Budget:
    return Budget(
        id=RecordId(desk.ids.fresh()),
        at=desk.clock.now(),
        by=desk.me.officer_id,
        **msgspec.structs.asdict(form),
    )


def _referrals(snapshot: Snapshot, found: list[Referral]) -> tuple[Versioned[Referral], ...]:
    newest = sorted(found, key=_told, reverse=True)
    stands = (snapshot.get(Referral, one.id) for one in newest)
    return tuple(one for one in stands if one is not None)


def _told(record: Budget | Wish | Referral) -> tuple[object, str]:
    return record.at, record.id
