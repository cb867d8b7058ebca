"""Repayment plans: proposed beside a budget, approved by a lead, agreed, kept or broken."""

from datetime import date

import pytest

from sync.domain.budget import Budget, CostKind, IncomeKind
from sync.domain.commands import AgreePlan, DecidePlan, EndPlan, ProposePlan, RecordBudget
from sync.domain.decide import decide
from sync.domain.outcome import Applied, Conflict, Gone
from sync.domain.plan_terms import Affordability, Instalment, PlanTerms
from sync.domain.records import Case, Payment, Plan, PlanAgreement, Versioned
from sync.domain.situation import Act, Severity
from sync.domain.vocabulary import PlanState
from tests.unit.sync.domain.town import (
    LEAD,
    LI,
    NOW,
    OTHER_LEAD,
    STRANGER,
    WANG,
    Rules,
    case,
    code,
    only,
    question,
    replaced,
)

TERMS = PlanTerms(1_000_000, 20_000, 500, 10, 0, date(2026, 9, 10), date(2026, 10, 10))
WRITTEN = PlanAgreement(NOW, written=True, recorded=False)


def budget(**values: object) -> Budget:
    plain = Budget(
        "u1",
        "c1",
        None,
        NOW,
        "li",
        adults=1,
        children=0,
        income={IncomeKind.PAY: 400_000},
        costs={CostKind.FOOD: 200_000},
        consent=True,
    )
    return replaced(plain, **values)


def propose_plan(**values: object) -> ProposePlan:
    plain = ProposePlan("p1", "c1", 0, TERMS, "u1", " 分十期 ", NOW)
    return replaced(plain, **values)


def plan(**values: object) -> Plan:
    plain = Plan(
        "p1",
        "c1",
        PlanState.AWAITING_APPROVAL,
        TERMS,
        (Instalment(1, date(2026, 10, 10), 1_000_000, 20_000, 500, 0),),
        "u1",
        Affordability(0, 0, 0, 2_000_000, 0),
        affordable=True,
        proposed_by="li",
        proposed_at=NOW,
    )
    return replaced(plain, **values)


def agreed(**values: object) -> Plan:
    return plan(**{"state": PlanState.AGREED, "agreement": WRITTEN} | values)


def test_a_budget_is_kept_with_consent_only() -> None:
    assert only(decide(question(), RecordBudget(budget())), Budget) == budget()
    silent = RecordBudget(budget(consent=False))
    assert code(decide(question(), silent)) == "budget.needs_consent"


def test_a_proposal_is_reckoned_here() -> None:
    rules = Rules()
    proposed = only(decide(question(LI, budget(), rules=rules), propose_plan()), Plan)
    assert proposed.state is PlanState.AWAITING_APPROVAL
    assert len(proposed.schedule) == 10
    assert proposed.largest_fen == 100_000
    assert (proposed.affordable, proposed.proposed_by, proposed.words) == (True, "li", "分十期")
    [(act, at, situation)] = rules.asked
    assert (act, at) == (Act.PLAN, NOW)
    assert situation.plan is not None
    assert (situation.plan.months, situation.plan.product) == (10, "credit_card")


def test_deferred_months_count_towards_the_longest_plan() -> None:
    rules = Rules()
    terms = replaced(TERMS, deferred_months=3)
    decide(question(LI, budget(), rules=rules), propose_plan(terms=terms))
    [(_, _, situation)] = rules.asked
    assert situation.plan is not None
    assert situation.plan.months == 13


def test_a_plan_beyond_the_customers_means_is_marked() -> None:
    poor = budget(costs={CostKind.FOOD: 300_001})
    assert not only(decide(question(LI, poor), propose_plan()), Plan).affordable


@pytest.mark.parametrize(
    ("extra", "command", "expected"),
    [
        ((), propose_plan(), "repayment.needs_budget"),
        ((budget(case_id="c2"),), propose_plan(), "repayment.needs_budget"),
        ((budget(), plan(id="p0")), propose_plan(), "repayment.already_open"),
        ((budget(),), propose_plan(terms=replaced(TERMS, fees_fen=0)), "repayment.amounts_differ"),
        ((budget(),), propose_plan(terms=replaced(TERMS, months=0)), "terms.no_months"),
        ((budget(adults=0),), propose_plan(), "budget.no_adults"),
    ],
)
def test_proposals_that_cannot_be(
    extra: tuple[object, ...], command: ProposePlan, expected: str
) -> None:
    assert code(decide(question(LI, *extra), command)) == expected


def test_the_rules_may_stop_a_plan() -> None:
    stopped = decide(question(LI, budget(), rules=Rules("CN-PLAN-60")), propose_plan())
    assert code(stopped) == "policy.blocked"
    warned = Rules("CN-X", severity=Severity.WARN)
    kept = only(decide(question(LI, budget(), rules=warned), propose_plan()), Plan)
    assert kept.decision is not None
    assert kept.decision.warns == ("CN-X",)


def test_a_plan_is_proposed_once_and_by_its_own_people() -> None:
    assert isinstance(decide(question(LI, budget(), plan()), propose_plan()), Conflict)
    assert isinstance(decide(question(LI, budget()), propose_plan(base_rev=2)), Conflict)
    assert isinstance(decide(question(STRANGER, budget()), propose_plan()), Gone)
    ended = plan(id="p0", state=PlanState.BROKEN)
    assert isinstance(decide(question(LI, budget(), ended), propose_plan()), Applied)


