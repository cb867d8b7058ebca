"""Driving orders with VROOM: knows breaks, skills, several windows and priorities, in a moment.

A visit of two officers is one job for each of them. The first round lets each route find its own
order; the exact schedule finds when both can ring the bell; the second round holds them to it.
"""

from datetime import timedelta
from typing import Any

import msgspec

from field_app.planning.ground import Ground, Orders, Task
from field_app.planning.insertion import mended
from field_app.planning.problem import OfficerDay
from field_app.planning.schedule import schedule
from sync.domain.ids import OfficerId, RecordId

TOGETHER_S = 60
TOP = 100
DEEP, SHALLOW = 5, 1
DEEP_UNTIL = 120  # jobs; beyond them the deep search takes longer than a person waits


class _Job(msgspec.Struct, frozen=True):
    """One officer's part in a visit; `able` are the officers who may take it."""

    visit: RecordId
    able: frozenset[OfficerId]
    windows: tuple[tuple[int, int], ...]


def live_orders(ground: Ground, threads: int, seconds: float | None = None) -> Orders:
    """Return orders of which most hold; `seconds` bounds the search where it can be long."""
    able = ground.possible()
    first = [part for i in able for part in _parts(ground, i)]
    orders = _search(ground, first, threads, seconds)
    if all(ground.tasks[i].wants == 1 for i in able):
        return orders
    met = _met(ground, orders)
    second = [part for i in able for part in _parts(ground, i, met.get(i))]
    return _search(ground, second, threads, seconds)


def _parts(
    ground: Ground, visit: RecordId, met: tuple[int, tuple[OfficerId, ...]] | None = None
) -> list[_Job]:
    task = ground.tasks[visit]
    windows = tuple(task.windows)
    if met is not None:
        windows = _about(task, met[0])
    if task.wants == 1:
        return [_Job(visit, task.able, windows)]
    if task.named:
        return [_Job(visit, frozenset((o,)), windows) for o in task.named]
    if met is None:
        return [_Job(visit, task.able, windows)]
    lead = met[1][0]
    others = task.able - {lead}
    return [_Job(visit, frozenset((lead,)), windows), _Job(visit, others, windows)]


def _about(task: Task, begin: int) -> tuple[tuple[int, int], ...]:
    cut = [(max(b, begin), min(e, begin + TOGETHER_S)) for b, e in task.windows]
    return tuple((b, e) for b, e in cut if b <= e) or tuple(task.windows)


def _met(ground: Ground, orders: Orders) -> dict[RecordId, tuple[int, tuple[OfficerId, ...]]]:
    """Return when and with whom the visits of teams can begin, as the orders stand."""
    alone = {i: t for i, t in ground.tasks.items() if t.wants > 1 and not t.named}
    found: dict[RecordId, tuple[int, tuple[OfficerId, ...]]] = {}
    for task in alone.values():
        task.wants = 1  # until its second officer is chosen
    try:
        held, _out = mended(ground, orders)
        days = schedule(ground, held)
    finally:
        for task in alone.values():
            task.wants = task.visit.crew
    for officer_id, order in held.items():
        for at, stop in enumerate(order):
            if ground.tasks[stop].wants > 1:
                _begin, team = found.get(stop, (0, ()))
                found[stop] = (days[officer_id].begins[at], (*team, officer_id))
    return found


def _search(ground: Ground, jobs: list[_Job], threads: int, seconds: float | None) -> Orders:
    orders = ground.empty()
    if not jobs or not orders:
        return orders
    # Here and below, not above: they bring pandas, which the program's start need not wait for.
    import numpy as np
    import vroom

    officers = list(ground.officers.values())
    model = vroom.Input()
    matrix = np.array(ground.seconds, dtype=np.uint32)
    model.set_durations_matrix(profile="car", matrix_input=matrix)
    kinds = {able: n for n, able in enumerate(dict.fromkeys(j.able for j in jobs))}
    model.add_vehicle(
        [_vehicle(n, o, {k for a, k in kinds.items() if o.officer_id in a})
         for n, o in enumerate(officers)]
    )  # fmt: skip
    model.add_job([_job(ground, n, job, kinds[job.able]) for n, job in enumerate(jobs)])
    level = DEEP if len(jobs) <= DEEP_UNTIL else SHALLOW
    bound = None if seconds is None else timedelta(seconds=seconds)
    answer: Any = model.solve(exploration_level=level, nb_threads=threads, timeout=bound)
    for raw in answer.to_dict()["routes"]:
        order = [jobs[s["id"]].visit for s in raw["steps"] if s["type"] == "job"]
        orders[officers[raw["vehicle"]].officer_id] = order
    return orders


def _job(ground: Ground, number: int, job: _Job, kind: int) -> Any:
    import vroom

    task = ground.tasks[job.visit]
    return vroom.Job(
        number,
        location=task.point,
        default_service=task.service_s,
        delivery=[task.takes],
        time_windows=[vroom.TimeWindow(b, e) for b, e in job.windows],
        skills={kind},
        priority=min(TOP, task.visit.priority),
    )


def _vehicle(number: int, officer: OfficerDay, kinds: set[int]) -> Any:
    import vroom

    breaks = []
    if officer.lunch is not None:
        window = vroom.TimeWindow(officer.lunch.earliest_s, officer.lunch.latest_s)
        rest = vroom.Break(number, time_windows=[window], service=officer.lunch.minutes * 60)
        breaks.append(rest)
    return vroom.Vehicle(
        number,
        start=officer.start_point,
        end=officer.ends_at,
        time_window=vroom.TimeWindow(officer.work_from_s, officer.work_until_s),
        skills=kinds,
        breaks=breaks,
        capacity=[officer.most_visits],
    )
