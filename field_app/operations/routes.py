"""Day plans: what the planner is given, and the independent check of what came of it."""

from collections.abc import Sequence
from datetime import date, datetime, time

import msgspec

from field_app.maps.travel import TravelTimes
from field_app.operations.day_wishes import DayWishes, hours_of, starts_at, wish_of
from field_app.operations.desk import Desk
from field_app.operations.team import field_officers
from field_app.operations.today import TodayVisit, visits_of
from field_app.operations.visit_law import VisitLaw, law_of
from field_app.planning.problem import (
    AGREED,
    PROPOSAL,
    DayPlan,
    DayProblem,
    OfficerDay,
    OfficerRoute,
    Pin,
    Travel,
    VisitTask,
)
from sync.domain.day_routes import (
    CERTIFIED,
    VISIT_MINUTES,
    skills_of,
)
from sync.domain.ids import RecordId
from sync.domain.published_day import stop_is_promised
from sync.domain.records import Appointment, Officer, Route, Stop
from sync.domain.route_check import (
    Breach,
    CheckedLunch,
    CheckedPin,
    CheckedRoute,
    CheckedStop,
    CheckedVisit,
    Lawful,
    check_routes,
)
from sync.domain.time import at_local
from sync.domain.vocabulary import AppointmentState

PLANNED = (AppointmentState.AGREED, AppointmentState.PROPOSED)

type Point = tuple[float, float]


class PlanGround(msgspec.Struct, frozen=True):
    """What a day's plan stands on: the visits with a pin, and those that still need one."""

    day: date
    zone: str
    officers: tuple[Officer, ...]
    visits: tuple[TodayVisit, ...]
    unpinned: tuple[TodayVisit, ...]
    points: tuple[Point, ...]
    law: VisitLaw
    standing: tuple[Route, ...] = ()


def ground(desk: Desk, day: date) -> PlanGround:
    """Return the agreed and proposed visits of a day with everybody who could make them."""
    found = [v for v in visits_of(desk, day, None) if v.state in PLANNED and not v.blocked]
    pinned = tuple(v for v in found if v.point is not None)
    officers = field_officers(desk)
    places = [v.point for v in pinned if v.point is not None]
    starts = [_start(o, places) for o in officers]
    return PlanGround(
        day,
        desk.zone,
        officers,
        pinned,
        tuple(v for v in found if v.point is None),
        tuple(starts + places),
        _law(desk, day, pinned),
        published(desk, day),
    )


def _law(desk: Desk, day: date, visits: Sequence[TodayVisit]) -> VisitLaw:
    found = {v.appointment_id: desk.store.projection.get(Appointment, v.appointment_id)
             for v in visits}  # fmt: skip
    return law_of(desk, day, {key: one.record for key, one in found.items() if one is not None})


def travel(known: PlanGround, times: TravelTimes) -> Travel:
    """Return the driving seconds between the ground's points."""
    table = times.table(known.points)
    return Travel(table.seconds, table.source)


def problem(known: PlanGround, travel: Travel, wishes: DayWishes | None = None) -> DayProblem:
    """Return the planner's problem; `travel` is the table between the ground's points.

    What was published is pinned: see `promised`.
    """
    wished = wishes or DayWishes()
    officers = tuple(
        _officer(known, number, wished)
        for number, o in enumerate(known.officers)
        if wish_of(wished, o).present
    )
    first = len(known.officers)
    visits = tuple(_task(known, v, first + i) for i, v in enumerate(known.visits))
    return DayProblem(known.day, known.zone, officers, visits, travel, promised(known))


def _officer(known: PlanGround, number: int, wishes: DayWishes) -> OfficerDay:
    officer = known.officers[number]
    begin, end = hours_of(wishes, officer)
    return OfficerDay(
        officer.id,
        officer.name,
        starts_at(known.officers, wishes, number),
        begin,
        end,
        wishes.lunch,
        wishes.most_visits,
        skills=skills_of(officer, known.day),
        longest_s=wishes.longest_s,
    )


