"""Decides what leads and compliance officers do: assignment, holds."""

import msgspec

from sync.domain.appointing import refused_by_rules
from sync.domain.commands import AssignCase, LiftHold, PlaceHold
from sync.domain.facts_of_case import situation_of
from sync.domain.ids import OfficerId
from sync.domain.outcome import Applied, Change, Conflict, Gone, Outcome, Refused, refused
from sync.domain.question import Question
from sync.domain.records import Case, Hold
from sync.domain.situation import Act, Decision, Lifting, Verdict
from sync.domain.vocabulary import Role


def place_hold(question: Question, command: PlaceHold) -> Outcome:
    """Lay a hold; everybody who works on or oversees the case may."""
    case = question.snapshot.case(command.case_id)
    if case is None or not (question.works_on(case) or question.oversees(case)):
        return Gone("case", command.case_id)
    hold = Hold(
        command.hold_id,
        command.case_id,
        command.hold,
        question.actor.officer_id,
        command.at,
        reason=command.reason,
        until=command.until,
    )
    situation = msgspec.structs.replace(
        situation_of(question.snapshot, case), actor_role=str(question.actor.role)
    )
    decision = question.policy.judge(Act.HOLD, question.at, situation)
    return Applied((Change(hold, 0),), decision)


def lift_hold(question: Question, command: LiftHold) -> Outcome:
    """Lift a hold with a reason."""
    case = question.overseen_case(command.case_id)
    if isinstance(case, Gone):
        return case
    found = question.snapshot.get(Hold, command.hold_id)
    if found is None or found.record.case_id != command.case_id:
        return Gone("hold", command.hold_id)
    if found.rev != command.base_rev:
        return Conflict("hold", command.hold_id, found.rev)
    if not found.record.active:
        return refused("hold.already_lifted")
    if not command.reason.strip():
        return refused("hold.needs_reason")
    decision = _judge_lifting(question, case, command, found.record)
    if decision.verdict is Verdict.BLOCK:
        return refused_by_rules(decision)
    lifted = msgspec.structs.replace(
        found.record,
        lifted_by=question.actor.officer_id,
        lifted_at=command.at,
        lift_reason=command.reason.strip(),
    )
    return Applied((Change(lifted, found.rev),), decision)


def _judge_lifting(question: Question, case: Case, command: LiftHold, hold: Hold) -> Decision:
    lifting = Lifting(
        kind=hold.hold,
        since=hold.placed_at,
        until=hold.until,
        reason=command.reason.strip(),
        asked_by_customer=command.asked_by_customer,
    )
    situation = msgspec.structs.replace(
        situation_of(question.snapshot, case),
        lifting=lifting,
        actor_role=str(question.actor.role),
    )
    return question.policy.judge(Act.HOLD_LIFT, question.at, situation)


def assign_case(question: Question, command: AssignCase) -> Outcome:
    """Give a case to one or two officers of the team, or back to the pool."""
    if question.actor.role is not Role.LEAD:
        return refused("assignment.leads_only")
    case = question.overseen_case(command.case_id)
    if isinstance(case, Gone):
        return case
    found = question.snapshot.get(Case, command.case_id)
    if found is None or found.rev != command.base_rev:
        return Conflict("case", command.case_id, found.rev if found else 0)
    trouble = _assignees_trouble(question, case, command.officer_id, command.second_id)
    if trouble is not None:
        return trouble
    given = msgspec.structs.replace(
        case, officer_id=command.officer_id, second_id=command.second_id
    )
    return Applied((Change(given, found.rev),))


def _assignees_trouble(
    question: Question, case: Case, first: OfficerId | None, second: OfficerId | None
) -> Refused | None:
    if second is not None and first is None:
        return refused("assignment.second_without_first")
    if first is not None and first == second:
        return refused("assignment.same_officer_twice")
    for officer_id in (first, second):
        if officer_id is None:
            continue
        officer = question.snapshot.officer(officer_id)
        if officer is None or not officer.active or officer.team_id != case.team_id:
            return refused("assignment.not_of_the_team")
        if officer.role is not Role.OFFICER:
            return refused("assignment.not_an_officer", name=officer.name)
    return None
