"""A problem made ready for many questions: looked up by id, pins applied, windows sorted.

Plain attributes, because moves are tried thousands of times a second.
"""

from collections.abc import Sequence

from field_app.planning.problem import DayPlan, DayProblem, OfficerDay, VisitTask
from sync.domain.ids import OfficerId, RecordId

type Orders = dict[OfficerId, list[RecordId]]


class Task:
    """A visit with everything that narrows it; `named` is empty where anybody able may come."""

    __slots__ = ("able", "named", "point", "service_s", "takes", "visit", "wants", "windows")

    def __init__(self, visit: VisitTask, officers: Sequence[OfficerDay]) -> None:
        self.visit = visit
        self.point = visit.point
        self.service_s = visit.service_s
        self.takes = visit.takes
        self.wants = visit.wants
        self.named = visit.officers
        self.windows = [(w.begin_s, w.end_s) for w in visit.windows if w.begin_s <= w.end_s]
        present = {o.officer_id for o in officers if visit.skills <= o.skills}
        self.able = frozenset(present & set(visit.officers) if visit.officers else present)

    @property
    def possible(self) -> bool:
        """Say whether enough officers are there who may come, and any window stands."""
        return bool(self.windows) and len(self.able) >= self.wants

    def pin(self, officers: tuple[OfficerId, ...], begin_s: int, end_s: int) -> None:
        """Hold the visit to these officers and to what its windows leave of the span."""
        if officers:
            self.named = officers
            self.wants = len(officers)
            self.able = self.able & frozenset(officers)
        cut = [(max(b, begin_s), min(e, end_s)) for b, e in self.windows]
        self.windows = [(b, e) for b, e in cut if b <= e]

    def begin(self, at_s: int) -> int | None:
        """Return the first moment from `at_s` at which the visit may begin; None when too late."""
        for begins, ends in self.windows:
            if at_s <= ends:
                return at_s if at_s > begins else begins
        return None


class Ground:
    """The problem by id."""

    def __init__(self, problem: DayProblem) -> None:
        self.problem = problem
        self.seconds = problem.travel.seconds
        self.officers: dict[OfficerId, OfficerDay] = {o.officer_id: o for o in problem.officers}
        self.tasks: dict[RecordId, Task] = {
            v.appointment_id: Task(v, problem.officers) for v in problem.visits
        }
        for pin in problem.pins:
            if pin.appointment_id in self.tasks:
                self.tasks[pin.appointment_id].pin(pin.officers, pin.begin_s, pin.end_s)

    def possible(self) -> list[RecordId]:
        """Return the visits that somebody could make at some time, in the problem's order."""
        return [i for i, task in self.tasks.items() if task.possible]

    def empty(self) -> Orders:
        """Return a day on which nobody drives."""
        return {officer_id: [] for officer_id in self.officers}


def copied(orders: Orders) -> Orders:
    """Return orders that may be changed without touching the others."""
    return {officer_id: list(order) for officer_id, order in orders.items()}


def orders_in(ground: Ground, plan: DayPlan) -> Orders:
    """Return the orders of a plan, of the visits and officers that are still there."""
    orders = ground.empty()
    for route in plan.routes:
        if route.officer_id in orders:
            here = [s.appointment_id for s in route.stops if s.appointment_id in ground.tasks]
            orders[route.officer_id] = here
    return orders
