"""What a customer says and needs: hardship, complaints, wishes, help, and the holds for it."""

from datetime import date, datetime

import msgspec

from sync.domain.ids import CaseId, MutationId, OfficerId, RecordId
from sync.domain.situation import Wishes
from sync.domain.time import Between
from sync.domain.vocabulary import (
    ComplaintState,
    FactFlag,
    FeedbackKind,
    HardshipCause,
    HoldKind,
    NotedAct,
    ReferralOutcome,
    Vulnerability,
)


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
