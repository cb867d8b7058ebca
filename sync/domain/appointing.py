"""Decides about appointments: proposing, agreeing and ending them."""

from datetime import datetime

import msgspec

from sync.domain.commands import CloseAppointment, ConfirmAppointment, ProposeAppointment
from sync.domain.facts_of_case import (
    agreement_of,
    hoped_for,
    officers_on,
    planned_elsewhere,
    situation_of,
)
from sync.domain.outcome import (
    Applied,
    Change,
    Conflict,
    Gone,
    Outcome,
    Reason,
    Refused,
    refused,
)
from sync.domain.question import Question
from sync.domain.records import Appointment, Case, Versioned
from sync.domain.situation import Act, Agreement, Decision, Situation, Verdict
from sync.domain.vocabulary import OPEN_APPOINTMENTS, AppointmentState

LONGEST_WINDOW_S = 12 * 3600
CLOSING_STATES = frozenset(AppointmentState) - OPEN_APPOINTMENTS - {AppointmentState.KEPT}


def propose_appointment(question: Question, command: ProposeAppointment) -> Outcome:
    """Set down a window to ask about, when the window itself is lawful."""
    ground = _ground(question, command)
    if not isinstance(ground, Case):
        return ground
    hoped = hoped_for(command.start, command.end, command.place)
    decision = judge_window(question, ground, command, hoped)
    if decision.verdict is Verdict.BLOCK:
        return refused_by_rules(decision)
    return Applied((Change(_appointment(command, decision), command.base_rev),), decision)


def confirm_appointment(question: Question, command: ConfirmAppointment) -> Outcome:
    """Agree a window: only with the customer's word and inside every rule."""
    ground = _ground(question, command)
    if not isinstance(ground, Case):
        return ground
    if command.agreement.agreed_at > command.start:
        return refused("appointment.agreed_after_start")
    agreed = agreement_of(command.start, command.end, command.place, command.agreement)
    decision = judge_window(question, ground, command, agreed)
    if decision.verdict is Verdict.BLOCK:
        return refused_by_rules(decision)
    return Applied((Change(_appointment(command, decision), command.base_rev),), decision)


def close_appointment(question: Question, command: CloseAppointment) -> Outcome:
    """End an open appointment without a visit."""
    case = question.own_case(command.case_id)
    if isinstance(case, Gone):
        return case
    if command.state not in CLOSING_STATES:
        return refused("appointment.not_a_closing_state", state=str(command.state))
    found = question.snapshot.get(Appointment, command.appointment_id)
    if found is None or found.record.case_id != command.case_id:
        return Gone("appointment", command.appointment_id)
    if found.rev != command.base_rev:
        return Conflict("appointment", command.appointment_id, found.rev)
    if found.record.state not in OPEN_APPOINTMENTS:
        return refused("appointment.already_ended", state=str(found.record.state))
    ended = msgspec.structs.replace(found.record, state=command.state, closing_words=command.words)
    return Applied((Change(ended, found.rev),))


def judge_window(
    question: Question,
    case: Case,
    command: ProposeAppointment | ConfirmAppointment,
    agreement: Agreement,
) -> Decision:
    """Return the rules' answer to a window, other agreed windows of the case counted as visits."""
    situation = window_situation(question, case, command, agreement)
    return question.policy.judge(Act.VISIT_PLAN, question.at, situation)


def window_situation(
    question: Question,
    case: Case,
    command: ProposeAppointment | ConfirmAppointment,
    agreement: Agreement,
) -> Situation:
    """Return the situation in which a window is judged."""
    known = situation_of(question.snapshot, case)
    others = planned_elsewhere(question.snapshot, case.id, command.appointment_id)
    return msgspec.structs.replace(
        known,
        agreement=agreement,
        officers=officers_on(question.snapshot, command.officers) if command.officers else None,
        visits=known.visits + others,
    )


def refused_by_rules(decision: Decision) -> Refused:
    """Return the refusal of a blocking decision, one reason a rule."""
    reasons = tuple(
        Reason("policy.blocked", {"rule": f.rule, **f.params})
        for f in decision.findings
        if f.rule in decision.blocks
    )
    return Refused(reasons, decision)


def _ground(
    question: Question, command: ProposeAppointment | ConfirmAppointment
) -> Case | Gone | Conflict | Refused:
    case = question.own_case(command.case_id)
    if isinstance(case, Gone):
        return case
    return _span_trouble(command.start, command.end) or _revision_trouble(question, command) or case


def _span_trouble(start: datetime, end: datetime) -> Refused | None:
    seconds = (end - start).total_seconds()
    if seconds <= 0:
        return refused("appointment.ends_before_start")
    if seconds > LONGEST_WINDOW_S:
        return refused("appointment.window_too_long", hours=LONGEST_WINDOW_S // 3600)
    return None


def _revision_trouble(
    question: Question, command: ProposeAppointment | ConfirmAppointment
) -> Gone | Conflict | Refused | None:
    found: Versioned[Appointment] | None = question.snapshot.get(
        Appointment, command.appointment_id
    )
    if found is None:
        return Gone("appointment", command.appointment_id) if command.base_rev else None
    if found.record.case_id != command.case_id:
        return Gone("appointment", command.appointment_id)
    if found.rev != command.base_rev:
        return Conflict("appointment", command.appointment_id, found.rev)
    if found.record.state not in OPEN_APPOINTMENTS:
        return refused("appointment.already_ended", state=str(found.record.state))
    return None


def _appointment(
    command: ProposeAppointment | ConfirmAppointment, decision: Decision
) -> Appointment:
    agreed = isinstance(command, ConfirmAppointment)
    return Appointment(
        id=command.appointment_id,
        case_id=command.case_id,
        state=AppointmentState.AGREED if agreed else AppointmentState.PROPOSED,
        start=command.start,
        end=command.end,
        place=command.place,
        officers=command.officers,
        agreement=command.agreement if isinstance(command, ConfirmAppointment) else None,
        decision=decision,
    )
