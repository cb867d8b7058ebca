"""Running late: the rest of an officer's day from where he is now, and whom to call.

Only the late officer and those who meet him are planned again; what is done stays done.
"""

from collections.abc import Collection

import msgspec

from field_app.planning.ground import Ground, Orders, orders_in
from field_app.planning.insertion import filled, holds, insert, mended, weight, without
from field_app.planning.live_solver import live_orders
from field_app.planning.problem import DayPlan, DayProblem, OfficerDay, OfficerRoute
from field_app.planning.schedule import schedule
from field_app.planning.solver import finished
from sync.domain.ids import OfficerId, RecordId

LATE = "late"


class ToCall(msgspec.Struct, frozen=True):
    """A customer whose window cannot be kept, and when the visit could begin instead, if ever."""

    appointment_id: RecordId
    could_begin_s: int | None


class RestOfDay(msgspec.Struct, frozen=True):
    """The plan for what is still to come, and who must be told."""

    plan: DayPlan
    calls: tuple[ToCall, ...]


class Where(msgspec.Struct, frozen=True):
    """Where the late officer is: a point of the matrix, free to leave at `now_s`."""

    officer_id: OfficerId
    point: int
    now_s: int


def rest_of_day(
    problem: DayProblem, plan: DayPlan, where: Where, done: Collection[RecordId]
) -> RestOfDay:
    """Plan the visits not yet done again from now; every window that can be kept is kept."""
    routes = {r.officer_id: r for r in plan.routes}
    team = _who_meets(plan, where.officer_id, done)
    officers = tuple(
        _from_now(o, routes.get(o.officer_id), where, done)
        for o in problem.officers
        if o.officer_id in team
    )
    mine = {s.appointment_id for o in team if o in routes for s in routes[o].stops} - set(done)
    visits = tuple(v for v in problem.visits if v.appointment_id in mine)
    rest = msgspec.structs.replace(problem, officers=officers, visits=visits, pins=())
    ground = Ground(rest)
    orders = _best(ground, without(orders_in(ground, plan), done))
    placed = {stop for order in orders.values() for stop in order}
    calls, full = [], orders
    for visit in visits:
        if visit.appointment_id not in placed:
            begin, full = _could_begin(ground, full, visit.appointment_id)
            calls.append(ToCall(visit.appointment_id, begin))
    return RestOfDay(finished(Ground(rest), orders, LATE), tuple(calls))


def _who_meets(plan: DayPlan, late: OfficerId, done: Collection[RecordId]) -> set[OfficerId]:
    """Return the officers whose days hang together with the late one's, himself included."""
    stops = {r.officer_id: {s.appointment_id for s in r.stops} - set(done) for r in plan.routes}
    found, waiting = {late}, [late]
    while waiting:
        here = stops.get(waiting.pop(), set())
        more = [o for o, theirs in stops.items() if o not in found and theirs & here]
        found.update(more)
        waiting += more
    return found


def _from_now(
    officer: OfficerDay, route: OfficerRoute | None, where: Where, done: Collection[RecordId]
) -> OfficerDay:
    """Return the officer's day from now on; who has had lunch, or can no more, has none to come."""
    late = officer.officer_id == where.officer_id
    begin = max(officer.work_from_s, where.now_s) if late else officer.work_from_s
    lunch = officer.lunch
    if late and lunch is not None:
        eaten = (
            route is not None
            and route.lunch_from_s is not None
            and (route.lunch_from_s + lunch.minutes * 60 <= where.now_s)
        )
        if eaten or lunch.latest_s < where.now_s:
            lunch = None
    finished_here = 0 if route is None else sum(s.appointment_id in done for s in route.stops)
    return msgspec.structs.replace(
        officer,
        start_point=where.point if late else officer.start_point,
        end_point=officer.ends_at,
        work_from_s=begin,
        lunch=lunch,
        longest_s=None,
        most_visits=max(0, officer.most_visits - finished_here),
    )


def _best(ground: Ground, order: Orders) -> Orders:
    """Keep the order when it still holds, else look for one that leaves fewer out."""
    if holds(ground, order):
        return order
    tried = [filled(ground, mended(ground, one)[0]) for one in (order, live_orders(ground, 1))]
    return min(tried, key=lambda one: weight(ground, one))


def _could_begin(ground: Ground, orders: Orders, visit: RecordId) -> tuple[int | None, Orders]:
    """Return when the visit could begin if its window were open, and the orders with it."""
    task = ground.tasks[visit]
    task.windows = [(task.windows[0][0], max(o.work_until_s for o in ground.officers.values()))]
    changed = insert(ground, orders, visit)
    if changed is None:
        return None, orders
    days = schedule(ground, changed)
    first = next(o for o, order in changed.items() if visit in order)
    return days[first].begins[changed[first].index(visit)], changed
