"""The one place where a command becomes changes: asked by the laptop before, by the server again.

Pure: state comes as a `Snapshot`, rules as a `Policy`, the instant as an argument.
"""

from sync.domain.appointing import close_appointment, confirm_appointment, propose_appointment
from sync.domain.commands import (
    AssignCase,
    CloseAppointment,
    Command,
    ConfirmAppointment,
    LiftHold,
    PlaceHold,
    ProposeAppointment,
    PublishRoute,
    RecordFeedback,
    RecordVisit,
    fact_record,
)
from sync.domain.leading import assign_case, lift_hold, place_hold, publish_route
from sync.domain.outcome import Outcome
from sync.domain.question import Question
from sync.domain.recording import record_fact, record_feedback, record_visit


def decide(question: Question, command: Command) -> Outcome:
    """Return what follows from the command; never raises for anything a person can do."""
    match command:
        case ProposeAppointment():
            return propose_appointment(question, command)
        case ConfirmAppointment():
            return confirm_appointment(question, command)
        case CloseAppointment():
            return close_appointment(question, command)
        case RecordVisit():
            return record_visit(question, command)
        case RecordFeedback():
            return record_feedback(question, command)
        case PlaceHold():
            return place_hold(question, command)
        case LiftHold():
            return lift_hold(question, command)
        case AssignCase():
            return assign_case(question, command)
        case PublishRoute():
            return publish_route(question, command)
        case _:
            return record_fact(question, fact_record(command))
