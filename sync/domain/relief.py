"""Decides about repayment plans: proposed by officers, approved by leads, agreed by customers.

The schedule is reckoned here again from the terms, on both ends: nobody can send another one.
"""

import msgspec

from sync.domain.appointing import refused_by_rules
from sync.domain.budget import Budget
from sync.domain.commands import AgreePlan, DecidePlan, EndPlan, ProposePlan
from sync.domain.facts_of_case import situation_of
from sync.domain.outcome import Applied, Change, Conflict, Gone, Outcome, Reason, Refused, refused
from sync.domain.plan_terms import Affordability, Instalment, PlanTerms, TermsTrouble
from sync.domain.question import Question
from sync.domain.records import Case, Loan, Plan, Versioned
from sync.domain.situation import Act, ProposedPlan, Verdict
from sync.domain.time import local_date
from sync.domain.vocabulary import OPEN_PLANS, PlanState, Role

END_STATES = frozenset({PlanState.KEPT, PlanState.BROKEN, PlanState.ENDED})


def propose_plan(question: Question, command: ProposePlan) -> Outcome:
    """Put a plan before the lead: lawful, reckoned from what is owed, beside a budget."""
    case = question.own_case(command.case_id)
    if isinstance(case, Gone):
        return case
    trouble = _proposal_trouble(question, command, case)
    if trouble is not None:
        return trouble
    told = question.snapshot.get(Budget, command.budget_id)
    if told is None or told.record.case_id != command.case_id:
        return refused("repayment.needs_budget")
    schedule = question.policy.schedule(command.terms)
    if isinstance(schedule, TermsTrouble):
        return Refused((Reason(schedule.code, dict(schedule.params)),))
    afforded = question.policy.affordability(told.record)
    if isinstance(afforded, TermsTrouble):
        return Refused((Reason(afforded.code, dict(afforded.params)),))
    return _judged(question, command, case, schedule, afforded)


def _proposal_trouble(
    question: Question, command: ProposePlan, case: Case
) -> Refused | Conflict | None:
    found = question.snapshot.get(Plan, command.plan_id)
    if found is not None:
        return Conflict("plan", command.plan_id, found.rev)
    if command.base_rev:
        return Conflict("plan", command.plan_id, 0)
    if any(p.state in OPEN_PLANS for p in question.snapshot.plans(case.id)):
        return refused("repayment.already_open")
    return None if _same_amounts(command.terms, case.loan) else refused("repayment.amounts_differ")


def _same_amounts(terms: PlanTerms, loan: Loan) -> bool:
    owed = (loan.principal_fen, loan.interest_fen, loan.fees_fen)
    return (terms.principal_fen, terms.interest_fen, terms.fees_fen) == owed


def _judged(
    question: Question,
    command: ProposePlan,
    case: Case,
    schedule: tuple[Instalment, ...],
    afforded: Affordability,
) -> Outcome:
    terms = command.terms
    months = terms.deferred_months + terms.months
    affordable = max(i.total_fen for i in schedule) <= afforded.affordable_fen
    proposed = ProposedPlan(
        months=months, product=case.loan.product, rate_ppm=terms.rate_ppm, affordable=affordable
    )
    situation = msgspec.structs.replace(situation_of(question.snapshot, case), plan=proposed)
    decision = question.policy.judge(Act.PLAN, question.at, situation)
    if decision.verdict is Verdict.BLOCK:
        return refused_by_rules(decision)
    plan = Plan(
        id=command.plan_id,
        case_id=case.id,
        state=PlanState.AWAITING_APPROVAL,
        terms=terms,
        schedule=schedule,
        budget_id=command.budget_id,
        affordability=afforded,
        affordable=affordable,
        proposed_by=question.actor.officer_id,
        proposed_at=command.at,
        words=command.words.strip(),
        decision=decision,
    )
    return Applied((Change(plan, 0),), decision)


