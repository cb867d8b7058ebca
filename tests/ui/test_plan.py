"""Route plans: nothing to plan, a plan that is solved, stopped and published to the officers."""

from datetime import timedelta

from PySide6.QtCore import QDate

from field_app.maps.travel import StraightLine
from field_app.operations import route_changes
from field_app.planning.problem import DayPlan
from field_app.ui.screens.plan_screen import PlanScreen
from sync.domain.ids import CaseId
from sync.domain.records import Route
from tests.ui.acts import VISIT_DAY, agree, ready
from tests.ui.lookup import file_of, records, words_on
from tests.ui.room import Room
from tools.tour.hands import until
from tools.tour.seat import Seat, quiet

VISITS = 3


async def plan_of(seat: Seat) -> PlanScreen:
    await seat.show("plan")
    screen = seat.screens.navigable["plan"]
    assert isinstance(screen, PlanScreen)
    screen.day.setDate(QDate(2026, 3, 12))
    await quiet()
    return screen


async def agreed(room: Room) -> tuple[Seat, Seat, list[CaseId]]:
    """Return the lead and an officer whose day has visits to plan."""
    room.serve()
    li, chen = await room.seat("li"), await room.seat("chen")
    pinned = [c for c in await ready(li) if (await file_of(li, c)).case.address.point]
    for number, case_id in enumerate(pinned[:VISITS]):
        await agree(li, case_id, VISIT_DAY + timedelta(minutes=150 * number))
    await li.sync()
    await chen.sync()
    return chen, li, pinned[:VISITS]


async def test_nothing_to_plan(room: Room) -> None:
    chen = await room.seat("chen")
    screen = await plan_of(chen)
    seen = words_on(screen)
    assert "Thu 12 Mar · 0 agreed visits" in seen
    assert "No agreed visit on this day" in seen
    assert "choose another day or agree visits" in seen
    assert not screen.solve.isEnabled()
    assert not screen.publish.isVisible()


async def test_a_plan_is_solved_and_published(room: Room) -> None:
    chen, li, cases = await agreed(room)
    screen = await plan_of(chen)
    assert f"Thu 12 Mar · {VISITS} agreed visits" in words_on(screen)
    assert not screen.publish.isVisible()
    screen.solve.click()
    await until(lambda: screen._view.state == "solved")
    await quiet()
    seen = words_on(screen)
    assert "and checked again" in screen.notice.text
    assert "李静" in seen
    for case_id in cases:
        assert (await file_of(chen, case_id)).case.address.area in seen
    # Two officers go together, so the day stands twice.
    stops = [line[:2] for line in seen.splitlines() if line[1:3] == ". "]
    assert stops == ["1.", "2.", "3."] * 2
    screen.publish.click()
    await quiet()
    assert "routes published" in chen.main.told.text
    assert await records(chen, Route)

    await chen.sync()
    await li.sync()
    room.clock.jump_to(VISIT_DAY - timedelta(hours=1))
    await li.show("today")
    today = words_on(li.screens.today or li.main)
    assert "leave by" in today
    assert "drive" in today


async def test_planning_is_stopped(room: Room) -> None:
    chen, _li, _cases = await agreed(room)
    screen = await plan_of(chen)
    screen.solve.click()
    await until(lambda: screen.cancel.isVisible() and screen._view._process is not None)
    assert screen.progress.isVisible()
    assert not screen.solve.isEnabled()
    screen.cancel.click()
    await until(lambda: screen._view.state == "cancelled")
    await quiet()
    assert screen.notice.text == "Planning was stopped; nothing changed."
    assert screen.solve.isEnabled()
    assert not screen.publish.isVisible()
    assert await records(chen, Route) == []


def begins(plan: DayPlan) -> dict[tuple[str, str], int]:
    return {(r.officer_id, s.appointment_id): s.arrive_s for r in plan.routes for s in r.stops}


async def test_a_published_plan_is_changed_without_moving_promises(room: Room) -> None:
    chen, _li, cases = await agreed(room)
    view = (await plan_of(chen))._view
    heard: list[float] = []
    view.progressed.connect(heard.append)
    await view.solve()
    await view.publish()
    assert view.plan is not None
    before = begins(view.plan)
    await view.replan()
    assert view.plan is not None
    assert begins(view.plan) == before
    assert view.breaches == ()
    assert view.may_publish

    first = view.plan.routes[0].stops[0]
    answer = view.try_move(first.appointment_id, at_s=first.arrive_s + 600)
    assert answer is not None
    assert answer.plan is not None
    assert answer.begin_s >= first.arrive_s + 600
    assert begins(view.plan) == before  # asking changes nothing
    view.take(answer.plan)
    assert begins(view.plan) != before
    assert view.breaches == ()

    ill = view.plan.routes[0].officer_id
    absence = await view.if_ill(ill)
    assert absence is not None
    theirs = {s.appointment_id for r in view.plan.routes if r.officer_id == ill for s in r.stops}
    assert theirs <= set(absence.to_call)

    offered = await view.propose_windows(cases[0])
    assert offered
    assert view.ground is not None
    assert view.problem is not None
    hours = [o.work_from_s for o in view.problem.officers]
    assert all(o.begin_s >= min(hours) and o.end_s - o.begin_s == 3600 for o in offered)
    assert await view.propose_windows(CaseId("nobody's")) == ()


async def test_running_late_names_whom_to_call(room: Room) -> None:
    chen, _li, _cases = await agreed(room)
    view = (await plan_of(chen))._view
    await view.solve()
    await view.publish()
    await view.load()
    known, day = view.ground, view.problem
    assert known is not None
    assert day is not None
    standing = route_changes.standing_plan(known, day)
    route = next(r for r in standing.routes if r.stops)
    here = known.visits[0].point
    assert here is not None
    times = StraightLine()
    early = (route.officer_id, here, VISIT_DAY - timedelta(hours=1))
    assert route_changes.running_late(known, times, day, early, ()).calls == ()
    late = (route.officer_id, here, VISIT_DAY + timedelta(hours=3))
    rest = route_changes.running_late(known, times, day, late, ())
    assert {c.appointment_id for c in rest.calls} >= {route.stops[0].appointment_id}
