"""Turns a problem into a plan: orders from the solvers, times from the exact schedule.

VROOM answers at once and says lunch, skills and priorities; PyVRP comes nearer to the best when
it is given seconds. Both are tried where there is time, and the better plan counts (measured:
docs/performance.md).
"""

import time

from field_app.planning.ground import Ground, Orders
from field_app.planning.insertion import filled, mended, weight
from field_app.planning.live_solver import live_orders
from field_app.planning.messages import Clock, Tell
from field_app.planning.problem import DayPlan, DayProblem
from field_app.planning.reasons import unplaced
from field_app.planning.schedule import routes_of

LIVE, DEEP = "vroom", "pyvrp"
DEEP_FROM_S = 0.5  # less time than this is VROOM's alone
LIVE_UNTIL = 50  # visits; beyond them PyVRP has all the time, without lunch or visits for a few
SMALL_DAY, LARGE_DAY_S = 60, 5.0  # up to so many visits VROOM searches deeply by itself
SHARE = 0.25  # of the time, for VROOM beside PyVRP on large days


class VroomSolver:
    """The everyday solver: answers in under a second at a branch's size."""

    def __init__(self, threads: int = 2) -> None:
        self._threads = threads

    def solve(self, problem: DayProblem, clock_ms: int = 0) -> DayPlan:
        """Return the plan; a visit that fits nowhere is left out with its reason."""
        ground = Ground(problem)
        return finished(ground, _held(ground, live_orders(ground, self._threads)), LIVE, clock_ms)


class PatientSolver:
    """Uses up to `seconds`: VROOM's plan first, then PyVRP's where that is better."""

    def __init__(
        self,
        seconds: float,
        seed: int = 1,
        tell: Tell = lambda _part: None,
        clock: Clock = time.monotonic,
    ) -> None:
        self._seconds = seconds
        self._seed = seed
        self._tell = tell
        self._clock = clock

    def solve(self, problem: DayProblem, clock_ms: int = 0) -> DayPlan:
        """Return the better plan of the two."""
        ground = Ground(problem)
        began, left, found = self._clock(), self._seconds, []
        lunch, narrow = any(o.lunch for o in problem.officers), _is_narrow(ground)
        if left < DEEP_FROM_S or lunch or narrow or len(problem.visits) <= LIVE_UNTIL:
            found.append((LIVE, _held(ground, live_orders(ground, 1, max(0.2, left * SHARE)))))
        if left >= DEEP_FROM_S:
            from field_app.planning.deep_solver import deep_orders  # a moment, so not for nothing

            begun = found[0][1] if narrow else None
            left = max(DEEP_FROM_S / 2, left - (self._clock() - began))
            deep = deep_orders(ground, left, self._seed, self._tell, self._clock, begun)
            found.append((DEEP, _held(ground, deep)))
        name, orders = min(found, key=lambda one: weight(ground, one[1]))
        return finished(ground, orders, name, clock_ms)


def worth_s(problem: DayProblem) -> float:
    """Return how many seconds of search a day is worth beyond the first answer (measured)."""
    return LARGE_DAY_S if len(problem.visits) > SMALL_DAY else 0.0


def finished(ground: Ground, orders: Orders, solver: str, clock_ms: int = 0) -> DayPlan:
    """Return the plan of orders that hold, with a reason for every visit left out."""
    problem = ground.problem
    return DayPlan(
        problem.day,
        routes_of(ground, orders),
        unplaced(ground, orders),
        problem.travel.source,
        clock_ms,
        solver,
    )


def _is_narrow(ground: Ground) -> bool:
    """Say whether some visit is not for everybody.

    PyVRP by itself leaves out five times as many of such visits as VROOM (measured), and betters
    VROOM's plan when it begins with it.
    """
    return any(task.able != ground.officers.keys() for task in ground.tasks.values())


def _held(ground: Ground, orders: Orders) -> Orders:
    return filled(ground, mended(ground, orders)[0])
