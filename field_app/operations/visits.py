"""Visits: checked at the door, recorded afterwards, corrected by amendment."""

from datetime import datetime

import msgspec

from field_app.operations import hardship
from field_app.operations.desk import Desk
from field_app.operations.hardship import HardshipForm
from field_app.operations.submit import Changes, Saved, Written, submit
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
    try:
        with desk.store.vault.transaction():
            written = _record(desk, form, None)
            if not isinstance(written, Saved):
                raise _NotKept(written)
            if told is None:
                return written
            note = hardship.record(desk, told)
            if not isinstance(note, Saved):
                raise _NotKept(note)
    except _NotKept as trouble:
        return trouble.answer
    kinds = written.changes.kinds | note.changes.kinds
    return Saved(written.mid, Changes(written.changes.cases, kinds), written.decision)


def amend(desk: Desk, visit_id: RecordId, form: VisitForm) -> Written:
    """Correct a visit by a new one that names it; the first stays on record."""
    return _record(desk, form, visit_id)


class _NotKept(Exception):
    """Takes the whole visit back; carries the refusal out of the transaction."""

    def __init__(self, answer: Written) -> None:
        super().__init__("not kept")
        self.answer = answer


def _record(desk: Desk, form: VisitForm, corrects: RecordId | None) -> Written:
    visit = Visit(id=RecordId(desk.ids.fresh()), corrects=corrects, **msgspec.structs.asdict(form))
    return submit(desk, RecordVisit(visit, RecordId(desk.ids.fresh())))
