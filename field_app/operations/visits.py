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
from sync.domain.situation import (
    Act,
    Decision,
    Recording,
    RuleFinding,
    Severity,
    Verdict,
)
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
    """What is known at the door; `present` is None before it opens.

    `arrived_at` is when they arrived, None while they are on the way.
    """

    case_id: CaseId
    appointment_id: RecordId | None
    officers: tuple[OfficerId, ...]
    present: tuple[Present, ...] | None = None
    recording: Recording = Recording()
    arrived_at: datetime | None = None
    asked_to_leave: bool = False
    identity_shown: bool | None = None


def check_door(desk: Desk, check: DoorCheck) -> Decision | None:
    """Return the rules' answer to beginning this visit, and once somebody is there to going on.

    None when the case has left this laptop.
    """
    snapshot = desk.store.projection.case_snapshot(check.case_id)
    case = snapshot.case(check.case_id)
    if case is None:
        return None
    found = snapshot.get(Appointment, check.appointment_id) if check.appointment_id else None
    situation = msgspec.structs.replace(
        situation_of(snapshot, case),
        agreement=agreement_on(found.record) if found else None,
        officers=officers_on(snapshot, check.officers),
        present=None if check.present is None else tuple(str(p) for p in check.present),
        recording=check.recording,
        asked_to_leave=check.asked_to_leave,
        identity_shown=check.identity_shown,
    )
    now = desk.clock.now()
    begun = desk.policy.judge(Act.VISIT_START, check.arrived_at or now, situation)
    if check.present is None:
        return begun
    return as_one(begun, desk.policy.judge(Act.VISIT_END, now, situation))


STRENGTH = (Severity.INFORM, Severity.WARN, Severity.BLOCK)
OF_STRENGTH = (Verdict.ALLOW, Verdict.WARN, Verdict.BLOCK)


def as_one(first: Decision, second: Decision) -> Decision:
    """Return two answers as one: a rule that spoke twice speaks as strongly as it did."""
    found: dict[str, RuleFinding] = {}
    for finding in (*first.findings, *second.findings):
        before = found.get(finding.rule)
        if before is None or STRENGTH.index(before.severity) < STRENGTH.index(finding.severity):
            found[finding.rule] = finding
    verdict = max(first.verdict, second.verdict, key=OF_STRENGTH.index)
    return Decision(verdict, tuple(found.values()), first.pack, first.version)


def record(desk: Desk, form: VisitForm, told: HardshipForm | None = None) -> Written:
    """Keep a visit, and what the customer told of hardship with it: both or neither."""
    if told is None:
        return _record(desk, form, None)
    return together(desk, lambda: _record(desk, form, None), lambda: hardship.record(desk, told))


def recorded(desk: Desk, visit_id: RecordId) -> Visit | None:
    """Return a visit that is on record, None when this laptop does not hold it."""
    found = desk.store.projection.get(Visit, visit_id)
    return found.record if found else None


def amend(desk: Desk, visit_id: RecordId, form: VisitForm) -> Written:
    """Correct a visit by a new one that names it; the first stays on record."""
    return _record(desk, form, visit_id)


def _record(desk: Desk, form: VisitForm, corrects: RecordId | None) -> Written:
    visit = Visit(id=RecordId(desk.ids.fresh()), corrects=corrects, **msgspec.structs.asdict(form))
    return submit(desk, RecordVisit(visit, RecordId(desk.ids.fresh())))
