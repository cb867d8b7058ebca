"""Where a case stands on the ladder and what the next kind step is; derived, never stored."""

from datetime import datetime

import msgspec

from sync.domain.facts_of_case import calls_among, reminders_among
from sync.domain.records import Appointment, Case
from sync.domain.snapshot import Snapshot
from sync.domain.vocabulary import OPEN_APPOINTMENTS, AppointmentState


class Progress(msgspec.Struct, frozen=True):
    """`stage` is reminder, phone, visit, hold, plan or closed; `next_step` a code of its own."""

    stage: str
    next_step: str
    next_at: datetime | None = None


def progress_of(snapshot: Snapshot, case: Case) -> Progress:
    """Return the case's stage and next step as the records tell them."""
    if case.closed:
        return Progress("closed", "none")
    if case.customer.deceased or snapshot.active_holds(case.id):
        return Progress("hold", "wait_hold")
    if case.plan_in_force:
        return Progress("plan", "keep_plan")
    # Only these of the situation: a first sync asks for ten thousand cases.
    contacts = snapshot.contacts(case.id)
    if not reminders_among(contacts):
        return Progress("reminder", "remind")
    calls = calls_among(contacts)
    if not any(c.connected for c in calls) and len({c.at.date() for c in calls}) < 3:
        return Progress("phone", "call")
    return _visit_progress(snapshot, case)


def _visit_progress(snapshot: Snapshot, case: Case) -> Progress:
    coming = open_appointment(snapshot, case)
    if coming is None:
        return Progress("visit", "agree")
    if coming.state is AppointmentState.AGREED:
        return Progress("visit", "visit", coming.start)
    return Progress("visit", "confirm", coming.start)


def open_appointment(snapshot: Snapshot, case: Case) -> Appointment | None:
    """Return the case's earliest appointment that is proposed or agreed."""
    open_ones = [a for a in snapshot.appointments(case.id) if a.state in OPEN_APPOINTMENTS]
    return open_ones[0] if open_ones else None
