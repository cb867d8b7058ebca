"""Everything that exists: immutable records, told apart by `kind`.

Money is integer fen, coordinates integer 1e-7 degrees WGS-84, instants aware. A record
carries no revision of its own; `Versioned` adds the number the server counts up. Python's collector
need not look at those of which there are many (`gc=False`): nothing immutable lies in a ring.
"""

from datetime import date, datetime, time
from typing import Any

import msgspec

from sync.domain.budget import Budget
from sync.domain.curriculum import PassedModule
from sync.domain.ids import CaseId, MutationId, OfficerId, RecordId, TeamId
from sync.domain.plan_terms import Affordability, Instalment, PlanTerms
from sync.domain.situation import Decision, Wishes
from sync.domain.time import Between
from sync.domain.vocabulary import (
    AgreedBy,
    AppointmentState,
    Channel,
    ComplaintState,
    ContactResult,
    Datum,
    ExportFile,
    ExportReason,
    FactFlag,
    FeedbackKind,
    HardshipCause,
    HoldKind,
    NotedAct,
    Place,
    PlanState,
    Present,
    Product,
    ReferralOutcome,
    Revealable,
    Role,
    VisitOutcome,
    Vulnerability,
)


class Customer(msgspec.Struct, frozen=True, gc=False):
    """The person; phone numbers in the order to try them."""

    name: str
    phones: tuple[str, ...] = ()
    id_tail: str = ""
    language: str = "zh"
    deceased: bool = False
    vulnerabilities: tuple[Vulnerability, ...] = ()


class PinMove(msgspec.Struct, frozen=True):
    """A pin that a person corrected: from where (None when there was none) to where, and why.

    Degrees times 10 000 000 in WGS-84; `datum` is the system each place was given in.
    """

    at: datetime
    by: OfficerId
    reason: str
    lat_e7: int
    lon_e7: int
    datum: Datum
    before_lat_e7: int | None = None
    before_lon_e7: int | None = None
    before_datum: Datum | None = None


class Address(msgspec.Struct, frozen=True, gc=False):
    """Where the customer lives; without coordinates it waits to be pinned.

    The point is WGS-84; `datum` is the system it was given in, `moves` every correction of it.
    """

    text: str
    area: str = ""
    lat_e7: int | None = None
    lon_e7: int | None = None
    datum: Datum = Datum.WGS84
    zone: str = "Asia/Shanghai"
    moves: tuple[PinMove, ...] = ()

    @property
    def point(self) -> tuple[float, float] | None:
        """Return (latitude, longitude) in degrees, or None when not pinned."""
        if self.lat_e7 is None or self.lon_e7 is None:
            return None
        return self.lat_e7 / 1e7, self.lon_e7 / 1e7


class Loan(msgspec.Struct, frozen=True, gc=False):
    """What is owed on one account, broken down in fen."""

    account_no: str
    product: Product
    principal_fen: int
    interest_fen: int
    fees_fen: int
    overdue_since: date

    @property
    def total_fen(self) -> int:
        """Return principal, interest and fees together, in fen."""
        return self.principal_fen + self.interest_fen + self.fees_fen


class Officer(msgspec.Struct, frozen=True, tag="officer", tag_field="kind"):
    """A colleague; the certificate is valid through the date given. Working hours are local."""

    id: OfficerId
    name: str
    role: Role
    team_id: TeamId
    certified_until: date | None = None
    start_lat_e7: int | None = None
    start_lon_e7: int | None = None
    work_from: time = time(9, 0)
    work_until: time = time(18, 0)
    active: bool = True
    passed: tuple[PassedModule, ...] = ()


class Case(msgspec.Struct, frozen=True, tag="case", tag_field="kind", gc=False):
    """One overdue customer of one team, assigned to at most one officer and a second."""

    id: CaseId
    case_no: str
    team_id: TeamId
    customer: Customer
    address: Address
    loan: Loan
    officer_id: OfficerId | None = None
    second_id: OfficerId | None = None
    wishes: Wishes = Wishes()
    plan_in_force: bool = False
    closed_on: date | None = None

    @property
    def closed(self) -> bool:
        """Say whether the case has come to its end."""
        return self.closed_on is not None

    @property
    def officers(self) -> tuple[OfficerId, ...]:
        """Return the assigned officers, the responsible one first."""
        return tuple(o for o in (self.officer_id, self.second_id) if o is not None)


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


