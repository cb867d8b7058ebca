"""A visit that goes on: the agreed time ends, the customer asks to leave; the record stays."""

from datetime import timedelta

from field_app.ui.screens.visit_screen import VisitScreen
from sync.domain.ids import CaseId
from sync.domain.vocabulary import Present, VisitOutcome
from tests.ui.acts import VISIT_DAY, agree, ready
from tests.ui.lookup import file_of
from tests.ui.room import Room
from tools.tour.hands import until
from tools.tour.seat import Seat, quiet


async def begun(room: Room, minutes: int) -> tuple[Seat, CaseId, VisitScreen]:
    """Open an agreed visit so many minutes into its hour, the customer met on time."""
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    await agree(li, case_id, VISIT_DAY)
    room.clock.jump_to(VISIT_DAY + timedelta(minutes=5))
    appointment = (await file_of(li, case_id)).open_appointments[0].record
    li.main.open_visit(case_id, appointment.id)
    await quiet()
    screen = li.screens.visit
    screen.form.present.boxes[str(Present.CUSTOMER)].click()
    await until(lambda: screen._view.entry.present == (Present.CUSTOMER,))
    await quiet()
    room.clock.jump_to(VISIT_DAY + timedelta(minutes=minutes))
    await screen._view.judge()
    return li, case_id, screen


async def test_inside_the_agreed_hour_all_is_well(room: Room) -> None:
    _, _, screen = await begun(room, 40)
    assert not screen._view.decision.blocks
    assert not any("come to a close" in text for text in screen.findings.texts)


async def test_the_end_of_the_agreed_time_is_told(room: Room) -> None:
    _, _, screen = await begun(room, 65)
    assert any("come to a close" in text for text in screen.findings.texts)
    assert not screen._view.decision.blocks


async def test_a_visit_into_the_night_asks_to_leave(room: Room) -> None:
    _, _, screen = await begun(room, 12 * 60 + 5)
    assert any("apologise and leave now" in text for text in screen.findings.texts)


async def test_who_is_asked_to_leave_is_told_to_leave_and_may_record_it(room: Room) -> None:
    li, case_id, screen = await begun(room, 20)
    box = screen.form.outcome
    box.setCurrentIndex(box.findData(str(VisitOutcome.ASKED_TO_LEAVE)))
    await until(lambda: any("asked you to leave" in text for text in screen.findings.texts))
    screen.form.identity.click()
    screen.form.left.setText("10:20")
    await quiet()
    screen.submit()
    await until(lambda: li.main.stack.currentWidget() is not screen)
    assert any(e.kind == "visit" for e in (await file_of(li, case_id)).timeline)