def decided(approve: bool = True, reason: str = "", **values: object) -> DecidePlan:
    return replaced(DecidePlan("p1", "c1", 1, approve, reason, NOW), **values)


def test_the_lead_approves_or_declines() -> None:
    approved = only(decide(question(LEAD, plan()), decided()), Plan)
    assert (approved.state, approved.decided_by) == (PlanState.APPROVED, "chen")
    declined = only(decide(question(LEAD, plan()), decided(False, "先谈减息")), Plan)
    assert (declined.state, declined.decision_reason) == (PlanState.DECLINED, "先谈减息")


def test_a_decision_needs_its_reason() -> None:
    assert code(decide(question(LEAD, plan()), decided(False))) == "repayment.needs_reason"
    beyond = plan(affordable=False)
    assert code(decide(question(LEAD, beyond), decided())) == "repayment.needs_reason_unaffordable"
    reasoned = only(decide(question(LEAD, beyond), decided(True, "家人共同偿还")), Plan)
    assert reasoned.state is PlanState.APPROVED


def test_who_may_not_decide() -> None:
    assert code(decide(question(LI, plan()), decided())) == "repayment.leads_only"
    own = plan(proposed_by="chen")
    assert code(decide(question(LEAD, own), decided())) == "repayment.own_proposal"
    assert isinstance(decide(question(OTHER_LEAD, plan()), decided()), Gone)
    assert isinstance(decide(question(LEAD), decided()), Gone)
    assert isinstance(decide(question(LEAD, plan(case_id="c2")), decided()), Gone)
    assert isinstance(decide(question(LEAD, plan()), decided(base_rev=7)), Conflict)
    again = plan(state=PlanState.APPROVED)
    assert code(decide(question(LEAD, again), decided())) == "repayment.not_awaiting"


def test_the_customers_yes_stops_collecting() -> None:
    approved = Versioned(2, plan(state=PlanState.APPROVED))
    outcome = decide(question(LI, approved), AgreePlan("p1", "c1", 2, WRITTEN))
    assert only(outcome, Plan).state is PlanState.AGREED
    assert only(outcome, Case).plan_in_force


def test_a_yes_by_word_alone_is_recorded() -> None:
    spoken = PlanAgreement(NOW, written=False, recorded=False)
    approved = plan(state=PlanState.APPROVED)
    refusal = decide(question(LI, approved), AgreePlan("p1", "c1", 1, spoken))
    assert code(refusal) == "repayment.needs_writing_or_recording"
    early = decide(question(LI, plan()), AgreePlan("p1", "c1", 1, WRITTEN))
    assert code(early) == "repayment.not_approved"
    assert isinstance(decide(question(STRANGER, approved), AgreePlan("p1", "c1", 1, WRITTEN)), Gone)
    assert isinstance(decide(question(LI), AgreePlan("p1", "c1", 1, WRITTEN)), Gone)


def end(state: PlanState, reason: str = "如约付清", **values: object) -> EndPlan:
    return replaced(EndPlan("p1", "c1", 1, state, reason, NOW), **values)


IN_FORCE = case(plan_in_force=True)
ALL = Payment("y1", "c1", date(2026, 9, 30), 1_020_500)
SOME = Payment("y1", "c1", date(2026, 9, 30), 100)
BEFORE = Payment("y0", "c1", date(2026, 8, 30), 1_020_500)


def test_a_plan_ends_as_the_payments_say() -> None:
    kept = decide(question(LEAD, IN_FORCE, agreed(), ALL), end(PlanState.KEPT))
    assert only(kept, Plan).state is PlanState.KEPT
    assert not only(kept, Case).plan_in_force
    broken = decide(question(LEAD, IN_FORCE, agreed(), BEFORE), end(PlanState.BROKEN, "三期未付"))
    assert only(broken, Plan).state is PlanState.BROKEN
    for state in (PlanState.KEPT, PlanState.BROKEN):
        outcome = decide(question(LEAD, IN_FORCE, agreed(), SOME), end(state))
        assert code(outcome) == "repayment.payments_say_otherwise"


def test_a_lead_may_end_an_agreed_plan_otherwise() -> None:
    outcome = decide(question(LEAD, agreed()), end(PlanState.ENDED, "客户要求重新安排"))
    assert only(outcome, Plan).end_reason == "客户要求重新安排"
    assert code(decide(question(LI, agreed()), end(PlanState.ENDED))) == "repayment.leads_only"


def test_an_officer_takes_back_what_is_not_agreed() -> None:
    taken = only(decide(question(LI, plan()), end(PlanState.ENDED, "客户改变主意")), Plan)
    assert taken.state is PlanState.ENDED
    assert code(decide(question(LI, plan()), end(PlanState.KEPT))) == "repayment.never_agreed"


def test_ends_that_are_none() -> None:
    silent = end(PlanState.ENDED, " ")
    assert code(decide(question(LEAD, plan()), silent)) == "repayment.needs_reason"
    assert code(decide(question(LEAD, plan()), end(PlanState.AGREED))) == "repayment.not_an_end"
    gone = plan(state=PlanState.DECLINED)
    assert code(decide(question(LEAD, gone), end(PlanState.ENDED))) == "repayment.already_ended"
    assert isinstance(decide(question(WANG), end(PlanState.ENDED)), Gone)
    assert isinstance(decide(question(STRANGER, plan()), end(PlanState.ENDED)), Gone)