def promised(known: PlanGround) -> tuple[Pin, ...]:
    """Return what holds each published stop to its officers and its minute.

    A customer who agreed to something else after the route was published is held to nothing.
    """
    visits = {v.appointment_id: v for v in known.visits}
    found: dict[RecordId, Pin] = {}
    for route in known.standing:
        for stop in route.stops:
            visit = visits.get(stop.appointment_id)
            if visit is not None and _stands(known, route, stop, visit):
                begin = since_midnight(known, stop.arrive)
                found[visit.appointment_id] = Pin(
                    visit.appointment_id, visit.officers, begin, begin
                )
    return tuple(found.values())


def _stands(known: PlanGround, route: Route, stop: Stop, visit: TodayVisit) -> bool:
    situation = known.law.situations.get(visit.appointment_id)
    if situation is None or situation.agreement is None:
        return False
    agreed = visit.state is AppointmentState.AGREED
    return agreed and stop_is_promised(
        route, stop, visit.start, visit.end, situation.agreement.agreed_at
    )


def _task(known: PlanGround, visit: TodayVisit, point: int) -> VisitTask:
    """Return the visit with the part of its window in which the policy lets it begin."""
    service = VISIT_MINUTES * 60
    begin, end = known.law.window(
        visit.appointment_id,
        since_midnight(known, visit.start),
        since_midnight(known, visit.end),
        service,
    )
    return VisitTask(
        visit.appointment_id,
        visit.case_id,
        visit.case_no,
        point,
        begin,
        end,
        service,
        visit.officers,
        skills=frozenset({CERTIFIED}),
        priority=AGREED if visit.state is AppointmentState.AGREED else PROPOSAL,
    )


def check(
    day: DayProblem, plan: DayPlan, lawful: Lawful | None = None, pins: Sequence[Pin] = ()
) -> list[Breach]:
    """Return what the plan breaks, by code that shares nothing with the planner.

    `lawful` names the policy's rules against minutes of a visit; `pins` hold promised visits.
    """
    agreed = {v.appointment_id: _checked(v) for v in day.visits}
    held = {
        p.appointment_id: CheckedPin(p.officers, p.begin_s, p.end_s) for p in (*day.pins, *pins)
    }
    by_id = {o.officer_id: o for o in day.officers}
    routes = []
    for route in plan.routes:
        officer = by_id[route.officer_id]
        routes.append(_checked_route(officer, route))
    return check_routes(agreed, routes, day.travel.seconds, pins=held, lawful=lawful)


def _checked(visit: VisitTask) -> CheckedVisit:
    more = tuple((w.begin_s, w.end_s) for w in visit.more_windows)
    return CheckedVisit(
        visit.appointment_id,
        visit.begin_s,
        visit.end_s,
        visit.service_s,
        visit.point,
        visit.officers,
        more,
        visit.skills,
        visit.crew,
        visit.takes,
    )


def _checked_route(officer: OfficerDay, route: OfficerRoute) -> CheckedRoute:
    owed = officer.lunch
    return CheckedRoute(
        route.officer_id,
        officer.start_point,
        officer.work_from_s,
        officer.work_until_s,
        tuple(CheckedStop(s.appointment_id, s.arrive_s, s.leave_s) for s in route.stops),
        officer.end_point,
        CheckedLunch(owed.earliest_s, owed.latest_s, owed.minutes * 60) if owed else None,
        route.lunch_from_s,
        officer.most_visits,
        officer.longest_s,
        officer.skills,
    )


def published(desk: Desk, day: date) -> tuple[Route, ...]:
    """Return the published routes of a day."""
    return tuple(r.record for r in desk.store.projection.every(Route) if r.record.day == day)


def _start(officer: Officer, places: Sequence[Point]) -> Point:
    """Return where the officer sets out; without a start place, the middle of the day's visits."""
    if officer.start_lat_e7 is not None and officer.start_lon_e7 is not None:
        return officer.start_lat_e7 / 1e7, officer.start_lon_e7 / 1e7
    if not places:
        return 0.0, 0.0
    return sum(p[0] for p in places) / len(places), sum(p[1] for p in places) / len(places)


def since_midnight(known: PlanGround, instant: datetime) -> int:
    """Return the seconds from the local midnight of the plan's day."""
    return round((instant - at_local(known.day, time(0), known.zone)).total_seconds())
