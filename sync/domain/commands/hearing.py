"""Holds, complaints and referrals: what is done about what a customer told."""

from datetime import date, datetime

import msgspec

from sync.domain.ids import CaseId, RecordId
from sync.domain.records import Referral
from sync.domain.vocabulary import HoldKind, ReferralOutcome


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
