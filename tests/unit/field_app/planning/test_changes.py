"""Changing a plan: promised visits stay, moves are answered at once, gaps become offers."""

import random
import time

import msgspec
import pytest

from field_app.planning.changes import moved, pins_of, replanned, without_officer
from field_app.planning.lateness import Where, rest_of_day
from field_app.planning.offers import offers
from field_app.planning.problem import DayPlan, DayProblem, VisitTask, WhyNot
from field_app.planning.solver import PatientSolver, VroomSolver
from sync.domain.route_check import CheckedPin
from tests.unit.field_app.planning.days import HOUR, breaches, random_day
from tests.unit.field_app.planning.test_solver import line, officer, problem, visit


def begins(plan: DayPlan) -> dict[tuple[str, str], int]:
    return {(r.officer_id, s.appointment_id): s.arrive_s for r in plan.routes for s in r.stops}


def two_days() -> tuple[DayProblem, DayPlan]:
    day = problem(
        [officer("li"), officer("wang", start_point=9)],
        [visit(1, 9, "li"), visit(2, 11, "li", point=4), visit(3, 14, "wang", point=7)],
        line(10),
    )
    return day, VroomSolver().solve(day)


@pytest.mark.parametrize("seed", range(12))
def test_no_promised_visit_moves_when_one_is_added(seed: int) -> None:
    chance = random.Random(seed)
    day = random_day(chance, 10)
    before = VroomSolver().solve(day)
    fresh = visit(99, chance.uniform(9, 15), point=1, length_h=2)
    more = msgspec.structs.replace(day, visits=(*day.visits, fresh))
    promised = {i for _, i in begins(before)}
    after = replanned(more, before, promised)
    assert begins(before).items() <= begins(after).items()
    assert breaches(more, after) == []


def test_pins_name_officers_and_minutes() -> None:
    day, plan = two_days()
    pins = {p.appointment_id: p for p in pins_of(day, plan, {"a1", "a3", "gone"}, 300)}
    assert set(pins) == {"a1", "a3"}
    assert pins["a3"].officers == ("wang",)
    assert pins["a3"].end_s - pins["a3"].begin_s == 600
    assert CheckedPin(("wang",), 0, 1).officers == ("wang",)


def test_a_stop_moves_to_another_time_and_says_what_it_costs() -> None:
    day, plan = two_days()
    answer = moved(day, plan, "a2", at_s=11 * HOUR + 1800)
    assert answer.plan is not None
    assert answer.begin_s >= 11 * HOUR + 1800
    assert breaches(day, answer.plan) == []
    assert moved(day, plan, "a2", at_s=13 * HOUR).why is WhyNot.IMPOSSIBLE_WINDOW


@pytest.mark.parametrize(
    ("officers", "why"),
    [(("wang",), WhyNot.OTHER_OFFICER), (("nobody",), WhyNot.OFFICER_ABSENT)],
)
def test_a_stop_of_named_officers_stays_theirs(officers: tuple[str, ...], why: WhyNot) -> None:
    day, plan = two_days()
    answer = moved(day, plan, "a1", officers)
    assert (answer.plan, answer.why) == (None, why)


def test_a_proposal_moves_to_whoever_has_time() -> None:
    day, plan = two_days()
    free = msgspec.structs.replace(day, visits=(*day.visits, visit(4, 13, point=2, length_h=3)))
    plan = VroomSolver().solve(free)
    for name in ("li", "wang"):
        answer = moved(free, plan, "a4", (name,))
        assert answer.plan is not None
        assert (name, "a4") in begins(answer.plan)
        assert breaches(free, answer.plan) == []


