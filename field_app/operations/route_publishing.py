"""Publishing a day plan: checked here, decided here and on the server, all routes or none."""

from datetime import time, timedelta

import msgspec

from field_app.operations.desk import Desk
from field_app.operations.routes import PlanGround, check
from field_app.operations.submit import Written, submit
from field_app.planning.problem import AGREED, DayPlan, DayProblem, Lunch, OfficerRoute
from sync.domain.commands import PublishRoutes
from sync.domain.day_routes import DayRoute, DayRules, LunchRule, route_id_of
from sync.domain.outcome import Reason, Refused
from sync.domain.records import Officer, Route, Stop
from sync.domain.time import at_local


def publish(desk: Desk, known: PlanGround, plan: DayPlan, day: DayProblem) -> Written:
    """Publish every officer's route of the plan of a day.

    A plan that breaks any rule is refused, with one reason for each rule broken. Proposals are not
    published: the customer has said nothing yet. Their room stays free.
    """
    plan = binding(day, plan)
    broken = dict.fromkeys(b.code for b in check(day, plan, known.law.against))
    if broken:
        return Refused(tuple(Reason(code) for code in broken))
    return submit(desk, command_of(desk, known, plan, day))


def command_of(desk: Desk, known: PlanGround, plan: DayPlan, day: DayProblem) -> PublishRoutes:
    """Return the command that publishes the plan; a colleague left without a stop is told so."""
    team = {o.id for o in known.officers}
    drives = {r.officer_id for r in plan.routes}
    nothing = tuple(
        OfficerRoute(r.officer_id, (), None, 0, 0)
        for r in known.standing
        if r.officer_id not in drives and r.officer_id in team
    )
    routes = []
    for route in (*plan.routes, *nothing):
        before = desk.store.projection.get(Route, route_id_of(route.officer_id, plan.day))
        if before is not None or route.stops:
            routes.append(_route(known, day, route, before.rev if before else 0))
    return PublishRoutes(plan.day, tuple(routes), plan.travel_source, _rules(day))


def binding(day: DayProblem, plan: DayPlan) -> DayPlan:
    """Return the plan without proposals; everybody else's minutes stay as they are."""
    tasks = {v.appointment_id: v for v in day.visits}
    starts = {o.officer_id: o for o in day.officers}
    routes = []
    for route in plan.routes:
        officer, stops = starts[route.officer_id], []
        here = officer.start_point
        for stop in route.stops:
            task = tasks[stop.appointment_id]
            if task.priority == AGREED:
                way = day.travel.seconds[here][task.point]
                stops.append(msgspec.structs.replace(stop, travel_s=way))
                here = task.point
        lunch = route.lunch_from_s if stops else None
        home = day.travel.seconds[here][officer.ends_at] if stops else 0
        driven = sum(s.travel_s for s in stops) + home
        routes.append(OfficerRoute(route.officer_id, tuple(stops), lunch, route.back_s, driven))
    return msgspec.structs.replace(plan, routes=tuple(routes))


def _rules(day: DayProblem) -> DayRules:
    """Return the rules that the whole team's day was planned by."""
    if not day.officers:
        return DayRules()
    one = day.officers[0]
    lunch = one.lunch
    owed = _lunch(lunch) if lunch else None
    return DayRules(owed, one.most_visits, one.longest_s)


def _route(known: PlanGround, day: DayProblem, route: OfficerRoute, rev: int) -> DayRoute:
    officer = next((o for o in day.officers if o.officer_id == route.officer_id), None)
    if officer is None or not route.stops:
        return DayRoute(route.officer_id, rev, ())
    midnight = at_local(known.day, time(0), known.zone)
    lunch = route.lunch_from_s
    last = next(v for v in day.visits if v.appointment_id == route.stops[-1].appointment_id)
    starts: Officer = known.officers[officer.start_point]
    return DayRoute(
        route.officer_id,
        rev,
        _stops(known, route),
        None if lunch is None else midnight + timedelta(seconds=lunch),
        day.travel.seconds[last.point][officer.ends_at],
        _clock(officer.work_from_s),
        _clock(officer.work_until_s),
        None if starts.id == route.officer_id else starts.id,
    )


def _lunch(lunch: Lunch) -> LunchRule:
    return LunchRule(_clock(lunch.earliest_s), _clock(lunch.latest_s), lunch.minutes)


def _clock(seconds: int) -> time:
    return time(seconds // 3600, seconds % 3600 // 60)


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
