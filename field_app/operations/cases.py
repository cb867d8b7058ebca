"""Lists, search and one case's file."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from field_app.operations.desk import Desk
from field_app.operations.masking import mask_name as mask_name
from field_app.operations.masking import masked, plain
from field_app.operations.submit import Saved, Written, submit
from field_app.operations.timeline import TimelineEntry, timeline_of
from field_app.storage.case_entries import LATEST, IndexRow
from field_app.storage.case_lists import Wanted, key_of
from sync.domain.commands import RevealField
from sync.domain.facts_of_case import situation_of
from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.outcome import Gone
from sync.domain.progress import progress_of
from sync.domain.records import Appointment, Case, Hold, Officer, Reveal, Versioned
from sync.domain.situation import Act, RuleFinding, Verdict
from sync.domain.snapshot import Snapshot
from sync.domain.time import days_between, local_date
from sync.domain.vocabulary import OPEN_APPOINTMENTS, Revealable
from sync.policy.instead import Instead, instead


class CaseRow(msgspec.Struct, frozen=True):
    """A case in a list; the name is masked, money is fen."""

    id: CaseId
    case_no: str
    name: str
    area: str
    stage: str
    days_overdue: int
    total_fen: int
    next_step: str
    next_at: datetime | None
    held: bool
    vulnerable: bool
    pending: bool
    officer_id: OfficerId | None
    officer_name: str
    second_name: str


class CaseQuery(msgspec.Struct, frozen=True):
    """Which cases are wanted; sort is days, name, area, amount or next."""

    text: str = ""
    stage: str | None = None
    area: str | None = None
    held: bool | None = None
    min_days: int = 0
    officer_id: OfficerId | None = None
    unassigned: bool = False
    sort: str = "days"
    descending: bool = True


class CasePage(msgspec.Struct, frozen=True):
    """A part of a list; `after` continues it, None at its end."""

    rows: tuple[CaseRow, ...]
    after: tuple[Any, str] | None
    total: int


class Step(msgspec.Struct, frozen=True):
    """A step of the ladder: what the rules say of taking it now, and what they allow instead."""

    step: str
    verdict: Verdict
    findings: tuple[RuleFinding, ...]
    instead: Instead = Instead()


class CaseFile(msgspec.Struct, frozen=True):
    """One case with everything that is known; masked texts by field."""

    case: Case
    rev: int
    shown: dict[Revealable, str]
    today: date  # at the customer's address
    days_overdue: int
    stage: str
    next_step: str
    next_at: datetime | None
    steps: tuple[Step, ...]
    holds: tuple[Versioned[Hold], ...]
    open_appointments: tuple[Versioned[Appointment], ...]
    timeline: tuple[TimelineEntry, ...]
    officers: dict[OfficerId, str]
    pending: bool


def page(
    desk: Desk, query: CaseQuery, after: tuple[Any, str] | None = None, limit: int = 100
) -> CasePage:
    """Return the next rows of a list; never scans, whatever is searched."""
    today = local_date(desk.clock.now(), desk.zone)
    wanted = _wanted(query, today)
    rows, total = desk.store.lists.look(wanted, after, limit)
    names = officer_names(desk)
    more = key_of(rows[-1], wanted.sort) if len(rows) == limit else None
    return CasePage(tuple(_row(r, today, names) for r in rows), more, total)


class CasePin(msgspec.Struct, frozen=True):
    """A case on the map; without a point it waits to be pinned."""

    case_id: CaseId
    case_no: str
    name: str
    area: str
    point: tuple[float, float] | None


def pins(desk: Desk, most: int) -> tuple[CasePin, ...]:
    """Return the points of the cases by area, at most so many."""
    rows = page(desk, CaseQuery(sort="area"), None, most).rows
    found = []
    for row in rows:
        case = desk.store.projection.get(Case, row.id)
        if case is not None:
            point = case.record.address.point
            found.append(CasePin(row.id, row.case_no, row.name, row.area, point))
    return tuple(found)


def areas(desk: Desk) -> tuple[str, ...]:
    """Return the areas of this laptop's cases."""
    return desk.store.lists.areas()


def officer_names(desk: Desk) -> dict[OfficerId, str]:
    """Return colleagues' names by id."""
    return {v.record.id: v.record.name for v in desk.store.projection.every(Officer)}


