"""What a person can do: each command is one signed, numbered step of one device.

Facts (`facts`, `PlaceHold`) are always accepted when well-formed; the others change shared records
and name the revision they were decided upon (`base_rev`). They know no rule, database or window.
Read first: `visits`, then `command`.
"""

from sync.domain.commands.command import (
    COMMANDS,
    FACTS,
    Command,
    Fact,
    decode_command,
    encode_command,
    fact_record,
    name_of,
    subject_of,
)
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

__all__ = [
    "COMMANDS",
    "FACTS",
    "AgreePlan",
    "AnswerComplaint",
    "AssignCase",
    "CloseAppointment",
    "CloseComplaint",
    "CloseReferral",
    "Command",
    "ConfirmAppointment",
    "CorrectPin",
    "DecidePlan",
    "EndPlan",
    "EscalateComplaint",
    "Fact",
    "LiftHold",
    "PlaceHold",
    "ProposeAppointment",
    "ProposePlan",
    "PublishRoutes",
    "RecordAttachment",
    "RecordBudget",
    "RecordContact",
    "RecordFeedback",
    "RecordHardship",
    "RecordNote",
    "RecordVisit",
    "RecordWish",
    "ReferCustomer",
    "RevealField",
    "TakeOut",
    "TakeQuiz",
    "decode_command",
    "encode_command",
    "fact_record",
    "name_of",
    "subject_of",
]
