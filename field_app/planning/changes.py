"""Changing a plan that stands: little, quickly, and never what a customer was promised.

All functions are pure. A promised visit keeps its officers and begins within `shift_s` of what was
published; what is new goes where it costs least.
"""

from collections.abc import Collection, Iterable

import msgspec

from field_app.planning.ground import Ground, Orders, orders_in
from field_app.planning.insertion import filled, insert, mended, weight, without
from field_app.planning.live_solver import live_orders
from field_app.planning.problem import DayPlan, DayProblem, Pin, VisitTask, WhyNot
from field_app.planning.reasons import why_not
from field_app.planning.schedule import driving, schedule
from field_app.planning.solver import finished
from sync.domain.ids import OfficerId, RecordId

CHANGED, ILL = "change", "without_officer"


class Moved(msgspec.Struct, frozen=True):
    """Whether a stop may go where it was dropped: the new plan, or why not."""

    plan: DayPlan | None
    why: WhyNot | None = None
    clashes_with: str = ""
    begin_s: int = 0
    extra_driving_s: int = 0


class WhatIf(msgspec.Struct, frozen=True):
    """A day without somebody: the plan, and whose agreement it does not keep."""

    plan: DayPlan
    to_call: tuple[RecordId, ...]


def pins_of(
    problem: DayProblem, plan: DayPlan, promised: Collection[RecordId], shift_s: int = 0
) -> tuple[Pin, ...]:
    """Return what holds the promised visits to the officers and times of a plan."""
    officers: dict[RecordId, list[OfficerId]] = {}
    begins: dict[RecordId, int] = {}
    for route in plan.routes:
        for stop in route.stops:
            officers.setdefault(stop.appointment_id, []).append(route.officer_id)
            begins[stop.appointment_id] = stop.arrive_s
    known = {v.appointment_id for v in problem.visits}
    return tuple(
        Pin(i, tuple(officers[i]), begins[i] - shift_s, begins[i] + shift_s)
        for i in promised
        if i in begins and i in known
    )


def replanned(
    problem: DayProblem, before: DayPlan, promised: Collection[RecordId], shift_s: int = 0
) -> DayPlan:
    """Return the plan after a change of the problem; every promised visit that still can, stays.

    The old order with the new visits put in is tried beside a fresh search under the same pins.
    """
    pinned = with_pins(problem, pins_of(problem, before, promised, shift_s))
    ground = Ground(pinned)
    kept = filled(ground, mended(ground, orders_in(ground, before))[0])
    fresh = filled(ground, mended(ground, live_orders(ground, 1))[0])
    given_up = (_placed(kept) & set(promised)) - _placed(fresh)
    candidates = (kept,) if given_up else (kept, fresh)  # a new visit never costs a promised one
    best = min(candidates, key=lambda orders: weight(ground, orders))
    return finished(ground, best, CHANGED)


def _placed(orders: Orders) -> set[RecordId]:
    return {stop for order in orders.values() for stop in order}


def with_pins(problem: DayProblem, pins: Iterable[Pin]) -> DayProblem:
    """Return the problem with more pins."""
    return msgspec.structs.replace(problem, pins=(*problem.pins, *pins))


def moved(
    problem: DayProblem,
    plan: DayPlan,
    visit: RecordId,
    officers: tuple[OfficerId, ...] = (),
    at_s: int | None = None,
) -> Moved:
    """Try a stop with other officers, at another time, or both; answers within 50 ms.

    Without officers it stays with those who have it. `at_s` is the moment it should begin at,
    as near as its windows allow.
    """
    ground = Ground(problem)
    task = ground.tasks.get(visit)
    if task is None:
        return Moved(None, WhyNot.NO_ROOM)
    orders, _out = mended(ground, orders_in(ground, plan))
    before = driving(schedule(ground, orders))
    who = officers or tuple(o for o, order in orders.items() if visit in order)
    if any(o not in task.able for o in who):
        return Moved(None, _not_his(ground, task.visit, who))
    task.pin(who, 0 if at_s is None else at_s, 1 << 40)
    changed = insert(ground, without(orders, (visit,)), visit)
    if changed is None:
        why, clash = why_not(ground, task, _begins(ground, without(orders, (visit,))))
        return Moved(None, why, clash)
    days = schedule(ground, changed)
    begin = days[who[0]].begins[changed[who[0]].index(visit)] if who else 0
    fresh = finished(ground, changed, CHANGED)
    return Moved(fresh, None, "", begin, driving(days) - before)


def _not_his(ground: Ground, visit: VisitTask, who: tuple[OfficerId, ...]) -> WhyNot:
    if any(o not in ground.officers for o in who):
        return WhyNot.OFFICER_ABSENT
    if any(not visit.skills <= ground.officers[o].skills for o in who):
        return WhyNot.NO_SKILL
    return WhyNot.OTHER_OFFICER


def _begins(ground: Ground, orders: Orders) -> dict[RecordId, int]:
    days = schedule(ground, orders)
    return {
        stop: begin
        for officer_id, order in orders.items()
        for stop, begin in zip(order, days[officer_id].begins, strict=True)
    }


def without_officer(problem: DayProblem, plan: DayPlan, ill: OfficerId) -> WhatIf:
    """Return the day if one officer cannot come: his visits go to others, nobody else's moves.

    Whoever agreed on the missing officer, or finds no place, is to be called.
    """
    others = tuple(o for o in problem.officers if o.officer_id != ill)
    touched = {v.appointment_id for v in problem.visits if ill in v.officers}
    visits = tuple(
        _replaceable(v, len(others)) if v.appointment_id in touched else v for v in problem.visits
    )
    kept = [s.appointment_id for r in plan.routes for s in r.stops]
    steady = [i for i in dict.fromkeys(kept) if i not in touched]
    day = msgspec.structs.replace(problem, officers=others, visits=visits)
    pinned = with_pins(day, pins_of(day, plan, steady))
    ground = Ground(pinned)
    standing = without(orders_in(ground, plan), touched)
    orders = filled(ground, mended(ground, standing)[0])
    left = {u.appointment_id for u in finished(ground, orders, ILL).unplaced}
    calls = [v.appointment_id for v in problem.visits if v.appointment_id in touched | left]
    return WhatIf(finished(ground, orders, ILL), tuple(calls))


def _replaceable(visit: VisitTask, most: int) -> VisitTask:
    crew = min(len(visit.officers), max(1, most))
    return msgspec.structs.replace(visit, officers=(), crew=crew)
