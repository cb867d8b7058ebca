"""A plan as rows of blocks: nothing overlaps, driving is as long as it is, lunch is there."""

from datetime import date
from itertools import pairwise

import pytest

from field_app.planning.differences import differences
from field_app.planning.problem import (
    PROPOSAL,
    DayPlan,
    DayProblem,
    OfficerDay,
    Travel,
    VisitTask,
)
from field_app.planning.solver import VroomSolver
from field_app.viewmodels.board import HOUR_S, BoardRow, hours_shown, rows_of
from sync.domain.ids import CaseId, OfficerId, RecordId

DAY = date(2026, 3, 12)
LI, WANG = OfficerId("li"), OfficerId("wang")
WINDOWS = {"a": (9, 10), "b": (10, 12), "c": (11, 14), "d": (16, 17)}


def day(seconds: int = 900, priority: int = 100) -> DayProblem:
    """Return four visits of one officer, all equally far apart; the last is a proposal."""
    visits = tuple(
        VisitTask(
            RecordId(name),
            CaseId(name),
            name.upper(),
            number + 1,
            begin * HOUR_S,
            end * HOUR_S,
            2400,
            (LI,),
            priority=priority if name == "d" else 100,
        )
        for number, (name, (begin, end)) in enumerate(WINDOWS.items())
    )
    size = len(visits) + 1
    table = tuple(tuple(0 if a == b else seconds for b in range(size)) for a in range(size))
    officers = tuple(OfficerDay(o, o, 0, 8 * HOUR_S, 18 * HOUR_S) for o in (LI, WANG))
    return DayProblem(DAY, "Asia/Shanghai", officers, visits, Travel(table, "roads"))


def rows(problem: DayProblem, plan: DayPlan) -> tuple[BoardRow, ...]:
    return rows_of(problem, plan, {RecordId("a")}, {RecordId("b")})


@pytest.mark.parametrize("seconds", [0, 60, 900, 1500])
def test_blocks_follow_each_other(seconds: int) -> None:
    problem = day(seconds)
    plan = VroomSolver(1).solve(problem)
    li, wang = rows(problem, plan)
    assert [b.number for b in li.visits] == [1, 2, 3, 4]
    ordered = sorted(li.blocks, key=lambda b: (b.begin_s, b.end_s))
    assert all(one.end_s <= other.begin_s for one, other in pairwise(ordered))
    driven = sum(b.end_s - b.begin_s for b in li.blocks if b.kind == "travel")
    assert driven == li.driving_s == 5 * seconds
    assert [b.end_s - b.begin_s for b in li.blocks if b.kind == "lunch"] == [45 * 60]
    assert wang.blocks == ()


def test_a_stop_tells_its_state_and_window() -> None:
    problem = day(priority=PROPOSAL)
    li, _wang = rows(problem, VroomSolver(1).solve(problem))
    told = {str(b.id): (b.state, b.locked, b.window) for b in li.visits}
    assert told["a"] == ("promised", False, (9 * HOUR_S, 10 * HOUR_S))
    assert told["b"] == ("agreed", True, (10 * HOUR_S, 12 * HOUR_S))
    assert told["d"][0] == "proposed"


def test_hours_hold_every_row() -> None:
    problem = day()
    shown = rows(problem, VroomSolver(1).solve(problem))
    assert hours_shown(shown) == (8 * HOUR_S, 18 * HOUR_S)
    assert hours_shown(()) == (9 * HOUR_S, 18 * HOUR_S)


def test_differences_name_what_changes() -> None:
    problem = day()
    plan = VroomSolver(1).solve(problem)
    assert differences(plan, plan) == ()
    order = [s.case_no for r in plan.routes for s in r.stops]
    assert sorted(order) == [name.upper() for name in WINDOWS]
    nothing = DayPlan(DAY, (), (), "roads", 0)
    gone = differences(plan, nothing)
    assert [(d.case_no, d.before, d.after, d.after_s) for d in gone] == [
        (case_no, (LI,), (), None) for case_no in order
    ]
    fresh = differences(nothing, plan)
    assert [(d.case_no, d.before_s, d.after) for d in fresh] == [
        (case_no, None, (LI,)) for case_no in order
    ]
