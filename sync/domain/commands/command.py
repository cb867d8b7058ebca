"""All commands together: how they are told apart, encoded, and what each is about."""

from typing import Any, get_args

import msgspec

from sync.domain.budget import Budget
from sync.domain.commands.facts import (
    RecordAttachment,
    RecordBudget,
    RecordContact,
    RecordFeedback,
    RecordHardship,
    RecordNote,
    RecordVisit,
    RecordWish,
    RevealField,
)
from sync.domain.commands.hearing import (
    AnswerComplaint,
    CloseComplaint,
    CloseReferral,
    EscalateComplaint,
    LiftHold,
    PlaceHold,
    ReferCustomer,
)
from sync.domain.commands.payments import AgreePlan, DecidePlan, EndPlan, ProposePlan
from sync.domain.commands.people import AssignCase, CorrectPin, PublishRoutes, TakeQuiz
from sync.domain.commands.traces import TakeOut
from sync.domain.commands.visits import CloseAppointment, ConfirmAppointment, ProposeAppointment
from sync.domain.records import (
    Attachment,
    Contact,
    Feedback,
    Hardship,
    Note,
    Reveal,
    Visit,
    Wish,
)

type Fact = (
    RecordContact
    | RecordVisit
    | RecordHardship
    | RecordFeedback
    | RecordAttachment
    | RevealField
    | RecordBudget
    | RecordWish
    | RecordNote
)
type Command = (
    Fact
    | PlaceHold
    | LiftHold
    | ProposeAppointment
    | ConfirmAppointment
    | CloseAppointment
    | AssignCase
    | CorrectPin
    | PublishRoutes
    | ProposePlan
    | DecidePlan
    | AgreePlan
    | EndPlan
    | AnswerComplaint
    | CloseComplaint
    | EscalateComplaint
    | ReferCustomer
    | CloseReferral
    | TakeQuiz
    | TakeOut
)

FACTS = (  # what mypy tells facts by
    RecordContact,
    RecordVisit,
    RecordHardship,
    RecordFeedback,
    RecordAttachment,
    RevealField,
    RecordBudget,
    RecordWish,
    RecordNote,
)
COMMANDS: tuple[type[Any], ...] = (*FACTS, *get_args(Command.__value__)[1:])  # the first is `Fact`

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)


def encode_command(command: Command) -> bytes:
    """Return the JSON that is signed, sent and kept."""
    return _encoder.encode(command)


def decode_command(body: bytes) -> Command:
    """Return the command of these bytes; raises msgspec.ValidationError when malformed."""
    return _decoder.decode(body)


def name_of(command: Command) -> str:
    """Return the command's tag, for logs and the list of unsent work."""
    return str(type(command).__struct_config__.tag)


# What carries the fact of a command.
FACT_FIELDS: dict[type[Any], str] = {
    RecordContact: "contact",
    RecordVisit: "visit",
    RecordHardship: "hardship",
    RecordFeedback: "feedback",
    RecordAttachment: "attachment",
    RevealField: "reveal",
    RecordBudget: "budget",
    RecordWish: "wish",
    RecordNote: "note",
}


def fact_record(
    command: Fact,
) -> Contact | Visit | Hardship | Feedback | Attachment | Reveal | Budget | Wish | Note:
    """Return the one fact a fact-command carries."""
    return getattr(command, FACT_FIELDS[type(command)])  # type: ignore[no-any-return]  # see there


# The shared record a command changes: its kind, and the command's field that names it.
SUBJECTS: dict[type[Any], tuple[str, str]] = {
    LiftHold: ("hold", "hold_id"),
    ProposeAppointment: ("appointment", "appointment_id"),
    ConfirmAppointment: ("appointment", "appointment_id"),
    CloseAppointment: ("appointment", "appointment_id"),
    AssignCase: ("case", "case_id"),
    CorrectPin: ("case", "case_id"),
    ProposePlan: ("plan", "plan_id"),
    DecidePlan: ("plan", "plan_id"),
    AgreePlan: ("plan", "plan_id"),
    EndPlan: ("plan", "plan_id"),
    AnswerComplaint: ("complaint", "complaint_id"),
    CloseComplaint: ("complaint", "complaint_id"),
    EscalateComplaint: ("complaint", "complaint_id"),
    CloseReferral: ("referral", "referral_id"),
}


def subject_of(command: Command) -> tuple[str, str] | None:
    """Return (kind, id) of the shared record a command names with a revision; None for others."""
    found = SUBJECTS.get(type(command))
    return (found[0], str(getattr(command, found[1]))) if found else None
