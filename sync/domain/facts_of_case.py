"""Turns a case's records into the `Situation` that the rules look at."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.records import AgreementEvidence, Appointment, Case, Contact, ContactOutline, Visit
from sync.domain.situation import (
    ActiveHold,
    Agreement,
    Call,
    Complaint,
    CustomerState,
    OfficerOnVisit,
    Recording,
    Sensitive,
    Situation,
)
from sync.domain.snapshot import Snapshot
from sync.domain.vocabulary import (
    CALLED_OFF,
    REMINDER_CHANNELS,
    SENSITIVE_CAUSES,
    AgreedBy,
    AppointmentState,
    Channel,
    ComplaintState,
    ContactResult,
    Place,
    Present,
)


def situation_of(snapshot: Snapshot, case: Case, *, but: RecordId | None = None) -> Situation:
    """Return what is on record for the case, without any appointment or officers.

    `but` is a visit that is about to be corrected and so must not count beside its correction.
    """
    contacts = snapshot.contacts(case.id)
    return Situation(
        zone=case.address.zone,
        overdue_since=case.loan.overdue_since,
        reminders=reminders_among(contacts),
        calls=calls_among(contacts),
        visits=tuple(
            v.arrived_at
            for v in snapshot.visits(case.id)
            if v.outcome not in CALLED_OFF and v.id != but
        ),
        holds=tuple(
            ActiveHold(h.hold, h.placed_at, h.until, h.reason)
            for h in snapshot.active_holds(case.id)
        ),
        wishes=case.wishes,
        customer=CustomerState(
            deceased=case.customer.deceased, vulnerable=bool(case.customer.vulnerabilities)
        ),
        plan_in_force=case.plan_in_force,
        letters=tuple(c.at for c in contacts if c.channel is Channel.LETTER),
        complaints=tuple(
            # One whose answer did not content the customer is open again, though it was answered.
            Complaint(c.received_at, None if c.state is ComplaintState.OPEN else c.answered_at)
            for c in snapshot.complaints(case.id)
        ),
        sensitive=_sensitive(snapshot, case),
        closed_on=case.closed_on,
    )


def reminders_among(contacts: Sequence[Contact]) -> tuple[datetime, ...]:
    """Return when the customer was reminded, in the order of the contacts."""
    return tuple(c.at for c in contacts if is_reminder(c))


def is_reminder(contact: Contact | ContactOutline) -> bool:
    """Say whether the customer was reminded by it."""
    return contact.channel in REMINDER_CHANNELS and contact.result is not ContactResult.FAILED


def calls_among(contacts: Sequence[Contact]) -> tuple[Call, ...]:
    """Return the calls, in the order of the contacts."""
    return tuple(
        Call(c.at, c.result is ContactResult.CONNECTED)
        for c in contacts
        if c.channel is Channel.PHONE
    )


def known_at(situation: Situation, at: datetime) -> Situation:
    """Return what was on record before an instant: a fact is judged by what came before it."""
    return msgspec.structs.replace(
        situation,
        reminders=tuple(r for r in situation.reminders if r < at),
        letters=tuple(one for one in situation.letters if one < at),
        calls=tuple(c for c in situation.calls if c.at < at),
        visits=tuple(v for v in situation.visits if v < at),
    )


def _sensitive(snapshot: Snapshot, case: Case) -> Sensitive:
    notes = [n for n in snapshot.hardships(case.id) if SENSITIVE_CAUSES & set(n.causes)]
    return Sensitive(bool(notes), all(n.consent_to_sensitive for n in notes))


def agreement_of(
    start: datetime, end: datetime, place: Place, words: AgreementEvidence
) -> Agreement:
    """Return the agreement on a window as the rules see it."""
    return Agreement(
        start=start,
        end=end,
        agreed_at=words.agreed_at,
        by=words.by,
        channel=words.channel,
        requested_by_customer=words.requested_by_customer,
        written=words.written,
        withdrawn=False,
        place=place,
    )


def hoped_for(start: datetime, end: datetime, place: Place) -> Agreement:
    """Return the agreement a proposal hopes for, so that only its window is judged."""
    return Agreement(start=start, end=end, place=place, by=AgreedBy.CUSTOMER)


def agreement_on(appointment: Appointment) -> Agreement | None:
    """Return the agreement a stored appointment stands on; withdrawn when it was ended."""
    if appointment.agreement is None:
        return None
    found = agreement_of(
        appointment.start, appointment.end, appointment.place, appointment.agreement
    )
    if appointment.state is AppointmentState.AGREED:
        return found
    return Agreement(
        **{f: getattr(found, f) for f in found.__struct_fields__} | {"withdrawn": True}
    )


def planned_elsewhere(snapshot: Snapshot, case_id: CaseId, but: RecordId) -> tuple[datetime, ...]:
    """Return the starts of the case's other agreed windows: they will be visits too."""
    return tuple(
        a.start
        for a in snapshot.appointments(case_id)
        if a.id != but and a.state is AppointmentState.AGREED
    )


def officers_on(snapshot: Snapshot, officers: Sequence[OfficerId]) -> tuple[OfficerOnVisit, ...]:
    """Return the officers' certificates; one nobody knows counts as not certified."""
    known = (snapshot.officer(o) for o in officers)
    return tuple(OfficerOnVisit(o.certified_until if o else None) for o in known)


def door_of(visit: Visit) -> tuple[tuple[str, ...] | None, Recording]:
    """Return who was present as far as it is a visit at all, and the recording.

    When the customer was not met nothing was said: then presence is no breach to be judged.
    """
    met = Present.CUSTOMER in visit.present
    present = tuple(str(p) for p in visit.present) if met else None
    return present, Recording(visit.recording_on, visit.recording_notice)
