"""What Li does on this laptop in these tests.

A call goes through the program's own operation; `keep` writes as `submit` does once the rules
have said yes, for acts whose rules are tested elsewhere.
"""

from datetime import timedelta

from field_app.operations import contacts
from field_app.operations.submit import Saved
from field_app.storage.outbox import OutboxRow
from sync.domain.commands import Command, ProposeAppointment
from sync.domain.ids import CaseId, MutationId, RecordId
from sync.domain.outcome import Change
from sync.domain.records import Appointment, case_of
from sync.domain.vocabulary import AppointmentState, Channel, ContactResult, Place
from tests.storage.furnished_vault import LI, WANG, Furnished


def call(furnished: Furnished, case_id: CaseId, note: str = "") -> OutboxRow:
    """Record a call nobody took and return it as it waits."""
    written = contacts.record(furnished.desk, case_id, Channel.PHONE, ContactResult.NO_ANSWER, note)
    assert isinstance(written, Saved), written
    return row_of(furnished, written.mid)


def row_of(furnished: Furnished, mid: MutationId) -> OutboxRow:
    """Return a piece of work as the outbox has it now."""
    row = furnished.store.outbox.row(mid)
    assert row is not None
    return row


def keep(furnished: Furnished, command: Command, *changes: Change) -> OutboxRow:
    """Keep a decided command with its changes, all in one transaction."""
    store, now = furnished.store, furnished.clock.at
    mid = MutationId(furnished.desk.ids.fresh())
    with store.vault.transaction():
        store.audit.add(now, "submit", mid=mid)
        store.outbox.add(mid, command, changes, furnished.desk.signer, now)
        store.index.refresh(c for c in (case_of(change.record) for change in changes) if c)
    return row_of(furnished, mid)


def propose(
    furnished: Furnished,
    case_id: CaseId,
    appointment_id: str = "a1",
    *,
    days: int = 5,
    base_rev: int = 0,
) -> OutboxRow:
    """Set down a window of an hour so many days from now."""
    window = appointment(furnished, case_id, appointment_id, days)
    command = ProposeAppointment(
        window.id, case_id, base_rev, window.start, window.end, window.place, window.officers
    )
    return keep(furnished, command, Change(window, base_rev))


def appointment(
    furnished: Furnished, case_id: CaseId, appointment_id: str = "a1", days: int = 5
) -> Appointment:
    """Return a proposed window of an hour so many days from now."""
    start = furnished.clock.at + timedelta(days=days)
    end = start + timedelta(hours=1)
    return Appointment(
        RecordId(appointment_id),
        case_id,
        AppointmentState.PROPOSED,
        start,
        end,
        Place.HOME,
        (LI.id, WANG.id),
    )
