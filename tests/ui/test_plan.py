"""Route plans: nothing to plan, a plan that is solved, stopped and published to the officers."""

import sys
from datetime import timedelta

import pytest
from PySide6.QtCore import QDate, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from field_app.maps.travel import StraightLine
from field_app.operations import route_changes
from field_app.planning.problem import DayPlan
from field_app.planning.process import PlanProcess
from field_app.ui.components.day_board import clock
from field_app.ui.map.painted_map import PaintedMap
from field_app.ui.screens.plan_screen import PlanScreen
from field_app.viewmodels.problem import Problem
from sync.domain.ids import CaseId
from sync.domain.records import Route
from tests.ui.acts import VISIT_DAY, agree, propose, ready
from tests.ui.lookup import file_of, in_language, records, words_on
from tests.ui.room import Room
from tools.tour.hands import asked, press, type_text, until
from tools.tour.seat import Seat, quiet

VISITS = 3
ENDLESS = [sys.executable, "-c", "import time; time.sleep(3600)"]
LEFT = Qt.MouseButton.LeftButton


async def plan_of(seat: Seat) -> PlanScreen:
    await seat.show("plan")
    screen = seat.screens.navigable["plan"]
    assert isinstance(screen, PlanScreen)
    screen.day.setDate(QDate(2026, 3, 12))
    await quiet()
    return screen


async def agreed(room: Room, **wished: object) -> tuple[Seat, Seat, list[CaseId]]:
    """Return the lead and an officer whose day has visits to plan."""
    room.serve()
    li, chen = await room.seat("li"), await room.seat("chen", **wished)
    pinned = [c for c in await ready(li) if (await file_of(li, c)).case.address.point]
    for number, case_id in enumerate(pinned[:VISITS]):
        await agree(li, case_id, VISIT_DAY + timedelta(minutes=150 * number))
    await li.sync()
    await chen.sync()
    return chen, li, pinned[:VISITS]


async def another(li: Seat) -> CaseId:
    """Return one more case with a pin that a visit may be agreed for."""
    pinned = [c for c in await ready(li) if (await file_of(li, c)).case.address.point]
    return pinned[0]


async def test_nothing_to_plan(room: Room) -> None:
    chen = await room.seat("chen")
    screen = await plan_of(chen)
    seen = words_on(screen)
    assert "Thu 12 Mar · 0 agreed visits" in seen
    assert "No agreed visit on this day" in seen
    assert "choose another day or agree visits" in seen
    assert not screen.solve.isEnabled()
    assert not screen.publish.isVisible()


async def solved(screen: PlanScreen) -> None:
    """Press Plan routes and wait for the routes."""
    screen.solve.click()
    await until(lambda: screen._view.state == "solved", lambda: screen.notice.text)
    await quiet()


async def test_a_plan_is_solved_and_published(room: Room) -> None:
    chen, li, cases = await agreed(room)
    screen = await plan_of(chen)
    assert f"Thu 12 Mar · {VISITS} agreed visits" in words_on(screen)
    for case_id in cases:
        assert (await file_of(chen, case_id)).case.address.area in words_on(screen)
    assert not screen.publish.isVisible()
    await solved(screen)
    assert "checked again by the rules" in screen.notice.text
    assert "estimated from straight lines" in screen.notice.text
    # Two officers go together, so the day stands twice.
    rows = screen.timeline.board.rows
    assert [[b.number for b in r.visits] for r in rows if r.visits] == [[1, 2, 3]] * 2
    assert {"李静", "王"} <= {r.name[:2] if r.name == "李静" else r.name[:1] for r in rows}
    assert all(any(b.kind == "lunch" for b in r.blocks) for r in rows if r.visits)
    assert isinstance(screen.map, PaintedMap)
    await until(lambda: len(screen.map._stops) == VISITS)
    assert (screen.publish.hasFocus(), screen.solve.property("kind")) == (True, "")
    numbers = {stop.id: stop.number for stop in screen.map._stops}
    press(screen.publish, Qt.Key.Key_Return)
    await quiet()
    assert "routes published" in chen.main.told.text
    assert await records(chen, Route)
    assert screen.timeline.board.hasFocus()
    board = {
        str(b.id): b.number for row in reversed(screen.timeline.board.rows) for b in row.visits
    }
    await until(lambda: {s.id: s.number for s in screen.map._stops} == board)
    assert numbers == board
    assert screen.notice.text.startswith("This is what is published.")
    assert not screen.publish.isVisible()

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
    screen._view._new_process = lambda: PlanProcess(ENDLESS)  # a quick one would have ended
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
    chen, li, _cases = await agreed(room)
    screen = await plan_of(chen)
    view = screen._view
    await view.solve()
    await view.publish()
    await quiet()
    assert view.state == "standing"
    assert view.plan is not None
    before = begins(view.plan)
    first = view.plan.routes[0].stops[0]
    answer = view.try_move(first.appointment_id, at_s=first.arrive_s + 600)
    assert answer is not None
    assert answer.plan is None
    assert answer.why == "plan.promised"

    # One more customer agrees: the new plan waits with its only difference.
    more = await another(li)
    await agree(li, more, VISIT_DAY + timedelta(minutes=210))
    await li.sync()
    await chen.sync()
    screen.replan.click()
    await until(lambda: view.candidate is not None)
    await quiet()
    assert "What the new plan changes" in words_on(screen)
    number = (await file_of(chen, more)).case.case_no
    assert view.candidate is not None
    assert [d.case_no for d in view.candidate.changes] == [number]
    assert begins(view.plan) == before
    assert screen.lists.take is not None
    screen.lists.take.click()
    await quiet()
    assert view.plan is not None
    after = begins(view.plan)
    assert {key: after[key] for key in before} == before
    assert len(after) == len(before) + 2
    assert view.breaches == ()
    assert view.may_publish
    # A fresh search keeps them too.
    await solved(screen)
    fresh = begins(view.plan)
    assert {key: fresh[key] for key in before} == before
    screen.publish.click()
    await quiet()
    assert "routes published" in chen.main.told.text
    await chen.sync()
    assert await records(chen, Route)


