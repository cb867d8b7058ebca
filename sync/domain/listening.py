"""Decides about the customer's voice: feedback, complaints and their answers, wishes, referrals."""

import msgspec

from sync.domain.commands import (
    AnswerComplaint,
    CloseComplaint,
    CloseReferral,
    EscalateComplaint,
    RecordFeedback,
    RecordWish,
    ReferCustomer,
)
from sync.domain.outcome import Applied, Change, Conflict, Gone, Outcome, Refused, refused
from sync.domain.question import Question
from sync.domain.recording import record_fact
from sync.domain.records import Case, Complaint, Feedback, Hold, Referral, Versioned
from sync.domain.vocabulary import ComplaintState, FeedbackKind, HoldKind, ReferralOutcome

type AboutComplaint = AnswerComplaint | CloseComplaint | EscalateComplaint


def record_feedback(question: Question, command: RecordFeedback) -> Outcome:
    """Keep the customer's words; a complaint rests the case and asks for an answer in time."""
    feedback = command.feedback
    kept = record_fact(question, feedback)
    if not isinstance(kept, Applied) or feedback.feedback is not FeedbackKind.COMPLAINT:
        return kept
    hold = Hold(
        command.hold_id,
        feedback.case_id,
        HoldKind.COMPLAINT,
        feedback.by,
        feedback.at,
    )
    return Applied((*kept.changes, Change(hold, 0), Change(_complaint(question, command), 0)))


def _complaint(question: Question, command: RecordFeedback) -> Complaint:
    feedback: Feedback = command.feedback
    case = question.snapshot.case(feedback.case_id)
    zone = case.address.zone if case else "UTC"
    return Complaint(
        id=command.complaint_id,
        case_id=feedback.case_id,
        feedback_id=feedback.id,
        hold_id=command.hold_id,
        topic=feedback.topic,
        received_at=feedback.at,
        due=question.policy.complaint_due(feedback.at, zone),
    )


def answer_complaint(question: Question, command: AnswerComplaint) -> Outcome:
    """Answer an open complaint; the customer's word on the answer is still to come."""
    found = _complaint_of(question, command)
    if not isinstance(found, Versioned):
        return found
    if found.record.state is not ComplaintState.OPEN:
        return refused("complaint.not_open", state=str(found.record.state))
    if not command.answer.strip():
        return refused("complaint.needs_answer")
    answered = msgspec.structs.replace(
        found.record,
        state=ComplaintState.ANSWERED,
        answer=command.answer.strip(),
        answered_by=question.actor.officer_id,
        answered_at=command.at,
    )
    return Applied((Change(answered, found.rev),))


def close_complaint(question: Question, command: CloseComplaint) -> Outcome:
    """Close an answered complaint with the customer's word and end its rest.

    A customer who is not content is heard again: the complaint is open once more, at compliance.
    """
    found = _complaint_of(question, command)
    if not isinstance(found, Versioned):
        return found
    if found.record.state is not ComplaintState.ANSWERED:
        return refused("complaint.not_answered", state=str(found.record.state))
    if not command.words.strip():
        return refused("complaint.needs_customer_words")
    told = msgspec.structs.replace(
        found.record, content=command.content, customer_words=command.words.strip()
    )
    if not command.content:
        again = msgspec.structs.replace(
            told,
            state=ComplaintState.OPEN,
            escalated_at=command.at,
            escalation_reason=command.words.strip(),
        )
        return Applied((Change(again, found.rev),))
    closed = msgspec.structs.replace(
        told,
        state=ComplaintState.CLOSED,
        closed_by=question.actor.officer_id,
        closed_at=command.at,
    )
    return Applied((Change(closed, found.rev), *_rest_ended(question, command, closed)))


def _rest_ended(question: Question, command: CloseComplaint, closed: Complaint) -> list[Change]:
    stands = question.snapshot.get(Hold, closed.hold_id)
    if stands is None or not stands.record.active:
        return []
    lifted = msgspec.structs.replace(
        stands.record,
        lifted_by=question.actor.officer_id,
        lifted_at=command.at,
        lift_reason=closed.customer_words,
    )
    return [Change(lifted, stands.rev)]


def escalate_complaint(question: Question, command: EscalateComplaint) -> Outcome:
    """Hand a complaint that is not closed to compliance."""
    found = _complaint_of(question, command)
    if not isinstance(found, Versioned):
        return found
    if found.record.state is ComplaintState.CLOSED:
        return refused("complaint.already_closed")
    if found.record.escalated_at is not None:
        return refused("complaint.already_escalated")
    if not command.reason.strip():
        return refused("complaint.needs_reason")
    handed = msgspec.structs.replace(
        found.record, escalated_at=command.at, escalation_reason=command.reason.strip()
    )
    return Applied((Change(handed, found.rev),))


def _complaint_of(
    question: Question, command: AboutComplaint
) -> Versioned[Complaint] | Gone | Conflict | Refused:
    case = question.overseen_case(command.case_id)
    if isinstance(case, Gone):
        return case
    found = question.snapshot.get(Complaint, command.complaint_id)
    if found is None or found.record.case_id != command.case_id:
        return Gone("complaint", command.complaint_id)
    if found.rev != command.base_rev:
        return Conflict("complaint", command.complaint_id, found.rev)
    return found


def record_wish(question: Question, command: RecordWish) -> Outcome:
    """Keep what the customer asked for; from now on it binds like a rule."""
    wish = command.wish
    kept = record_fact(question, wish)
    found = question.snapshot.get(Case, wish.case_id)
    if not isinstance(kept, Applied) or found is None:
        return kept
    if not (question.works_on(found.record) or question.oversees(found.record)):
        return kept
    changed = msgspec.structs.replace(found.record, wishes=wish.wishes)
    return Applied((*kept.changes, Change(changed, found.rev)))


def refer_customer(question: Question, command: ReferCustomer) -> Outcome:
    """Keep that the customer was told who else can help."""
    referral = command.referral
    case = question.snapshot.case(referral.case_id)
    if case is None or not (question.works_on(case) or question.oversees(case)):
        return Gone("case", referral.case_id)
    if referral.outcome is not ReferralOutcome.PENDING:
        return refused("referral.outcome_comes_later")
    if not referral.organisation.strip():
        return refused("referral.needs_organisation")
    told = msgspec.structs.replace(referral, by=question.actor.officer_id)
    return Applied((Change(told, 0),))


def close_referral(question: Question, command: CloseReferral) -> Outcome:
    """Tell what became of a referral."""
    case = question.snapshot.case(command.case_id)
    found = question.snapshot.get(Referral, command.referral_id)
    if case is None or not (question.works_on(case) or question.oversees(case)):
        return Gone("case", command.case_id)
    if found is None or found.record.case_id != command.case_id:
        return Gone("referral", command.referral_id)
    if found.rev != command.base_rev:
        return Conflict("referral", command.referral_id, found.rev)
    if command.outcome is ReferralOutcome.PENDING:
        return refused("referral.needs_outcome")
    told = msgspec.structs.replace(
        found.record, outcome=command.outcome, outcome_at=command.at, words=command.words.strip()
    )
    return Applied((Change(told, found.rev),))
