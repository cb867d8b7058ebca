"""Builds driving orders with VROOM: agreed windows are hard, officers are pinned, lunch is kept.

A visit of two officers is one job for each of them. The first round lets each route find its
own order; `meeting` finds the times at which both can ring the bell; the second pins them.
"""

from typing import Any, Protocol

import msgspec
import numpy as np
import vroom

from field_app.planning.meeting import Begins, begins_together
from field_app.planning.problem import (
    DayPlan,
    DayProblem,
    OfficerDay,
    OfficerRoute,
    PlannedStop,
    Unplaced,
    VisitTask,
)
from field_app.planning.reasons import why_not
from sync.domain.ids import OfficerId, RecordId

TOGETHER_S = 60  # both officers begin within this many seconds of each other
LONGEST_DAY_S = 24 * 3600


class Solver(Protocol):
    """Anything that turns a problem into a plan."""

    def solve(self, problem: DayProblem, clock_ms: int) -> DayPlan:
        """Return the plan; `clock_ms` is stamped on it as the time spent, by the caller's clock."""
        ...


class VroomSolver:
    """The everyday solver: knows breaks, skills and most visits, answers in under a second."""

    def __init__(self, threads: int = 2) -> None:
        self._threads = threads

    def solve(self, problem: DayProblem, clock_ms: int = 0) -> DayPlan:
        """Return the plan; a visit whose officers cannot all come is left out with its reason."""
        able = {v.appointment_id: v for v in problem.visits if _possible(problem, v)}
        routes = self._round(problem, able, {})
        met = begins_together(problem, able, routes)
        while True:
            routes = self._round(problem, {i: able[i] for i in met}, met)
            placed = set(_together(able, routes))
            if placed == set(met):
                break
            met = {i: met[i] for i in met if i in placed}
        unplaced = tuple(
            _unplaced(problem, v, met) for v in problem.visits if v.appointment_id not in met
        )
        ordered = tuple(routes[o.officer_id] for o in problem.officers if o.officer_id in routes)
        return DayPlan(problem.day, ordered, unplaced, problem.travel.source, clock_ms)

    def _round(
        self, problem: DayProblem, visits: dict[RecordId, VisitTask], pinned: Begins
    ) -> dict[OfficerId, OfficerRoute]:
        jobs = _jobs(problem, visits, pinned)
        if not jobs:
            return {o.officer_id: _idle(o) for o in problem.officers}
        answer = self._vroom(problem, jobs).solve(exploration_level=5, nb_threads=self._threads)
        return _read(problem, jobs, answer.to_dict())

    def _vroom(self, problem: DayProblem, jobs: "list[_Job]") -> Any:
        model = vroom.Input()
        matrix = np.array(problem.travel.seconds, dtype=np.uint32)
        model.set_durations_matrix(profile="car", matrix_input=matrix)
        model.add_vehicle([_vehicle(i, o) for i, o in enumerate(problem.officers)])
        model.add_job(
            [
                vroom.Job(
                    i,
                    location=job.visit.point,
                    default_service=job.visit.service_s,
                    time_windows=[vroom.TimeWindow(job.begin_s, job.end_s)],
                    skills={job.officer},
                    priority=100,
                )
                for i, job in enumerate(jobs)
            ]
        )
        return model


class _Job(msgspec.Struct, frozen=True):
    """One officer's part in a visit; `officer` is the index in the problem."""

    visit: VisitTask
    officer: int
    begin_s: int
    end_s: int


def _possible(problem: DayProblem, visit: VisitTask) -> bool:
    known = {o.officer_id for o in problem.officers}
    return bool(visit.officers) and all(o in known for o in visit.officers)


def _jobs(problem: DayProblem, visits: dict[RecordId, VisitTask], pinned: Begins) -> list[_Job]:
    index = {o.officer_id: i for i, o in enumerate(problem.officers)}
    jobs = []
    for key, visit in visits.items():
        begin, end = visit.begin_s, visit.end_s
        if key in pinned:
            begin, end = pinned[key], min(end, pinned[key] + TOGETHER_S)
        jobs += [_Job(visit, index[o], begin, end) for o in visit.officers]
    return jobs


def _vehicle(number: int, officer: OfficerDay) -> Any:
    breaks = []
    if officer.lunch is not None:
        window = vroom.TimeWindow(officer.lunch.earliest_s, officer.lunch.latest_s)
        breaks.append(
            vroom.Break(number, time_windows=[window], service=officer.lunch.minutes * 60)
        )
    return vroom.Vehicle(
        number,
        start=officer.start_point,
        end=officer.start_point,
        time_window=vroom.TimeWindow(officer.work_from_s, officer.work_until_s),
        skills={number},
        breaks=breaks,
        max_tasks=officer.most_visits,
    )


def _idle(officer: OfficerDay) -> OfficerRoute:
    return OfficerRoute(officer.officer_id, (), None, officer.work_from_s, 0)


def _read(
    problem: DayProblem, jobs: list[_Job], answer: dict[str, Any]
) -> dict[OfficerId, OfficerRoute]:
    routes = {o.officer_id: _idle(o) for o in problem.officers}
    for raw in answer["routes"]:
        officer = problem.officers[raw["vehicle"]]
        routes[officer.officer_id] = _read_route(officer, jobs, raw["steps"])
    return routes


def _read_route(officer: OfficerDay, jobs: list[_Job], steps: list[dict[str, Any]]) -> OfficerRoute:
    stops: list[PlannedStop] = []
    lunch, driven = None, 0
    for step in steps:
        begins = step["arrival"] + step["waiting_time"]
        if step["type"] == "break":
            lunch = begins
        elif step["type"] == "job":
            visit = jobs[step["id"]].visit
            travel = step["duration"] - driven
            driven = step["duration"]
            stops.append(
                PlannedStop(
                    visit.appointment_id,
                    visit.case_id,
                    visit.case_no,
                    begins,
                    begins + visit.service_s,
                    travel,
                )
            )
    last = steps[-1]
    return OfficerRoute(officer.officer_id, tuple(stops), lunch, last["arrival"], last["duration"])


def _together(visits: dict[RecordId, VisitTask], routes: dict[OfficerId, OfficerRoute]) -> Begins:
    begins: dict[RecordId, list[int]] = {}
    for route in routes.values():
        for stop in route.stops:
            begins.setdefault(stop.appointment_id, []).append(stop.arrive_s)
    return {i: max(b) for i, b in begins.items() if len(b) == len(visits[i].officers)}


def _unplaced(problem: DayProblem, visit: VisitTask, placed: Begins) -> Unplaced:
    why, clash = why_not(problem, visit, placed)
    return Unplaced(visit.appointment_id, visit.case_id, visit.case_no, why, clash)