async def test_somebody_ill_and_windows_to_offer(room: Room) -> None:
    chen, _li, cases = await agreed(room)
    screen = await plan_of(chen)
    view = screen._view
    await solved(screen)
    assert view.plan is not None
    ill = next(r.officer_id for r in view.plan.routes if r.stops)
    screen.ill.click()
    asked_for = await asked(chen.main)
    who = asked_for.entries["who"]
    assert isinstance(who, QComboBox)
    who.setCurrentIndex(who.findData(ill))
    asked_for.ok.click()
    await until(lambda: screen.lists.ill is not None)
    seen = words_on(screen)
    assert f"{VISITS} customers agreed on other terms" in seen
    assert screen.lists.without is not None
    screen.lists.without.click()
    await until(
        lambda: view.state == "solved" and view.plan is not None and bool(view.plan.unplaced)
    )
    await quiet()
    assert "is not at work" in words_on(screen) or "Could not be placed" in words_on(screen)
    screen.undo.click()
    await quiet()
    assert view.plan is not None
    assert not view.plan.unplaced

    screen.offer.click()
    question = await asked(chen.main)
    type_text(question.entries["who"], "nobody at all")
    question.ok.click()
    await until(lambda: "does not match exactly one case" in screen.notice.text)
    number = (await file_of(chen, cases[0])).case.case_no
    screen.offer.click()
    question = await asked(chen.main)
    type_text(question.entries["who"], number)
    question.ok.click()
    await until(lambda: screen.lists.offers is not None)
    await quiet()
    assert screen.lists.offers is not None
    offer = screen.lists.offers[1][0]
    assert offer.end_s - offer.begin_s == 3600
    chen.main.activateWindow()  # a closed question leaves no window active here
    await until(chen.main.isActiveWindow)
    press(chen.main, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    await until(lambda: chen.main.stack.currentWidget() is chen.screens.appointment)
    await quiet()
    form = chen.screens.appointment.form
    begins_at = clock(offer.begin_s)
    assert form.span.text().startswith(begins_at)
    assert form.day.date().toString("yyyy-MM-dd") == "2026-03-12"
    assert await view.propose_windows(CaseId("nobody's")) == Problem("plan.nobody_to_offer")


async def test_a_stop_is_carried_by_keys(room: Room) -> None:
    chen, _li, _cases = await agreed(room)
    screen = await plan_of(chen)
    await solved(screen)
    view, board = screen._view, screen.timeline.board
    assert view.plan is not None
    before = begins(view.plan)
    board.setFocus()
    block = board.block_of(board.current)
    assert block is not None
    assert clock(block.begin_s) in board.accessibleDescription()
    press(board, Qt.Key.Key_Space)
    press(board, Qt.Key.Key_Right)
    assert board.carried is not None
    assert board.carried.verdict is not None
    assert board.carried.verdict.allowed
    assert "It may begin here at" in screen.timeline.verdict.text
    press(board, Qt.Key.Key_Escape)
    assert board.carried is None
    assert begins(view.plan) == before
    # To a colleague with whom nothing was agreed it may not go.
    press(board, Qt.Key.Key_Space)
    for _ in board.rows:
        press(board, Qt.Key.Key_Down)
    last = board.carried
    for _ in range(len(board.rows)):
        if last is not None and last.verdict is not None and last.verdict.allowed:
            press(board, Qt.Key.Key_Up)
            last = board.carried
    press(board, Qt.Key.Key_Escape)
    press(board, Qt.Key.Key_Space)
    for _ in range(40):
        press(board, Qt.Key.Key_Right)
    assert board.carried is not None
    assert board.carried.verdict is not None
    assert not board.carried.verdict.allowed
    assert screen.timeline.verdict.text
    press(board, Qt.Key.Key_Return)
    assert begins(view.plan) == before
    press(board, Qt.Key.Key_Space)
    press(board, Qt.Key.Key_Right)
    press(board, Qt.Key.Key_Return)
    assert view.plan is not None
    after = begins(view.plan)
    assert after != before
    assert view.breaches == ()
    press(board, Qt.Key.Key_L)
    assert board.current in (view.shown.locked if view.shown else ())
    press(board, Qt.Key.Key_Space)
    assert "locked" in screen.timeline.verdict.text
    press(board, Qt.Key.Key_Escape)
    for _ in range(2):
        press(chen.main, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert view.plan is not None
    assert begins(view.plan) == before


@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_a_stop_is_dragged(room: Room, language: str) -> None:
    chen, _li, _cases = await agreed(room, language=language)
    screen = await plan_of(chen)
    await solved(screen)
    view, board = screen._view, screen.timeline.board
    assert view.plan is not None
    before = begins(view.plan)
    row = next(n for n, r in enumerate(board.rows) if r.visits)
    block = board.rows[row].visits[0]
    length = block.end_s - block.begin_s

    def drag(to_s: int, to_row: int = row) -> None:
        grip = board.centre_of(block.id).toPoint()
        QTest.mousePress(board, LEFT, pos=grip)
        QTest.mouseMove(board, grip + QPoint(12, 0))
        QTest.mouseMove(board, board.place_of(to_row, to_s, length).toPoint())

    drag(block.begin_s + 1800)
    assert board.carried is not None
    assert board.carried.verdict is not None
    assert board.carried.verdict.allowed
    assert in_language(screen.timeline.verdict.text, language)
    QTest.mouseRelease(board, LEFT, pos=board.place_of(row, block.begin_s + 1800, length).toPoint())
    await quiet()
    assert view.plan is not None
    moved = begins(view.plan)
    assert moved != before
    drag(block.begin_s + 6 * 3600)
    assert board.carried is not None
    assert board.carried.verdict is not None
    assert not board.carried.verdict.allowed
    assert in_language(screen.timeline.verdict.text, language)
    QTest.mouseRelease(board, LEFT, pos=board.centre_of(block.id).toPoint())
    assert begins(view.plan) == moved


async def test_rules_of_the_day(room: Room) -> None:
    chen, _li, _cases = await agreed(room)
    screen = await plan_of(chen)
    view = screen._view
    known = view.ground
    assert known is not None
    who = known.officers[0]
    for hours, most, said in (
        ("06:00-23:00", "12", "within those on record"),
        ("09:00-18:00", "many", "a number from 1 to 30"),
    ):
        screen.wishes.click()
        question = await asked(chen.main)
        type_text(question.entries[f"{who.id}:hours"], hours)
        type_text(question.entries["most"], most)
        question.ok.click()
        await until(lambda said=said: said in screen.notice.text)
    screen.wishes.click()
    question = await asked(chen.main)
    type_text(question.entries["most"], "2")
    question.ok.click()
    await until(lambda: view.wishes.most_visits == 2)
    await solved(screen)
    assert view.plan is not None
    assert max(len(r.stops) for r in view.plan.routes) == 2
    assert len(view.plan.unplaced) == VISITS - 2
    assert "Could not be placed" in words_on(screen)


async def test_a_proposal_is_planned_but_not_published(room: Room) -> None:
    chen, li, _cases = await agreed(room)
    more = await another(li)
    await propose(li, more, VISIT_DAY + timedelta(minutes=50))
    await li.sync()
    await chen.sync()
    screen = await plan_of(chen)
    assert f"{VISITS} agreed visits · 1 proposed" in words_on(screen)
    await solved(screen)
    states = {b.state for r in screen.timeline.board.rows for b in r.visits}
    assert states == {"agreed", "proposed"}
    screen.publish.click()
    await quiet()
    assert "routes published" in chen.main.told.text
    stops = [s for r in await records(chen, Route) for s in r.record.stops]
    assert len(stops) == 2 * VISITS
    await chen.sync()
    assert len([s for r in await records(chen, Route) for s in r.record.stops]) == 2 * VISITS


async def test_running_late_names_whom_to_call(room: Room) -> None:
    chen, _li, _cases = await agreed(room)
    view = (await plan_of(chen))._view
    await view.solve()
    await view.publish()
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
