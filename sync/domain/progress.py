"""Where a case stands on the ladder and what the next kind step is; derived, never stored."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from sync.domain.facts_of_case import is_reminder
from sync.domain.records import Appointment, Case, Contact, ContactOutline, Hold
from sync.domain.snapshot import Snapshot
from sync.domain.vocabulary import OPEN_APPOINTMENTS, AppointmentState, Channel, ContactResult

# What `progress_of` reads: these kinds, and contacts as long as it depends on how many there are.
DECISIVE = frozenset({"case", "hold", "appointment"})
CONTACTS_COUNT = frozenset({"reminder", "phone"})


class Progress(msgspec.Struct, frozen=True):
    """`stage` is reminder, phone, visit, hold, plan or closed; `next_step` a code of its own."""

    stage: str
    next_step: str
    next_at: datetime | None = None


def progress_of(snapshot: Snapshot, case: Case) -> Progress:
    """Return the case's stage and next step as the records tell them."""
    return progress_among(
        case,
        snapshot.contacts(case.id),
        snapshot.active_holds(case.id),
        snapshot.appointments(case.id),
    )


def progress_among(
    case: Case,
    contacts: Sequence[Contact | ContactOutline],
    holds: Iterable[Hold],
    appointments: Iterable[Appointment],
) -> Progress:
    """Return the same from the case's records of these kinds, in any order.

    No more of the situation than this: a first sync asks for ten thousand cases.
    """
    if case.closed:
        return Progress("closed", "none")
    if case.customer.deceased or any(h.active for h in holds):
        return Progress("hold", "wait_hold")
    if case.plan_in_force:
        return Progress("plan", "keep_plan")
    if not any(map(is_reminder, contacts)):
        return Progress("reminder", "remind")
    calls = [c for c in contacts if c.channel is Channel.PHONE]
    connected = any(c.result is ContactResult.CONNECTED for c in calls)
    if not connected and len({c.at.date() for c in calls}) < 3:
        return Progress("phone", "call")
    return _visit_progress(appointments)


def may_move(stage: str, kind: str) -> bool:
    """Say whether a new record of this kind may change the progress of a case at this stage.

    Few do: a case that is visited is not less so after another call.
    """
    if kind == "contact":
        return stage in CONTACTS_COUNT
    return kind in DECISIVE


def _visit_progress(appointments: Iterable[Appointment]) -> Progress:
    open_ones = [a for a in appointments if a.state in OPEN_APPOINTMENTS]
    if not open_ones:
        return Progress("visit", "agree")
    coming = min(open_ones, key=lambda a: (a.start, a.id))
    if coming.state is AppointmentState.AGREED:
        return Progress("visit", "visit", coming.start)
    return Progress("visit", "confirm", coming.start)
