"""The one place where a command becomes changes: asked by the laptop before, by the server again.

Pure: state comes as a `Snapshot`, rules as a `Policy`, the instant as an argument.
"""

from collections.abc import Callable
from typing import Any

from sync.domain import commands
from sync.domain.appointing import close_appointment, confirm_appointment, propose_appointment
from sync.domain.commands import Command, fact_record
from sync.domain.exporting import take_out
from sync.domain.leading import assign_case, lift_hold, place_hold
from sync.domain.learning import take_quiz
from sync.domain.listening import (
    answer_complaint,
    close_complaint,
    close_referral,
    escalate_complaint,
    record_feedback,
    record_wish,
    refer_customer,
)
from sync.domain.outcome import Outcome
from sync.domain.pinning import correct_pin
from sync.domain.question import Question
from sync.domain.recording import record_contact, record_fact, record_visit
from sync.domain.relief import agree_plan, decide_plan, end_plan, propose_plan
from sync.domain.routing import publish_routes

# Commands that are not here are plain facts: kept as they are.
DECIDERS: dict[type[Any], Callable[[Question, Any], Outcome]] = {
    commands.RecordContact: record_contact,
    commands.RecordVisit: record_visit,
    commands.RecordFeedback: record_feedback,
    commands.RecordWish: record_wish,
    commands.PlaceHold: place_hold,
    commands.LiftHold: lift_hold,
    commands.ProposeAppointment: propose_appointment,
    commands.ConfirmAppointment: confirm_appointment,
    commands.CloseAppointment: close_appointment,
    commands.AssignCase: assign_case,
    commands.CorrectPin: correct_pin,
    commands.PublishRoutes: publish_routes,
    commands.ProposePlan: propose_plan,
    commands.DecidePlan: decide_plan,
    commands.AgreePlan: agree_plan,
    commands.EndPlan: end_plan,
    commands.AnswerComplaint: answer_complaint,
    commands.CloseComplaint: close_complaint,
    commands.EscalateComplaint: escalate_complaint,
    commands.ReferCustomer: refer_customer,
    commands.CloseReferral: close_referral,
    commands.TakeQuiz: take_quiz,
    commands.TakeOut: take_out,
}


def decide(question: Question, command: Command) -> Outcome:
    """Return what follows from the command; never raises for anything a person can do."""
    decider = DECIDERS.get(type(command))
    if decider is not None:
        return decider(question, command)
    return record_fact(question, fact_record(command))  # type: ignore[arg-type]  # a fact: see above