def open_file(desk: Desk, case_id: CaseId) -> CaseFile | None:
    """Return one case's file, or None when this laptop does not hold it."""
    snapshot = desk.store.projection.case_snapshot(case_id)
    found = snapshot.get(Case, case_id)
    if found is None:
        return None
    case = found.record
    progress = progress_of(snapshot, case)
    pending = desk.store.projection.pending_of(case_id)
    today = local_date(desk.clock.now(), case.address.zone)
    names = officer_names(desk)
    return CaseFile(
        case=case,
        rev=found.rev,
        shown={field: masked(case, field) for field in Revealable},
        today=today,
        days_overdue=days_between(case.loan.overdue_since, today),
        stage=progress.stage,
        next_step=progress.next_step,
        next_at=progress.next_at,
        steps=_steps(desk, snapshot, case),
        holds=_versioned(snapshot, Hold, [h.id for h in snapshot.active_holds(case_id)]),
        open_appointments=_versioned(
            snapshot,
            Appointment,
            [a.id for a in snapshot.appointments(case_id) if a.state in OPEN_APPOINTMENTS],
        ),
        timeline=timeline_of(desk.store.projection.of_case(case_id), names, pending),
        officers=names,
        pending=bool(pending),
    )


def reveal(desk: Desk, case_id: CaseId, field: Revealable) -> str | Gone:
    """Return masked data in clear; the look is recorded, signed and sent."""
    found = desk.store.projection.get(Case, case_id)
    if found is None:
        return Gone("case", case_id)
    written: Written = submit(
        desk,
        RevealField(
            Reveal(RecordId(desk.ids.fresh()), case_id, desk.clock.now(), desk.me.officer_id, field)
        ),
    )
    if not isinstance(written, Saved):
        return Gone("case", case_id)
    return plain(found.record, field)


def _wanted(query: CaseQuery, today: date) -> Wanted:
    # The index knows since when, the person asks for how long: the order turns round.
    by_days = query.sort == "days"
    return Wanted(
        text=query.text,
        stage=query.stage,
        area=query.area,
        held=query.held,
        overdue_before=(today - timedelta(days=query.min_days)).isoformat()
        if query.min_days
        else None,
        officer_id=query.officer_id,
        unassigned=query.unassigned,
        sort=query.sort,
        descending=query.descending != by_days,
    )


def _row(row: IndexRow, today: date, names: dict[OfficerId, str]) -> CaseRow:
    officer = OfficerId(row.officer_id) if row.officer_id else None
    return CaseRow(
        id=row.id,
        case_no=row.case_no,
        name=mask_name(row.name),
        area=row.area,
        stage=row.stage,
        days_overdue=days_between(date.fromisoformat(row.overdue_since), today),
        total_fen=row.total_fen,
        next_step=row.next_step,
        next_at=None if row.next_at == LATEST else datetime.fromisoformat(row.next_at),
        held=bool(row.held),
        vulnerable=bool(row.vulnerable),
        pending=bool(row.pending),
        officer_id=officer,
        officer_name=names.get(officer, "") if officer else "",
        second_name=names.get(OfficerId(row.second_id), ""),
    )


def _steps(desk: Desk, snapshot: Snapshot, case: Case) -> tuple[Step, ...]:
    known = situation_of(snapshot, case)
    now = desk.clock.now()
    steps = []
    for step, act in (("sms", Act.SMS), ("call", Act.CALL), ("agree", Act.VISIT_PLAN)):
        decision = desk.policy.judge(act, now, known)
        findings = decision.findings
        if act is Act.VISIT_PLAN:
            # The window is still to be agreed: only what no window can mend stands in the way.
            findings = tuple(f for f in findings if f.rule in desk.policy.case_wide)
        blocked = any(f.severity == "block" for f in findings)
        warned = any(f.severity == "warn" for f in findings)
        verdict = Verdict.BLOCK if blocked else Verdict.WARN if warned else Verdict.ALLOW
        # Windows for a visit are the appointment screen's own.
        ways = instead(desk.policy, act, now, known) if act is not Act.VISIT_PLAN else Instead()
        steps.append(Step(step, verdict, findings, ways))
    return tuple(steps)


def _versioned[T: (Hold, Appointment)](
    snapshot: Snapshot, cls: type[T], ids: list[RecordId]
) -> tuple[Versioned[T], ...]:
    found = (snapshot.get(cls, record_id) for record_id in ids)
    return tuple(v for v in found if v is not None)
