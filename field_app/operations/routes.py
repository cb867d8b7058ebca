"""Day plans: what the planner is given, the independent check, publishing."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import msgspec

from field_app.maps.travel import TravelTimes
from field_app.operations.desk import Desk
from field_app.operations.submit import Written, submit
from field_app.operations.team import field_officers
from field_app.operations.today import TodayVisit, visits_of
from field_app.planning.problem import (
    DayPlan,
    DayProblem,
    OfficerDay,
    OfficerRoute,
    Travel,
    VisitTask,
)
from sync.domain.commands import PublishRoute
from sync.domain.ids import RecordId
from sync.domain.records import Officer, Route, Stop
from sync.domain.time import at_local
from sync.domain.vocabulary import AppointmentState
from sync.policy.route_check import (
    Breach,
    CheckedRoute,
    CheckedStop,
    CheckedVisit,
    check_routes,
)

VISIT_MINUTES = 40

type Point = tuple[float, float]


class PlanGround(msgspec.Struct, frozen=True):
    """What a day's plan stands on: the visits with a pin, and those that still need one."""

    day: date
    zone: str
    officers: tuple[Officer, ...]
    visits: tuple[TodayVisit, ...]
    unpinned: tuple[TodayVisit, ...]
    points: tuple[Point, ...]


def ground(desk: Desk, day: date) -> PlanGround:
    """Return the agreed visits of a day with everybody who could make them."""
    agreed = [
        v
        for v in visits_of(desk, day, None)
        if v.state is AppointmentState.AGREED and not v.blocked
    ]
    pinned = tuple(v for v in agreed if v.point is not None)
    officers = field_officers(desk)
    places = [v.point for v in pinned if v.point is not None]
    starts = [_start(o, places) for o in officers]
    return PlanGround(
        day,
        desk.zone,
        officers,
        pinned,
        tuple(v for v in agreed if v.point is None),
        tuple(starts + places),
    )


def travel(known: PlanGround, times: TravelTimes) -> Travel:
    """Return the driving seconds between the ground's points."""
    table = times.table(known.points)
    return Travel(table.seconds, table.source)


def problem(known: PlanGround, travel: Travel) -> DayProblem:
    """Return the planner's problem; `travel` is the table between the ground's points."""
    officers = tuple(
        OfficerDay(o.id, o.name, i, _seconds(o.work_from), _seconds(o.work_until))
        for i, o in enumerate(known.officers)
    )
    first = len(officers)
    visits = tuple(
        VisitTask(
            v.appointment_id,
            v.case_id,
            v.case_no,
            first + i,
            _since_midnight(known, v.start),
            _since_midnight(known, v.end),
            VISIT_MINUTES * 60,
            v.officers,
        )
        for i, v in enumerate(known.visits)
    )
    return DayProblem(known.day, known.zone, officers, visits, travel)


def check(day: DayProblem, plan: DayPlan) -> list[Breach]:
    """Return what the plan breaks, by code that shares nothing with the planner."""
    agreed = {
        v.appointment_id: CheckedVisit(
            v.appointment_id, v.begin_s, v.end_s, v.service_s, v.point, v.officers
        )
        for v in day.visits
    }
    by_id = {o.officer_id: o for o in day.officers}
    routes = []
    for route in plan.routes:
        officer = by_id[route.officer_id]
        stops = tuple(CheckedStop(s.appointment_id, s.arrive_s, s.leave_s) for s in route.stops)
        routes.append(
            CheckedRoute(
                route.officer_id,
                officer.start_point,
                officer.work_from_s,
                officer.work_until_s,
                stops,
            )
        )
    return check_routes(agreed, routes, day.travel.seconds)


def publish(desk: Desk, known: PlanGround, plan: DayPlan) -> tuple[Written, ...]:
    """Publish every officer's route of a checked plan; one answer an officer."""
    stands = {(r.record.day, r.record.officer_id): r for r in desk.store.projection.every(Route)}
    answers = []
    for route in plan.routes:
        before = stands.get((plan.day, route.officer_id))
        if before is None and not route.stops:
            continue
        command = PublishRoute(
            route_id=before.record.id if before else RecordId(desk.ids.fresh()),
            base_rev=before.rev if before else 0,
            officer_id=route.officer_id,
            day=plan.day,
            stops=_stops(known, route),
            travel_source=plan.travel_source,
            at=desk.clock.now(),
        )
        answers.append(submit(desk, command))
    return tuple(answers)


def published(desk: Desk, day: date) -> tuple[Route, ...]:
    """Return the published routes of a day."""
    return tuple(r.record for r in desk.store.projection.every(Route) if r.record.day == day)


def _stops(known: PlanGround, route: OfficerRoute) -> tuple[Stop, ...]:
    midnight = at_local(known.day, time(0), known.zone)
    return tuple(
        Stop(
            s.appointment_id,
            s.case_id,
            midnight + timedelta(seconds=s.arrive_s),
            midnight + timedelta(seconds=s.leave_s),
            s.travel_s,
        )
        for s in route.stops
    )


def _start(officer: Officer, places: Sequence[Point]) -> Point:
    """Return where the officer sets out; without a start place, the middle of the day's visits."""
    if officer.start_lat_e7 is not None and officer.start_lon_e7 is not None:
        return officer.start_lat_e7 / 1e7, officer.start_lon_e7 / 1e7
    if not places:
        return 0.0, 0.0
    return sum(p[0] for p in places) / len(places), sum(p[1] for p in places) / len(places)


def _seconds(clock_time: time) -> int:
    return clock_time.hour * 3600 + clock_time.minute * 60


def _since_midnight(known: PlanGround, instant: datetime) -> int:
    return round((instant - at_local(known.day, time(0), known.zone)).total_seconds())