class Hardship(msgspec.Struct, frozen=True, tag="hardship", tag_field="kind"):
    """Why the customer cannot pay; sensitive causes and words only with separate consent."""

    id: RecordId
    case_id: CaseId
    visit_id: RecordId | None
    at: datetime
    by: OfficerId
    causes: tuple[HardshipCause, ...]
    since: date | None = None
    expected_until: date | None = None
    household: int | None = None
    vulnerabilities: tuple[Vulnerability, ...] = ()
    consent_to_sensitive: bool = False
    words: str = ""
    flags: tuple[FactFlag, ...] = ()
    between: Between | None = None


class Feedback(msgspec.Struct, frozen=True, tag="feedback", tag_field="kind"):
    """The customer's praise, complaint or suggestion in the customer's words; a fact."""

    id: RecordId
    case_id: CaseId
    visit_id: RecordId | None
    at: datetime
    by: OfficerId
    feedback: FeedbackKind
    topic: str
    words: str = ""
    flags: tuple[FactFlag, ...] = ()
    between: Between | None = None


class Complaint(msgspec.Struct, frozen=True, tag="complaint", tag_field="kind"):
    """A complaint on its way to an answer; a shared record. `due` is the last day to answer.

    `escalated_at` is set when it went to compliance: by a person, or since the customer was not
    content with the answer.
    """

    id: RecordId
    case_id: CaseId
    feedback_id: RecordId
    hold_id: RecordId
    topic: str
    received_at: datetime
    due: date
    state: ComplaintState = ComplaintState.OPEN
    answer: str = ""
    answered_by: OfficerId | None = None
    answered_at: datetime | None = None
    customer_words: str = ""
    content: bool | None = None
    closed_by: OfficerId | None = None
    closed_at: datetime | None = None
    escalated_at: datetime | None = None
    escalation_reason: str = ""


class PlanAgreement(msgspec.Struct, frozen=True):
    """How the customer agreed to a plan: in writing, or by word with a recording kept."""

    agreed_at: datetime
    written: bool
    recorded: bool
    words: str = ""


class Plan(msgspec.Struct, frozen=True, tag="plan", tag_field="kind"):
    """A repayment plan from proposal to its end; a shared record.

    `affordable` says whether its largest instalment fits what the budget leaves; one that does not
    needs the lead's reason.
    """

    id: RecordId
    case_id: CaseId
    state: PlanState
    terms: PlanTerms
    schedule: tuple[Instalment, ...]
    budget_id: RecordId
    affordability: Affordability
    affordable: bool
    proposed_by: OfficerId
    proposed_at: datetime
    words: str = ""
    decided_by: OfficerId | None = None
    decided_at: datetime | None = None
    decision_reason: str = ""
    agreement: PlanAgreement | None = None
    ended_at: datetime | None = None
    end_reason: str = ""
    decision: Decision | None = None

    @property
    def largest_fen(self) -> int:
        """Return the largest instalment, in fen."""
        return max(i.total_fen for i in self.schedule)


class Payment(msgspec.Struct, frozen=True, tag="payment", tag_field="kind"):
    """Money the bank received on a case, told by its books; officers never take any."""

    id: RecordId
    case_id: CaseId
    day: date
    amount_fen: int
    reference: str = ""


class Wish(msgspec.Struct, frozen=True, tag="wish", tag_field="kind"):
    """What the customer asked for from now on, in the customer's words; a fact that binds."""

    id: RecordId
    case_id: CaseId
    at: datetime
    by: OfficerId
    wishes: Wishes
    words: str = ""
    flags: tuple[FactFlag, ...] = ()
    between: Between | None = None


class Note(msgspec.Struct, frozen=True, tag="note", tag_field="kind"):
    """What somebody wrote of an act that the server said no to; a fact, in place of no act.

    `refused_id` is the envelope of that act, which the server keeps with its answer.
    """

    id: RecordId
    case_id: CaseId
    at: datetime
    by: OfficerId
    act: NotedAct
    refused_id: MutationId
    note: str
    flags: tuple[FactFlag, ...] = ()
    between: Between | None = None


class Referral(msgspec.Struct, frozen=True, tag="referral", tag_field="kind"):
    """The customer was told who else can help, and what became of it; a shared record."""

    id: RecordId
    case_id: CaseId
    at: datetime
    by: OfficerId
    organisation: str
    topic: str
    outcome: ReferralOutcome = ReferralOutcome.PENDING
    outcome_at: datetime | None = None
    words: str = ""


class Export(msgspec.Struct, frozen=True, tag="export", tag_field="kind"):
    """Somebody took a file out of a laptop; kept before there was a file, so it may be of none.

    `cases` is how many customers it is about; `locked` whether it opens by a password only.
    """

    id: RecordId
    officer_id: OfficerId
    team_id: TeamId
    at: datetime
    file: ExportFile
    reason: ExportReason
    words: str
    cases: int
    locked: bool


