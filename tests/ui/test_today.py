"""Today: nothing agreed, visits in order, a window to confirm, a promise due, the way in."""

from datetime import timedelta

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from field_app.ui.screens.today_screen import TodayScreen
from sync.domain.ids import CaseId
from tests.ui.acts import VISIT_DAY, agree, propose, ready, visited
from tests.ui.lookup import file_of, words_on
from tests.ui.room import Room
from tools.tour.hands import press
from tools.tour.seat import Seat, quiet

CTRL = Qt.KeyboardModifier.ControlModifier


def today_of(seat: Seat) -> TodayScreen:
    assert seat.screens.today is not None
    return seat.screens.today


def buttons(screen: QWidget, text: str) -> list[QPushButton]:
    """Return the buttons of a text, from top to bottom."""
    found = [b for b in screen.findChildren(QPushButton) if b.text() == text and b.isVisible()]
    return sorted(found, key=lambda b: b.mapTo(screen, b.rect().topLeft()).y())


async def agreed_day(room: Room, seat: Seat) -> list[CaseId]:
    """Agree two visits, the later one first, and let their day come."""
    late, early = (await ready(seat))[:2]
    await agree(seat, late, VISIT_DAY + timedelta(hours=4))
    await agree(seat, early, VISIT_DAY)
    room.clock.jump_to(VISIT_DAY - timedelta(minutes=5))
    await seat.show("today")
    return [early, late]


async def test_nothing_is_agreed(room: Room) -> None:
    li = await room.seat("li")
    seen = words_on(today_of(li))
    assert "Tue 10 Mar · all sent" in seen
    assert "No visit is agreed for today" in seen
    assert "Agree a window with a customer" in seen
    assert today_of(li).begin_button is None
    press(li.main, Qt.Key.Key_Return, CTRL)
    assert li.main.stack.currentWidget() is today_of(li)


async def test_nothing_is_agreed_in_chinese(room: Room) -> None:
    li = await room.seat("li", language="zh_CN")
    assert "3月10日 周二 · 全部已发送" in words_on(today_of(li))
    assert not buttons(today_of(li), "Begin visit")


async def test_visits_stand_in_the_order_of_the_day(room: Room) -> None:
    li = await room.seat("li")
    early, late = await agreed_day(room, li)
    seen = words_on(today_of(li))
    assert seen.index("10:00–11:00") < seen.index("14:00–15:00")
    assert "2 to be sent" in seen
    for case_id in (early, late):
        file = await file_of(li, case_id)
        assert file.case.case_no in seen
        assert file.case.customer.name[0] + "*" in seen
        assert file.case.customer.name not in seen
        assert file.case.address.text not in seen
    first, second = buttons(today_of(li), "Begin visit")
    assert first is today_of(li).begin_button
    assert (first.property("kind"), second.property("kind")) == ("primary", None)
    assert len([line for line in seen.splitlines() if line == "now"]) == 1


async def test_a_visit_begins_and_its_case_opens(room: Room) -> None:
    li = await room.seat("li")
    early, late = await agreed_day(room, li)
    buttons(today_of(li), "Begin visit")[1].click()
    await quiet()
    visit = li.screens.visit
    assert li.main.stack.currentWidget() is visit
    assert visit._view.file is not None
    assert visit._view.file.case.id == late

    await li.show("today")
    press(li.main, Qt.Key.Key_Return, CTRL)
    await quiet()
    assert li.main.stack.currentWidget() is visit
    assert visit._view.file.case.id == early

    await li.show("today")
    buttons(today_of(li), "Open case")[0].click()
    await quiet()
    assert li.main.stack.currentWidget() is li.screens.case
    assert (await file_of(li, early)).case.case_no in words_on(li.screens.case)


async def test_a_proposal_waits_for_the_customers_yes(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    await propose(li, case_id, VISIT_DAY + timedelta(hours=1))
    await li.show("today")
    seen = words_on(today_of(li))
    assert "To be confirmed with the customer" in seen
    assert "Thu 12 Mar 11:00–12:00" in seen
    buttons(today_of(li), "Confirm")[0].click()
    await quiet()
    screen = li.screens.appointment
    assert li.main.stack.currentWidget() is screen
    assert screen.form.span.text() == "11:00-12:00"
    assert screen.form.day.date().toString("yyyy-MM-dd") == "2026-03-12"
    screen.confirm.click()
    await quiet()
    assert "To be confirmed" not in words_on(today_of(li))
    room.clock.jump_to(VISIT_DAY)
    await li.show("today")
    assert "11:00–12:00" in words_on(today_of(li))


async def test_a_promise_falls_due(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    await agree(li, case_id, VISIT_DAY)
    room.clock.jump_to(VISIT_DAY + timedelta(minutes=40))
    await visited(li, case_id, promise_fen=1_500_00, promise_in=timedelta(days=2))
    await li.show("today")
    seen = words_on(today_of(li))
    assert "Promises and instalments falling due" in seen
    assert "Sat 14 Mar" in seen
    assert "¥1,500.00" in seen
    assert today_of(li).begin_button is None


async def test_what_came_while_one_was_elsewhere_stands_there_when_one_comes_back(
    room: Room,
) -> None:
    li = await room.seat("li")
    today = today_of(li)
    await li.show("cases")
    await agree(li, (await ready(li))[0], VISIT_DAY)
    await quiet()
    assert "all sent" in today.subtitle.text()  # nobody looks: nothing is laid out
    li.main.stack.setCurrentWidget(today)
    assert "1 to be sent" in today.subtitle.text()
