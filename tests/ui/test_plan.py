"""Route plans: nothing to plan, a plan that is solved, stopped and published to the officers."""

from datetime import timedelta

from PySide6.QtCore import QDate

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
