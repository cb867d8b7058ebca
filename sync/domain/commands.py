"""What a person can do. Each command is one signed, numbered step of one device.

Facts (`Record…`, `RevealField`, `PlaceHold`) are always accepted when well-formed; the other
commands change shared records and name the revision they were decided upon (`base_rev`).
"""

from datetime import date, datetime
from typing import Any, Union

import msgspec

from sync.domain.budget import Budget
from sync.domain.day_routes import DayRoute, DayRules
from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.plan_terms import PlanTerms
from sync.domain.records import (
    AgreementEvidence,
    Attachment,
    Contact,
    Feedback,
    Hardship,
    Note,
    PlanAgreement,
    Referral,
    Reveal,
    Visit,
    Wish,
)
from sync.domain.vocabulary import (
    AppointmentState,
    Datum,
    ExportFile,
    ExportReason,
    HoldKind,
    Place,
    PlanState,
    ReferralOutcome,
)


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
    """The customer praised, complained or suggested.

    A complaint lays the hold `hold_id` and opens the complaint `complaint_id`.
    """

    feedback: Feedback
    hold_id: RecordId
    complaint_id: RecordId


class RecordBudget(msgspec.Struct, frozen=True, tag="record_budget", tag_field="do"):
    """The customer told what a month brings and costs."""

    budget: Budget


class RecordWish(msgspec.Struct, frozen=True, tag="record_wish", tag_field="do"):
    """The customer asked for times, places, channels or a language."""

    wish: Wish


class RecordNote(msgspec.Struct, frozen=True, tag="record_note", tag_field="do"):
    """The words of an act that the server said no to are kept beside the case."""

    note: Note


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
    until: date | None = None


class LiftHold(msgspec.Struct, frozen=True, tag="lift_hold", tag_field="do"):
    """Lift a hold, with a reason; leads and compliance officers only."""

    hold_id: RecordId
    case_id: CaseId
    base_rev: int
    reason: str
    at: datetime
    asked_by_customer: bool = False


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


class ProposePlan(msgspec.Struct, frozen=True, tag="propose_plan", tag_field="do"):
    """Ask the lead to approve a plan that follows from these terms and that budget."""

    plan_id: RecordId
    case_id: CaseId
    base_rev: int
    terms: PlanTerms
    budget_id: RecordId
    words: str
    at: datetime


class DecidePlan(msgspec.Struct, frozen=True, tag="decide_plan", tag_field="do"):
    """Approve a plan or decline it; leads only, never one's own proposal."""

    plan_id: RecordId
    case_id: CaseId
    base_rev: int
    approve: bool
    reason: str
    at: datetime


class AgreePlan(msgspec.Struct, frozen=True, tag="agree_plan", tag_field="do"):
    """The customer agreed to an approved plan: collecting stops while it is kept."""

    plan_id: RecordId
    case_id: CaseId
    base_rev: int
    agreement: PlanAgreement


class EndPlan(msgspec.Struct, frozen=True, tag="end_plan", tag_field="do"):
    """End a plan: kept to its end, broken, or ended otherwise (also before it was agreed)."""

    plan_id: RecordId
    case_id: CaseId
    base_rev: int
    state: PlanState
    reason: str
    at: datetime


class AnswerComplaint(msgspec.Struct, frozen=True, tag="answer_complaint", tag_field="do"):
    """Answer a complaint; leads and compliance officers only."""

    complaint_id: RecordId
    case_id: CaseId
    base_rev: int
    answer: str
    at: datetime


class CloseComplaint(msgspec.Struct, frozen=True, tag="close_complaint", tag_field="do"):
    """Close an answered complaint with the customer's word; one not content goes to compliance."""

    complaint_id: RecordId
    case_id: CaseId
    base_rev: int
    content: bool
    words: str
    at: datetime


class EscalateComplaint(msgspec.Struct, frozen=True, tag="escalate_complaint", tag_field="do"):
    """Hand a complaint to compliance."""

    complaint_id: RecordId
    case_id: CaseId
    base_rev: int
    reason: str
    at: datetime


class ReferCustomer(msgspec.Struct, frozen=True, tag="refer_customer", tag_field="do"):
    """The customer was told who else can help."""

    referral: Referral


class CloseReferral(msgspec.Struct, frozen=True, tag="close_referral", tag_field="do"):
    """Tell what became of a referral."""

    referral_id: RecordId
    case_id: CaseId
    base_rev: int
    outcome: ReferralOutcome
    words: str
    at: datetime


class TakeQuiz(msgspec.Struct, frozen=True, tag="take_quiz", tag_field="do"):
    """An officer answered a module's questions."""

    training_id: RecordId
    officer_id: OfficerId
    module: str
    version: str
    answers: tuple[int, ...]
    at: datetime


class AssignCase(msgspec.Struct, frozen=True, tag="assign_case", tag_field="do"):
    """Give a case to an officer and a second officer, or to nobody; leads only."""

    case_id: CaseId
    base_rev: int
    officer_id: OfficerId | None
    second_id: OfficerId | None


class CorrectPin(msgspec.Struct, frozen=True, tag="correct_pin", tag_field="do"):
    """Set a customer's pin elsewhere, with the reason; another correction undoes it.

    Degrees times 10 000 000 in WGS-84; `datum` is the system the place was given in. The signed
    words name the old place as well as the new one.
    """

    case_id: CaseId
    base_rev: int
    lat_e7: int
    lon_e7: int
    datum: Datum
    before_lat_e7: int | None
    before_lon_e7: int | None
    reason: str
    at: datetime


class PublishRoutes(msgspec.Struct, frozen=True, tag="publish_routes", tag_field="do"):
    """Make a checked day plan the one everybody drives by, all routes or none; leads only."""

    day: date
    routes: tuple[DayRoute, ...]
    travel_source: str
    rules: DayRules = DayRules()


class TakeOut(msgspec.Struct, frozen=True, tag="take_out", tag_field="do"):
    """Take a file out of the laptop: said before there is one. Always kept, for it happened."""

    export_id: RecordId
    officer_id: OfficerId
    file: ExportFile
    reason: ExportReason
    words: str
    cases: int
    locked: bool
    at: datetime


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

FACTS = (
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

COMMANDS: tuple[type[Any], ...] = (
    *FACTS,
    PlaceHold,
    LiftHold,
    ProposeAppointment,
    ConfirmAppointment,
    CloseAppointment,
    AssignCase,
    CorrectPin,
    PublishRoutes,
    ProposePlan,
    DecidePlan,
    AgreePlan,
    EndPlan,
    AnswerComplaint,
    CloseComplaint,
    EscalateComplaint,
    ReferCustomer,
    CloseReferral,
    TakeQuiz,
    TakeOut,
)

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder: msgspec.json.Decoder[Command] = msgspec.json.Decoder(
    Union[COMMANDS]  # noqa: UP007  # made from the tuple, so that each is named once
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
