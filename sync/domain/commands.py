"""What a person can do. Each command is one signed, numbered step of one device.

Facts (`Record…`, `RevealField`, `PlaceHold`) are always accepted when well-formed; the other
commands change shared records and name the revision they were decided upon (`base_rev`).
"""

from datetime import date, datetime
from typing import Any

import msgspec

from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.records import (
    AgreementEvidence,
    Attachment,
    Contact,
    Feedback,
    Hardship,
    Reveal,
    Stop,
    Visit,
)
from sync.domain.vocabulary import AppointmentState, HoldKind, Place


class RecordContact(msgspec.Struct, frozen=True, tag="record_contact", tag_field="do"):
    """A call, letter or message was made."""

    contact: Contact


class RecordVisit(msgspec.Struct, frozen=True, tag="record_visit", tag_field="do"):
    """A visit happened. `hold_id` names the hold that some outcomes lay by themselves."""

    visit: Visit
    hold_id: RecordId


class RecordHardship(msgspec.Struct, frozen=True, tag="record_hardship", tag_field="do"):
    """The customer told of hardship."""

    hardship: Hardship


class RecordFeedback(msgspec.Struct, frozen=True, tag="record_feedback", tag_field="do"):
    """The customer praised, complained or suggested; a complaint lays the hold `hold_id`."""

    feedback: Feedback
    hold_id: RecordId


class RecordAttachment(msgspec.Struct, frozen=True, tag="record_attachment", tag_field="do"):
    """A file was attached; its bytes follow on their own way."""

    attachment: Attachment


class RevealField(msgspec.Struct, frozen=True, tag="reveal_field", tag_field="do"):
    """Masked personal data was shown to somebody."""

    reveal: Reveal


class PlaceHold(msgspec.Struct, frozen=True, tag="place_hold", tag_field="do"):
    """Lay a hold; anybody who knows the case may, for a hold only makes things gentler."""

    hold_id: RecordId
    case_id: CaseId
    hold: HoldKind
    reason: str
    at: datetime


class LiftHold(msgspec.Struct, frozen=True, tag="lift_hold", tag_field="do"):
    """Lift a hold, with a reason; leads and compliance officers only."""

    hold_id: RecordId
    case_id: CaseId
    base_rev: int
    reason: str
    at: datetime


class ProposeAppointment(msgspec.Struct, frozen=True, tag="propose_appointment", tag_field="do"):
    """Set down a window to ask the customer about."""

    appointment_id: RecordId
    case_id: CaseId
    base_rev: int
    start: datetime
    end: datetime
    place: Place
    officers: tuple[OfficerId, ...]


class ConfirmAppointment(msgspec.Struct, frozen=True, tag="confirm_appointment", tag_field="do"):
    """The customer agreed to a window (a new one, a proposed one, or instead of an agreed one)."""

    appointment_id: RecordId
    case_id: CaseId
    base_rev: int
    start: datetime
    end: datetime
    place: Place
    officers: tuple[OfficerId, ...]
    agreement: AgreementEvidence


class CloseAppointment(msgspec.Struct, frozen=True, tag="close_appointment", tag_field="do"):
    """End an open appointment that led to no visit: declined, withdrawn or missed."""

    appointment_id: RecordId
    case_id: CaseId
    base_rev: int
    state: AppointmentState
    words: str
    at: datetime


class AssignCase(msgspec.Struct, frozen=True, tag="assign_case", tag_field="do"):
    """Give a case to an officer and a second officer, or to nobody; leads only."""

    case_id: CaseId
    base_rev: int
    officer_id: OfficerId | None
    second_id: OfficerId | None


class PublishRoute(msgspec.Struct, frozen=True, tag="publish_route", tag_field="do"):
    """Make a checked day plan the one the officer drives by; leads only."""

    route_id: RecordId
    base_rev: int
    officer_id: OfficerId
    day: date
    stops: tuple[Stop, ...]
    travel_source: str
    at: datetime


type Fact = (
    RecordContact | RecordVisit | RecordHardship | RecordFeedback | RecordAttachment | RevealField
)
type Command = (
    Fact
    | PlaceHold
    | LiftHold
    | ProposeAppointment
    | ConfirmAppointment
    | CloseAppointment
    | AssignCase
    | PublishRoute
)

FACTS = (
    RecordContact,
    RecordVisit,
    RecordHardship,
    RecordFeedback,
    RecordAttachment,
    RevealField,
)

COMMANDS: tuple[type[Any], ...] = (
    *FACTS,
    PlaceHold,
    LiftHold,
    ProposeAppointment,
    ConfirmAppointment,
    CloseAppointment,
    AssignCase,
    PublishRoute,
)

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder: msgspec.json.Decoder[Command] = msgspec.json.Decoder(
    RecordContact
    | RecordVisit
    | RecordHardship
    | RecordFeedback
    | RecordAttachment
    | RevealField
    | PlaceHold
    | LiftHold
    | ProposeAppointment
    | ConfirmAppointment
    | CloseAppointment
    | AssignCase
    | PublishRoute
)


def encode_command(command: Command) -> bytes:
    """Return the JSON that is signed, sent and kept."""
    return _encoder.encode(command)


def decode_command(body: bytes) -> Command:
    """Return the command of these bytes; raises msgspec.ValidationError when malformed."""
    return _decoder.decode(body)


def name_of(command: Command) -> str:
    """Return the command's tag, for logs and the list of unsent work."""
    return str(type(command).__struct_config__.tag)


def fact_record(
    command: Fact,
) -> Contact | Visit | Hardship | Feedback | Attachment | Reveal:
    """Return the one fact a fact-command carries."""
    match command:
        case RecordContact(contact):
            return contact
        case RecordVisit(visit):
            return visit
        case RecordHardship(hardship):
            return hardship
        case RecordFeedback(feedback):
            return feedback
        case RecordAttachment(attachment):
            return attachment
        case RevealField(reveal):
            return reveal
