"""Appointments: asked about, agreed, ended."""

from datetime import datetime

import msgspec

from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.records import AgreementEvidence
from sync.domain.vocabulary import AppointmentState, Place


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
