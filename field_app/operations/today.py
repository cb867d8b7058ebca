"""The officer's day: agreed visits in driving order, what is to be confirmed, what is due."""

from datetime import date, datetime, timedelta

import msgspec

from field_app.operations.appointments import is_blocked, verdict_now
from field_app.operations.desk import Desk
from field_app.operations.follow_ups import FollowUp, follow_ups
from field_app.operations.masking import mask_name
from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.records import Appointment, Case, Officer, Route, Stop, Versioned
from sync.domain.situation import Decision, RuleFinding, Verdict
from sync.domain.time import local_date
from sync.domain.vocabulary import AppointmentState, Place


class TodayVisit(msgspec.Struct, frozen=True):
    """One visit of a day; `order` counts from 1 in a published route."""

    appointment_id: RecordId
    rev: int
    case_id: CaseId
    case_no: str
    name: str
    area: str
    zone: str
    start: datetime
    end: datetime
    state: AppointmentState
    place: Place
    officers: tuple[OfficerId, ...]
    point: tuple[float, float] | None
    order: int | None
    travel_s: int | None
    arrive: datetime | None
    leave_by: datetime | None
    findings: tuple[RuleFinding, ...]
    blocked: bool
    is_now: bool


class Today(msgspec.Struct, frozen=True):
    """A day of one officer, or of a team for its lead."""

    day: date
    visits: tuple[TodayVisit, ...]
    to_confirm: tuple[TodayVisit, ...]
    follow_ups: tuple[FollowUp, ...]
    waiting: int
    attention: int
    last_sync: datetime | None
    certified_until: date | None


def day(desk: Desk, wanted: date | None = None) -> Today:
    """Return the day (today when none is given) as it stands on this laptop."""
    now = desk.clock.now()
    when = wanted or local_date(now, desk.zone)
    visits = visits_of(desk, when, desk.me.officer_id)
    me = desk.store.projection.get(Officer, desk.me.officer_id)
    last = desk.store.vault.meta("last_sync")
    return Today(
        day=when,
        visits=tuple(v for v in visits if v.state is AppointmentState.AGREED),
        to_confirm=_to_confirm(desk, now),
        follow_ups=follow_ups(desk, when),
        waiting=desk.store.outbox.count("queued"),
        attention=desk.store.outbox.count("attention"),
        last_sync=datetime.fromisoformat(last) if last else None,
        certified_until=me.record.certified_until if me else None,
    )


def visits_of(desk: Desk, when: date, officer_id: OfficerId | None) -> tuple[TodayVisit, ...]:
    """Return a day's visits of one officer (or of all), in driving order where one is published."""
    stops = _stops(desk, when, officer_id)
    found = []
    for stands in desk.store.projection.every(Appointment):
        visit = _visit(desk, stands, stops)
        if visit is None or local_date(visit.start, visit.zone) != when:
            continue
        if officer_id is None or officer_id in visit.officers:
            found.append(visit)
    return tuple(sorted(found, key=lambda v: (v.arrive or v.start, v.start)))


def _stops(
    desk: Desk, when: date, officer_id: OfficerId | None
) -> dict[RecordId, tuple[int, Stop]]:
    found: dict[RecordId, tuple[int, Stop]] = {}
    for stands in desk.store.projection.every(Route):
        route = stands.record
        if route.day == when and officer_id in (None, route.officer_id):
            for number, stop in enumerate(route.stops, start=1):
                found[stop.appointment_id] = (number, stop)
    return found


def _visit(
    desk: Desk, stands: Versioned[Appointment], stops: dict[RecordId, tuple[int, Stop]]
) -> TodayVisit | None:
    one = stands.record
    case = desk.store.projection.get(Case, one.case_id)
    if case is None:
        return None
    now = desk.clock.now()
    decision = verdict_now(desk, one) if one.state is AppointmentState.AGREED else None
    order, stop = stops.get(one.id, (None, None))
    file = case.record
    return TodayVisit(
        appointment_id=one.id,
        rev=stands.rev,
        case_id=one.case_id,
        case_no=file.case_no,
        name=mask_name(file.customer.name),
        area=file.address.area,
        zone=file.address.zone,
        start=one.start,
        end=one.end,
        state=one.state,
        place=one.place,
        officers=one.officers,
        point=file.address.point,
        order=order,
        travel_s=stop.travel_s if stop else None,
        arrive=stop.arrive if stop else None,
        leave_by=stop.arrive - timedelta(seconds=stop.travel_s) if stop else None,
        findings=_spoken(decision),
        blocked=is_blocked(decision),
        is_now=one.start - timedelta(minutes=15) <= now <= one.end + timedelta(hours=1),
    )


def _spoken(decision: Decision | None) -> tuple[RuleFinding, ...]:
    if decision is None or decision.verdict is Verdict.ALLOW:
        return ()
    return decision.findings


def _to_confirm(desk: Desk, now: datetime) -> tuple[TodayVisit, ...]:
    """Return proposals whose window is still to come, for the customer to be asked about."""
    found = []
    for stands in desk.store.projection.every(Appointment):
        one = stands.record
        mine = desk.me.officer_id in one.officers
        if one.state is AppointmentState.PROPOSED and mine and one.end > now:
            visit = _visit(desk, stands, {})
            found += [visit] if visit else []
    return tuple(sorted(found, key=lambda v: v.start))
