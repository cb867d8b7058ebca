"""Decides about facts: always kept, flagged when something about them was not as it should be."""

import msgspec

from sync.domain.budget import Budget
from sync.domain.commands import RecordContact, RecordVisit
from sync.domain.facts_of_case import (
    agreement_on,
    door_of,
    known_at,
    officers_on,
    situation_of,
)
from sync.domain.outcome import Applied, Change, Gone, Outcome, refused
from sync.domain.question import Question
from sync.domain.records import (
    Appointment,
    Attachment,
    Case,
    Contact,
    Feedback,
    Hardship,
    Hold,
    Note,
    Reveal,
    Visit,
    Wish,
)
from sync.domain.situation import Act, Decision, Verdict
from sync.domain.vocabulary import (
    CALLED_OFF,
    HOLD_AFTER_VISIT,
    OPEN_APPOINTMENTS,
    SENSITIVE_CAUSES,
    AppointmentState,
    Channel,
    FactFlag,
    Present,
    VisitOutcome,
    Vulnerability,
)

ACT_OF = {
    Channel.PHONE: Act.CALL,
    Channel.SMS: Act.SMS,
    Channel.APP: Act.APP,
    Channel.LETTER: Act.LETTER,
}

type PlainFact = Contact | Hardship | Feedback | Attachment | Reveal | Visit | Budget | Wish | Note


def record_fact(question: Question, fact: PlainFact) -> Outcome:
    """Keep a fact about a case; one from outside the actor's cases is kept and flagged."""
    case = question.snapshot.case(fact.case_id)
    if case is None:
        return Gone("case", fact.case_id)
    if isinstance(fact, Hardship) and (trouble := _sensitive_without_consent(fact)):
        return refused("hardship.needs_consent", causes=trouble)
    if isinstance(fact, Budget) and not fact.consent:
        return refused("budget.needs_consent")
    if isinstance(fact, Note) and not fact.note.strip():
        return refused("note.needs_words")
    return Applied((Change(_flagged(question, case, fact), 0), *_marks(question, case, fact)))


def record_contact(question: Question, command: RecordContact) -> Outcome:
    """Keep a contact with the rules' answer to it; one too many is kept and marked."""
    contact = command.contact
    case = question.snapshot.case(contact.case_id)
    if case is None:
        return Gone("case", contact.case_id)
    known = known_at(situation_of(question.snapshot, case), contact.at)
    decision = question.policy.judge(ACT_OF[contact.channel], contact.at, known)
    if decision.verdict is Verdict.BLOCK:
        contact = _with_flag(contact, FactFlag.RULE_BREACH)
    return Applied((Change(_flagged(question, case, contact), 0),), decision)


def record_visit(question: Question, command: RecordVisit) -> Outcome:
    """Keep a visit with the rules' answer to it, and end the appointment it belongs to."""
    visit = command.visit
    case = question.snapshot.case(visit.case_id)
    if case is None:
        return Gone("case", visit.case_id)
    if visit.left_at < visit.arrived_at:
        return refused("visit.left_before_arrival")
    if visit.promise is not None and visit.promise.amount_fen <= 0:
        return refused("visit.promise_not_positive")
    decision = _judge_visit(question, case, visit)
    judged = msgspec.structs.replace(visit, decision=decision)
    if decision is not None and decision.verdict is Verdict.BLOCK:
        judged = _with_flag(judged, FactFlag.RULE_BREACH)
    changes = [Change(_flagged(question, case, judged), 0)]
    changes += _ended_appointment(question, visit)
    changes += _hold_after(question, command)
    return Applied(tuple(changes), decision)


def _judge_visit(question: Question, case: Case, visit: Visit) -> Decision | None:
    if visit.outcome in CALLED_OFF:
        return None
    found = (
        question.snapshot.get(Appointment, visit.appointment_id) if visit.appointment_id else None
    )
    present, recording = door_of(visit)
    known = situation_of(question.snapshot, case, but=visit.corrects)
    situation = msgspec.structs.replace(
        known_at(known, visit.arrived_at),
        agreement=agreement_on(found.record) if found else None,
        officers=officers_on(question.snapshot, visit.officers),
        present=present,
        recording=recording,
        identity_shown=visit.identity_shown,
    )
    return question.policy.judge(Act.VISIT_START, visit.arrived_at, situation)


def _ended_appointment(question: Question, visit: Visit) -> list[Change]:
    if visit.appointment_id is None or visit.corrects is not None:
        return []
    found = question.snapshot.get(Appointment, visit.appointment_id)
    if found is None or found.record.state not in OPEN_APPOINTMENTS:
        return []
    ended = msgspec.structs.replace(found.record, state=_state_after(visit))
    return [Change(ended, found.rev)]


def _state_after(visit: Visit) -> AppointmentState:
    if visit.outcome is VisitOutcome.CALLED_OFF_BY_CUSTOMER:
        return AppointmentState.WITHDRAWN
    if visit.outcome is VisitOutcome.CALLED_OFF_BY_US:
        return AppointmentState.MISSED_BY_US
    if Present.CUSTOMER in visit.present:
        return AppointmentState.KEPT
    return AppointmentState.MISSED_BY_CUSTOMER


def _hold_after(question: Question, command: RecordVisit) -> list[Change]:
    visit = command.visit
    kind = HOLD_AFTER_VISIT.get(visit.outcome)
    if kind is None:
        return []
    by = question.actor.officer_id
    hold = Hold(command.hold_id, visit.case_id, kind, by, visit.left_at)
    return [Change(hold, 0)]


def _sensitive_without_consent(fact: Hardship) -> str:
    if fact.consent_to_sensitive:
        return ""
    told = [str(c) for c in fact.causes if c in SENSITIVE_CAUSES]
    if Vulnerability.HEALTH in fact.vulnerabilities:
        told.append(str(Vulnerability.HEALTH))
    return ", ".join(told)


def _marks(question: Question, case: Case, fact: PlainFact) -> list[Change]:
    """Carry vulnerability told in a hardship note over to the case, so that every rule sees it."""
    if not isinstance(fact, Hardship) or not question.works_on(case):
        return []
    merged = tuple(dict.fromkeys((*case.customer.vulnerabilities, *fact.vulnerabilities)))
    if merged == case.customer.vulnerabilities:
        return []
    found = question.snapshot.get(Case, case.id)
    customer = msgspec.structs.replace(case.customer, vulnerabilities=merged)
    marked = msgspec.structs.replace(case, customer=customer)
    return [Change(marked, found.rev if found else 0)]


def _flagged[F: PlainFact](question: Question, case: Case, fact: F) -> F:
    inside = question.works_on(case) or question.oversees(case)
    return fact if inside else _with_flag(fact, FactFlag.OUT_OF_SCOPE)


def _with_flag[F: PlainFact](fact: F, flag: FactFlag) -> F:
    if flag in fact.flags:
        return fact
    return msgspec.structs.replace(fact, flags=(*fact.flags, flag))