def test_moves_are_answered_at_once() -> None:
    chance = random.Random(3)
    day = random_day(chance, 40)
    plan = VroomSolver().solve(day)
    placed = sorted({i for _, i in begins(plan)})
    spent = []
    for stop in placed[:20]:
        began = time.process_time()
        moved(day, plan, stop, at_s=chance.randrange(9, 16) * HOUR)
        spent.append(time.process_time() - began)
    assert sorted(spent)[len(spent) // 2] <= 0.05


def test_without_an_officer_others_keep_their_visits_and_his_customers_are_called() -> None:
    day, plan = two_days()
    answer = without_officer(day, plan, "li")
    assert set(answer.to_call) == {"a1", "a2"}
    assert begins(plan)["wang", "a3"] == begins(answer.plan)["wang", "a3"]
    assert {i for _, i in begins(answer.plan)} == {"a2", "a3"}
    # Nobody else can be at the first one's door by ten.
    assert [u.why for u in answer.plan.unplaced] == [WhyNot.UNREACHABLE]
    nobody = without_officer(problem([officer("li")], [visit(1, 9, "li")], line(2)), plan, "li")
    assert nobody.plan.routes == ()
    assert nobody.to_call == ("a1",)


def test_gaps_are_offered_and_every_offer_fits() -> None:
    day, plan = two_days()
    asked = visit(7, 9, "li", point=2, length_h=8)
    found = offers(day, plan, asked, HOUR)
    assert found
    for offer in found:
        at = msgspec.structs.replace(asked, begin_s=offer.begin_s, end_s=offer.end_s)
        more = msgspec.structs.replace(day, visits=(*day.visits, at))
        after = VroomSolver().solve(more)
        assert after.unplaced == ()
    # While he is at 11 o'clock's visit forty minutes away, nothing can begin and end.
    assert all(not 11 * HOUR <= o.begin_s < o.end_s <= 11.5 * HOUR for o in found)


def test_running_late_keeps_what_can_be_kept_and_names_whom_to_call() -> None:
    day, plan = two_days()
    on_time = rest_of_day(day, plan, Where("li", 1, 10 * HOUR), {"a1"})
    assert on_time.calls == ()
    assert [s.appointment_id for s in on_time.plan.routes[0].stops] == ["a2"]
    late = rest_of_day(day, plan, Where("li", 1, 12 * HOUR + 1), {"a1"})
    assert [c.appointment_id for c in late.calls] == ["a2"]
    assert late.calls[0].could_begin_s is not None
    assert late.calls[0].could_begin_s > 12 * HOUR
    assert late.plan.routes[0].stops == ()


def test_who_meets_the_late_officer_waits_for_him() -> None:
    day = problem(
        [officer("li"), officer("wang")],
        [visit(1, 9, "li"), visit(2, 14, "li", "wang", point=4, length_h=2)],
        line(6),
    )
    plan = VroomSolver().solve(day)
    rest = rest_of_day(day, plan, Where("li", 5, 15 * HOUR), {"a1"})
    assert rest.calls == ()
    times = begins(rest.plan)
    assert times["li", "a2"] == times["wang", "a2"] >= 15 * HOUR + 600


def test_every_remedy_was_tried() -> None:
    day = problem(
        [officer("li"), officer("wang")],
        [visit(1, 10, "li", length_h=0.1), visit(2, 10, "li", length_h=0.1)],
        line(4),
    )
    [left] = VroomSolver().solve(day).unplaced
    assert left.remedies
    for remedy in left.remedies:
        mended = [
            msgspec.structs.replace(
                v, officers=remedy.officers, begin_s=remedy.begin_s, end_s=remedy.begin_s
            )
            if v.appointment_id == left.appointment_id
            else v
            for v in day.visits
        ]
        after = VroomSolver().solve(msgspec.structs.replace(day, visits=tuple(mended)))
        assert after.unplaced == ()
    assert {(r.new_officers, r.new_window) for r in left.remedies} >= {(True, False)}


def bad_days() -> dict[str, tuple[DayProblem, list[WhyNot]]]:
    upside_down = msgspec.structs.replace(visit(1, 10, "li"), end_s=9 * HOUR)
    skilled = msgspec.structs.replace(visit(1, 10), skills=frozenset({"certified"}))
    here: list[VisitTask] = [visit(n, 9, "li", point=0, length_h=8) for n in range(5)]
    return {
        "impossible window": (
            problem([officer("li")], [upside_down], line(2)), [WhyNot.IMPOSSIBLE_WINDOW]),
        "no officers": (problem([], [visit(1, 10)], line(2)), [WhyNot.NO_OFFICERS]),
        "nobody certified": (problem([officer("li")], [skilled], line(2)), [WhyNot.NO_SKILL]),
        "one stop": (problem([officer("li")], [visit(1, 10, "li")], line(2)), []),
        "all at one place": (problem([officer("li")], here, line(1)), []),
        "too far to drive": (
            problem([officer("li")], [visit(1, 10, "li")], line(2, 20_000)), [WhyNot.UNREACHABLE]),
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(bad_days()))
@pytest.mark.parametrize("patient", [False, True], ids=["live", "patient"])
def test_bad_days_are_plans_with_clear_reasons(name: str, patient: bool) -> None:
    day, whys = bad_days()[name]
    plan = (PatientSolver(0.5) if patient else VroomSolver()).solve(day)
    assert [u.why for u in plan.unplaced] == whys
    assert breaches(day, plan) == []
