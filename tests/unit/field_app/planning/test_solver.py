"""Day plans: windows, pairs, lunch and hours hold on every plan, and each refusal says why."""

import random
import sys
from datetime import date

import msgspec
import pytest

from field_app.planning.problem import (
    DayPlan,
    DayProblem,
    Lunch,
    OfficerDay,
    Travel,
    VisitTask,
    WhyNot,
)
from field_app.planning.process import PlanCancelled, PlanFailed, PlanProcess
from field_app.planning.solver import VroomSolver
from sync.domain.route_check import CheckedRoute, CheckedStop, CheckedVisit, check_routes

HOUR = 3600
WORKER = [sys.executable, "-m", "field_app.planning.worker"]


def officer(name: str, **other: object) -> OfficerDay:
    values = {"start_point": 0, "work_from_s": 9 * HOUR, "work_until_s": 18 * HOUR} | other
    return OfficerDay(officer_id=name, name=name, **values)


def visit(
    number: int, begin_h: float, *officers: str, point: int = 1, length_h: float = 1
) -> VisitTask:
    begin = round(begin_h * HOUR)
    return VisitTask(
        f"a{number}",
        f"c{number}",
        f"Y{number}",
        point,
        begin,
        begin + round(length_h * HOUR),
        2400,
        officers,
    )


def line(points: int, step_s: int = 600) -> Travel:
    seconds = tuple(tuple(abs(a - b) * step_s for b in range(points)) for a in range(points))
    return Travel(seconds, "stored")


def problem(officers: list[OfficerDay], visits: list[VisitTask], travel: Travel) -> DayProblem:
    return DayProblem(date(2026, 11, 25), "Asia/Shanghai", tuple(officers), tuple(visits), travel)


def breaches(day: DayProblem, plan: DayPlan) -> list[object]:
    agreed = {
        v.appointment_id: CheckedVisit(
            v.appointment_id, v.begin_s, v.end_s, v.service_s, v.point, v.officers
        )
        for v in day.visits
    }
    by_id = {o.officer_id: o for o in day.officers}
    routes = [
        CheckedRoute(
            r.officer_id,
            by_id[r.officer_id].start_point,
            by_id[r.officer_id].work_from_s,
            by_id[r.officer_id].work_until_s,
            tuple(CheckedStop(s.appointment_id, s.arrive_s, s.leave_s) for s in r.stops),
        )
        for r in plan.routes
    ]
    return list(check_routes(agreed, routes, day.travel.seconds))


def test_two_officers_ring_the_bell_together() -> None:
    day = problem(
        [officer("li"), officer("wang", start_point=3)], [visit(1, 10, "li", "wang")], line(4)
    )
    plan = VroomSolver().solve(day)
    begins = [r.stops[0].arrive_s for r in plan.routes]
    assert len(begins) == 2
    assert abs(begins[0] - begins[1]) <= 60
    assert breaches(day, plan) == []


def test_stops_follow_the_agreed_windows() -> None:
    day = problem(
        [officer("li", lunch=None)],
        [visit(1, 15, "li", point=1), visit(2, 10, "li", point=3), visit(3, 12, "li", point=2)],
        line(4),
    )
    plan = VroomSolver().solve(day)
    assert [s.appointment_id for s in plan.routes[0].stops] == ["a2", "a3", "a1"]
    assert plan.unplaced == ()


def test_lunch_is_kept_free() -> None:
    lunch = Lunch(earliest_s=12 * HOUR, latest_s=12 * HOUR + 1800, minutes=45)
    day = problem([officer("li", lunch=lunch)], [visit(1, 11, "li", length_h=3)], line(2))
    route = VroomSolver().solve(day).routes[0]
    assert route.lunch_from_s is not None
    assert lunch.earliest_s <= route.lunch_from_s <= lunch.latest_s
    stop = route.stops[0]
    lunch_end = route.lunch_from_s + 45 * 60
    assert stop.leave_s <= route.lunch_from_s or stop.arrive_s >= lunch_end


@pytest.mark.parametrize(
    ("visits", "why", "clash"),
    [
        ([visit(1, 10, "chen")], WhyNot.OFFICER_ABSENT, ""),
        ([visit(1, 6, "li")], WhyNot.OUTSIDE_HOURS, ""),
        ([visit(1, 8.1, "li", point=9)], WhyNot.UNREACHABLE, ""),
        (
            [visit(1, 10, "li", length_h=0.1), visit(2, 10, "li", length_h=0.1)],
            WhyNot.OVERLAPS,
            "Y",
        ),
    ],
)
def test_a_visit_left_out_says_why(visits: list[VisitTask], why: WhyNot, clash: str) -> None:
    plan = VroomSolver().solve(problem([officer("li")], visits, line(10)))
    assert [u.why for u in plan.unplaced] == [why]
    assert plan.unplaced[0].clashes_with.startswith(clash)


def test_no_visits_and_no_officers_are_plans_too() -> None:
    assert VroomSolver().solve(problem([officer("li")], [], line(1))).routes[0].stops == ()
    empty = VroomSolver().solve(problem([], [visit(1, 10, "li")], line(2)))
    assert [u.why for u in empty.unplaced] == [WhyNot.NO_OFFICERS]


def test_random_plans_break_no_rule() -> None:
    chance = random.Random(20261124)
    placed = 0
    for _ in range(60):
        names = ["li", "wang", "chen", "zhao"][: chance.randint(2, 4)]
        points = chance.randint(3, 12)
        visits = [
            visit(
                n,
                chance.uniform(9, 16),
                *chance.sample(names, chance.choice([1, 2, 2])),
                point=chance.randrange(1, points),
                length_h=chance.choice([0.5, 1, 2]),
            )
            for n in range(chance.randint(0, 12))
        ]
        day = problem([officer(n) for n in names], visits, line(points, 300))
        plan = VroomSolver().solve(day)
        assert breaches(day, plan) == []
        together = {s.appointment_id for r in plan.routes for s in r.stops}
        assert together | {u.appointment_id for u in plan.unplaced} == {
            v.appointment_id for v in visits
        }
        placed += len(together)
    assert placed > 100


def test_the_process_gives_the_same_plan() -> None:
    day = problem([officer("li")], [visit(1, 10, "li")], line(2))
    plan = PlanProcess(WORKER).solve(day)
    assert msgspec.structs.replace(plan, solve_ms=0) == VroomSolver().solve(day)


def test_a_cancelled_process_gives_no_plan() -> None:
    process = PlanProcess(WORKER)
    process.cancel()
    with pytest.raises(PlanCancelled):
        process.solve(problem([], [], line(1)))


def test_a_broken_process_is_named() -> None:
    with pytest.raises(PlanFailed):
        PlanProcess([sys.executable, "-c", "raise SystemExit(3)"]).solve(problem([], [], line(1)))
