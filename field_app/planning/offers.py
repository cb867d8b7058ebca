"""Gaps in a plan as windows to offer a customer; whether they are lawful the caller asks."""

from collections.abc import Iterator

import msgspec

from field_app.planning.ground import Ground, orders_in
from field_app.planning.insertion import insert, mended
from field_app.planning.problem import DayPlan, DayProblem, VisitTask
from field_app.planning.schedule import driving, schedule
from sync.domain.ids import OfficerId

STEP_S = 1800


class Offer(msgspec.Struct, frozen=True):
    """A window that the plan has room for, with whom, and what it costs in driving."""

    begin_s: int
    end_s: int
    officers: tuple[OfficerId, ...]
    extra_driving_s: int


def offers(
    problem: DayProblem, plan: DayPlan, visit: VisitTask, length_s: int
) -> tuple[Offer, ...]:
    """Return every window of `length_s`, half an hour apart, in which the visit could be added.

    The problem's matrix must hold the visit's point; its own windows bound where it is looked for.
    """
    day = msgspec.structs.replace(problem, visits=(*problem.visits, visit))
    ground = Ground(day)
    orders, _out = mended(ground, orders_in(ground, plan))
    before = driving(schedule(ground, orders))
    task = ground.tasks[visit.appointment_id]
    found = []
    for begin in _begins(task.windows, length_s):
        task.windows = [(begin, begin + length_s)]
        changed = insert(ground, orders, visit.appointment_id)
        if changed is not None:
            who = tuple(o for o, order in changed.items() if visit.appointment_id in order)
            extra = driving(schedule(ground, changed)) - before
            found.append(Offer(begin, begin + length_s, who, extra))
    return tuple(found)


def _begins(windows: list[tuple[int, int]], length_s: int) -> Iterator[int]:
    for begin, end in list(windows):
        yield from range(-(-begin // STEP_S) * STEP_S, end - length_s + 1, STEP_S)