def decide_plan(question: Question, command: DecidePlan) -> Outcome:
    """Approve or decline; a plan the customer cannot afford is approved only with a reason."""
    if question.actor.role is not Role.LEAD:
        return refused("repayment.leads_only")
    case = question.overseen_case(command.case_id)
    if isinstance(case, Gone):
        return case
    found = _plan_of(question, command)
    if not isinstance(found, Versioned):
        return found
    plan = found.record
    if plan.state is not PlanState.AWAITING_APPROVAL:
        return refused("repayment.not_awaiting", state=str(plan.state))
    if plan.proposed_by == question.actor.officer_id:
        return refused("repayment.own_proposal")
    reason = command.reason.strip()
    if not reason and not command.approve:
        return refused("repayment.needs_reason")
    if not reason and not plan.affordable:
        return refused("repayment.needs_reason_unaffordable")
    decided = msgspec.structs.replace(
        plan,
        state=PlanState.APPROVED if command.approve else PlanState.DECLINED,
        decided_by=question.actor.officer_id,
        decided_at=command.at,
        decision_reason=reason,
    )
    return Applied((Change(decided, found.rev),))


def agree_plan(question: Question, command: AgreePlan) -> Outcome:
    """Keep the customer's yes; from now on collecting stops while the plan is kept.

    A yes by word alone must be recorded and the recording kept (Measures for the credit-card
    business of commercial banks, art. 70).
    """
    case = question.own_case(command.case_id)
    if isinstance(case, Gone):
        return case
    found = _plan_of(question, command)
    if not isinstance(found, Versioned):
        return found
    if found.record.state is not PlanState.APPROVED:
        return refused("repayment.not_approved", state=str(found.record.state))
    if not (command.agreement.written or command.agreement.recorded):
        return refused("repayment.needs_writing_or_recording")
    agreed = msgspec.structs.replace(
        found.record, state=PlanState.AGREED, agreement=command.agreement
    )
    return Applied((Change(agreed, found.rev), *_in_force(question, case, in_force=True)))


def end_plan(question: Question, command: EndPlan) -> Outcome:
    """End a plan; an agreed one only as the payments say, or by the lead with a reason."""
    case = question.snapshot.case(command.case_id)
    if case is None or not (question.works_on(case) or question.oversees(case)):
        return Gone("case", command.case_id)
    found = _plan_of(question, command)
    if not isinstance(found, Versioned):
        return found
    if command.state not in END_STATES:
        return refused("repayment.not_an_end", state=str(command.state))
    if found.record.state not in OPEN_PLANS:
        return refused("repayment.already_ended", state=str(found.record.state))
    trouble = _ending_trouble(question, command, case, found.record)
    if trouble is not None:
        return trouble
    ended = msgspec.structs.replace(
        found.record, state=command.state, ended_at=command.at, end_reason=command.reason.strip()
    )
    resumed = _in_force(question, case, in_force=False)
    return Applied((Change(ended, found.rev), *resumed))


def _ending_trouble(question: Question, command: EndPlan, case: Case, plan: Plan) -> Refused | None:
    if not command.reason.strip():
        return refused("repayment.needs_reason")
    if plan.state is not PlanState.AGREED:
        return None if command.state is PlanState.ENDED else refused("repayment.never_agreed")
    if not question.oversees(case):
        return refused("repayment.leads_only")
    if command.state is PlanState.ENDED:
        return None
    paid = tuple((p.day, p.amount_fen) for p in question.snapshot.payments(case.id))
    today = local_date(command.at, case.address.zone)
    since = tuple((day, fen) for day, fen in paid if day >= plan.terms.start)
    stands = question.policy.standing(plan.schedule, since, today)
    wanted = "paid" if command.state is PlanState.KEPT else "broken"
    if stands.state != wanted:
        return refused("repayment.payments_say_otherwise", standing=stands.state)
    return None


def _plan_of(
    question: Question, command: DecidePlan | AgreePlan | EndPlan
) -> Versioned[Plan] | Gone | Conflict:
    found = question.snapshot.get(Plan, command.plan_id)
    if found is None or found.record.case_id != command.case_id:
        return Gone("plan", command.plan_id)
    if found.rev != command.base_rev:
        return Conflict("plan", command.plan_id, found.rev)
    return found


def _in_force(question: Question, case: Case, *, in_force: bool) -> list[Change]:
    if case.plan_in_force == in_force:
        return []
    found = question.snapshot.get(Case, case.id)
    changed = msgspec.structs.replace(case, plan_in_force=in_force)
    return [Change(changed, found.rev if found else 0)]
