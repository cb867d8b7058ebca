"""What passes between officer and customer: contacts, appointments agreed, visits and promises."""

from datetime import date, datetime

import msgspec

from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.situation import Decision
from sync.domain.time import Between
from sync.domain.vocabulary import (
    AgreedBy,
    AppointmentState,
    Channel,
    ContactResult,
    FactFlag,
    Place,
    Present,
    VisitOutcome,
)


class Contact(msgspec.Struct, frozen=True, tag="contact", tag_field="kind", gc=False):
    """One contact of any stage, imported or recorded; a fact."""

    id: RecordId
    case_id: CaseId
    channel: Channel
    at: datetime
    result: ContactResult
    by: OfficerId | None = None
    note: str = ""
    imported: bool = False
    flags: tuple[FactFlag, ...] = ()
    between: Between | None = None


class ContactOutline(msgspec.Struct, frozen=True, gc=False):
    """What a contact tells of its case's stage, read from the same JSON without its note."""

    channel: Channel
    at: datetime
    result: ContactResult


class AgreementEvidence(msgspec.Struct, frozen=True):
    """Who agreed to an appointment, when, by which channel and in whose words."""

    agreed_at: datetime
    by: AgreedBy
    channel: Channel
    words: str = ""
    requested_by_customer: bool = False
    written: bool = False


class Appointment(msgspec.Struct, frozen=True, tag="appointment", tag_field="kind"):
    """A window proposed to, or agreed with, the customer; a shared record."""

    id: RecordId
    case_id: CaseId
    state: AppointmentState
    start: datetime
    end: datetime
    place: Place
    officers: tuple[OfficerId, ...]
    agreement: AgreementEvidence | None = None
    decision: Decision | None = None
    closing_words: str = ""


class Promise(msgspec.Struct, frozen=True):
    """What the customer promised to pay, and by when."""

    day: date
    amount_fen: int


class Visit(msgspec.Struct, frozen=True, tag="visit", tag_field="kind"):
    """What happened at the door; a fact, corrected only by a later one naming it in `corrects`."""

    id: RecordId
    case_id: CaseId
    appointment_id: RecordId | None
    officers: tuple[OfficerId, ...]
    arrived_at: datetime
    left_at: datetime
    present: tuple[Present, ...]
    identity_shown: bool
    recording_on: bool
    recording_notice: bool
    outcome: VisitOutcome
    promise: Promise | None = None
    note: str = ""
    next_step: str = ""
    corrects: RecordId | None = None
    decision: Decision | None = None
    flags: tuple[FactFlag, ...] = ()
    between: Between | None = None