class Training(msgspec.Struct, frozen=True, tag="training", tag_field="kind"):
    """One try at a module's questions; a fact about a colleague, graded on both ends.

    `answers` are the options chosen, counted from 0, in the order of the questions.
    """

    id: RecordId
    officer_id: OfficerId
    team_id: TeamId
    at: datetime
    module: str
    version: str
    answers: tuple[int, ...]
    right: int = 0
    passed: bool = False


class Hold(msgspec.Struct, frozen=True, tag="hold", tag_field="kind"):
    """A rest laid on a case until a lead lifts it with a reason; a shared record.

    `until` is the last day of a rest that has one, such as a breathing space.
    """

    id: RecordId
    case_id: CaseId
    hold: HoldKind
    placed_by: OfficerId
    placed_at: datetime
    reason: str = ""
    lifted_by: OfficerId | None = None
    lifted_at: datetime | None = None
    lift_reason: str = ""
    until: date | None = None

    @property
    def active(self) -> bool:
        """Say whether the hold still stands."""
        return self.lifted_at is None


class Attachment(msgspec.Struct, frozen=True, tag="attachment", tag_field="kind"):
    """A photo or paper of a case; the bytes travel apart, named by their SHA-256 in hex."""

    id: RecordId
    case_id: CaseId
    at: datetime
    by: OfficerId
    title: str
    media_type: str
    size: int
    sha256: str
    flags: tuple[FactFlag, ...] = ()
    between: Between | None = None


class Reveal(msgspec.Struct, frozen=True, tag="reveal", tag_field="kind"):
    """Somebody looked at masked personal data; a fact for the compliance officer."""

    id: RecordId
    case_id: CaseId
    at: datetime
    by: OfficerId
    field: Revealable
    flags: tuple[FactFlag, ...] = ()
    between: Between | None = None
    file_id: RecordId | None = None


class Stop(msgspec.Struct, frozen=True):
    """One visit of a route: when the officer arrives, leaves and how long the way there takes."""

    appointment_id: RecordId
    case_id: CaseId
    arrive: datetime
    leave: datetime
    travel_s: int


class Route(msgspec.Struct, frozen=True, tag="route", tag_field="kind"):
    """The published driving order of one officer on one day; a shared record."""

    id: RecordId
    officer_id: OfficerId
    team_id: TeamId
    day: date
    stops: tuple[Stop, ...]
    travel_source: str
    published_by: OfficerId
    published_at: datetime
    lunch_from: datetime | None = None
    lunch_until: datetime | None = None


type Record = (
    Officer
    | Case
    | Contact
    | Appointment
    | Visit
    | Hardship
    | Feedback
    | Hold
    | Attachment
    | Reveal
    | Route
    | Budget
    | Complaint
    | Plan
    | Payment
    | Wish
    | Note
    | Referral
    | Training
    | Export
)

KINDS: dict[str, type[Any]] = {
    "officer": Officer,
    "case": Case,
    "contact": Contact,
    "appointment": Appointment,
    "visit": Visit,
    "hardship": Hardship,
    "feedback": Feedback,
    "hold": Hold,
    "attachment": Attachment,
    "reveal": Reveal,
    "route": Route,
    "budget": Budget,
    "complaint": Complaint,
    "plan": Plan,
    "payment": Payment,
    "wish": Wish,
    "note": Note,
    "referral": Referral,
    "training": Training,
    "export": Export,
}


_KINDS_OF: dict[type[Any], str] = {cls: kind for kind, cls in KINDS.items()}


class Versioned[T](msgspec.Struct, frozen=True, gc=False):
    """A record with the revision the server gave it; 0 = known only to this laptop."""

    rev: int
    record: T


def kind_of(record: Record) -> str:
    """Return the record's kind, the key of `KINDS`."""
    return _KINDS_OF[type(record)]


def case_of(record: Record) -> CaseId | None:
    """Return the case a record belongs to; None for officers and routes."""
    if isinstance(record, Case):
        return record.id
    return getattr(record, "case_id", None)


_encoder = msgspec.json.Encoder(order="deterministic")
_decoders = {kind: msgspec.json.Decoder(cls) for kind, cls in KINDS.items()}


def encode_record(record: Record) -> bytes:
    """Return the record's one JSON form; both ends store, hash and send these bytes."""
    return _encoder.encode(record)


def decode_record(kind: str, body: bytes) -> Record:
    """Return the record of these bytes.

    Raises KeyError for an unknown kind, msgspec.ValidationError for a body of the wrong shape.
    """
    record: Record = _decoders[kind].decode(body)
    return record
