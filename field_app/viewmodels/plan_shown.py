"""A plan as it is shown to the lead, with what is held in place; and small changes of it. Pure."""

import msgspec

from field_app.planning.changes import Moved
from field_app.planning.differences import Difference
from field_app.planning.problem import AGREED, DayPlan, DayProblem, Pin
from sync.domain.ids import OfficerId, RecordId


class Shown(msgspec.Struct, frozen=True):
    """A plan of a problem; `placed` were dropped or locked, `locked` stay in a new search too."""

    plan: DayPlan
    problem: DayProblem
    placed: tuple[Pin, ...] = ()
    locked: frozenset[RecordId] = frozenset()


class Candidate(msgspec.Struct, frozen=True):
    """A plan that waits to be taken, and what it changes."""

    shown: Shown
    changes: tuple[Difference, ...]


def freed(problem: DayProblem, visit: RecordId, officers: tuple[OfficerId, ...]) -> DayProblem:
    """Return the problem in which nothing holds the visit; a proposal may go to anybody."""
    pins = tuple(p for p in problem.pins if p.appointment_id != visit)
    visits = tuple(
        msgspec.structs.replace(v, officers=officers)
        if v.appointment_id == visit and officers and v.priority < AGREED
        else v
        for v in problem.visits
    )
    return msgspec.structs.replace(problem, pins=pins, visits=visits)


def with_move(shown: Shown, visit: RecordId, officers: tuple[OfficerId, ...], move: Moved) -> Shown:
    """Return the plan of a move, the stop held where it was dropped."""
    pin = Pin(visit, officers, move.begin_s, move.begin_s)
    problem = freed(shown.problem, visit, officers)
    plan = move.plan or shown.plan
    return _holding(Shown(plan, problem, shown.placed, shown.locked), pin)


def with_lock_turned(shown: Shown, visit: RecordId) -> Shown:
    """Return the plan with a stop locked to its officers and minute, or let go."""
    stops = [
        (r.officer_id, s.arrive_s)
        for r in shown.plan.routes
        for s in r.stops
        if s.appointment_id == visit
    ]
    if not stops:
        return shown
    placed = tuple(p for p in shown.placed if p.appointment_id != visit)
    problem = freed(shown.problem, visit, ())
    if visit in shown.locked:
        return Shown(shown.plan, problem, placed, shown.locked - {visit})
    pin = Pin(visit, tuple(o for o, _ in stops), stops[0][1], stops[0][1])
    return _holding(Shown(shown.plan, problem, placed, shown.locked | {visit}), pin)


def _holding(shown: Shown, pin: Pin) -> Shown:
    placed = (*(p for p in shown.placed if p.appointment_id != pin.appointment_id), pin)
    problem = msgspec.structs.replace(shown.problem, pins=(*shown.problem.pins, pin))
    return msgspec.structs.replace(shown, placed=placed, problem=problem)
