"""Visits: checked at the door, recorded afterwards, corrected by amendment."""

from datetime import datetime

import msgspec

from field_app.operations import hardship
from field_app.operations.desk import Desk
from field_app.operations.hardship import HardshipForm
from field_app.operations.submit import Written, submit, together
from sync.domain.commands import RecordVisit
from sync.domain.facts_of_case import agreement_on, officers_on, situation_of
from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.records import Appointment, Promise, Visit
from sync.domain.situation import Act, Decision, Recording
from sync.domain.vocabulary import Present, VisitOutcome


class VisitForm(msgspec.Struct, frozen=True):
    """A visit as entered; instants aware, the promise in fen."""

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


class DoorCheck(msgspec.Struct, frozen=True):
    """What is known at the door; `present` is None before it opens."""

    case_id: CaseId
    appointment_id: RecordId | None
    officers: tuple[OfficerId, ...]
    present: tuple[Present, ...] | None = None
    recording: Recording = Recording()


def check_start(desk: Desk, check: DoorCheck) -> Decision:
    """Return the rules' answer to beginning this visit now."""
    snapshot = desk.store.projection.case_snapshot(check.case_id)
    case = snapshot.case(check.case_id)
    if case is None:
        raise LookupError(f"case {check.case_id} is not on this laptop")
    found = snapshot.get(Appointment, check.appointment_id) if check.appointment_id else None
    situation = msgspec.structs.replace(
        situation_of(snapshot, case),
        agreement=agreement_on(found.record) if found else None,
        officers=officers_on(snapshot, check.officers),
        present=None if check.present is None else tuple(str(p) for p in check.present),
        recording=check.recording,
    )
    return desk.policy.judge(Act.VISIT_START, desk.clock.now(), situation)


def record(desk: Desk, form: VisitForm, told: HardshipForm | None = None) -> Written:
    """Keep a visit, and what the customer told of hardship with it: both or neither."""
    if told is None:
        return _record(desk, form, None)
    return together(desk, lambda: _record(desk, form, None), lambda: hardship.record(desk, told))


def amend(desk: Desk, visit_id: RecordId, form: VisitForm) -> Written:
    """Correct a visit by a new one that names it; the first stays on record."""
    return _record(desk, form, visit_id)


def _record(desk: Desk, form: VisitForm, corrects: RecordId | None) -> Written:
    visit = Visit(id=RecordId(desk.ids.fresh()), corrects=corrects, **msgspec.structs.asdict(form))
    return submit(desk, RecordVisit(visit, RecordId(desk.ids.fresh())))
