"""A visit: the draft that outlives the window, who hears what, the record, its correction."""

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from field_app.ui.screens.visit_screen import VisitScreen
from sync.domain.ids import CaseId
from sync.domain.records import Hardship, Visit
from sync.domain.vocabulary import VisitOutcome
from tests.ui.acts import VISIT_DAY, agree, ready, visited
from tests.ui.lookup import file_of, read, records, words_on
from tests.ui.room import Room
from tools.tour.hands import press, type_text, until
from tools.tour.seat import Seat, quiet

CTRL = Qt.KeyboardModifier.ControlModifier


async def at_the_door(room: Room, seat: Seat) -> tuple[VisitScreen, CaseId]:
    """Agree a visit, let its day come and begin it."""
    case_id = (await ready(seat))[0]
    await agree(seat, case_id, VISIT_DAY)
    room.clock.jump_to(VISIT_DAY + timedelta(minutes=5))
    return await opened(seat, case_id), case_id


async def opened(seat: Seat, case_id: CaseId) -> VisitScreen:
    """Open the visit of the case's appointment."""
    stands = (await file_of(seat, case_id)).open_appointments
    seat.main.open_visit(case_id, stands[0].record.id if stands else None)
    await quiet()
    return seat.screens.visit


async def kept(screen: VisitScreen) -> None:
    """Wait until what was typed has been kept as a draft."""
    await until(lambda: not screen._draft.isActive())
    await quiet()
    assert screen.kept.text() == "Draft kept on this laptop."


def choose(screen: VisitScreen, outcome: VisitOutcome) -> None:
    box = screen.form.outcome
    box.setCurrentIndex(box.findData(str(outcome)))


def fill_usual(screen: VisitScreen) -> None:
    """Fill the usual visit: cards shown, the customer met, half an hour, a promise."""
    for box in screen.checks.boxes.values():
        box.click()
    screen.form.present.boxes["customer"].click()
    screen.form.identity.click()
    type_text(screen.form.arrived, "10:05")
    type_text(screen.form.left, "10:35")
    choose(screen, VisitOutcome.PROMISE_TO_PAY)


async def saved(seat: Seat, screen: VisitScreen) -> list[Visit]:
    """Save by the key; return the visits on record."""
    press(screen, Qt.Key.Key_Return, CTRL)
    await quiet()
    assert seat.main.stack.currentWidget() is not screen, screen.notice.text
    return [v.record for v in await records(seat, Visit)]


async def refused(screen: VisitScreen, why: str) -> None:
    screen.submit()
    await quiet()
    assert screen.notice.text == why
    assert screen.isVisible()
    assert screen.save.isEnabled()


async def test_the_draft_outlives_the_window(room: Room) -> None:
    li = await room.seat("li")
    screen, case_id = await at_the_door(room, li)
    fill_usual(screen)
    type_text(screen.form.note, "孩子在家")
    type_text(screen.form.next_step, "call on Friday")
    await kept(screen)

    li = await room.again(li)
    screen = await opened(li, case_id)
    assert screen.form.note.toPlainText() == "孩子在家"
    assert screen.form.next_step.text() == "call on Friday"
    assert screen.form.left.text() == "10:35"
    assert screen.form.outcome.currentData() == "promise_to_pay"
    assert all(box.isChecked() for box in screen.checks.boxes.values())
    assert await records(li, Visit) == []


async def test_the_last_keys_before_closing_are_kept(room: Room) -> None:
    li = await room.seat("li")
    screen, case_id = await at_the_door(room, li)
    type_text(screen.form.note, "last words")
    assert screen._draft.isActive()
    room.seats.remove(li)
    await li.close()

    li = await room.seat("li")
    screen = await opened(li, case_id)
    assert screen.form.note.toPlainText() == "last words"


async def test_a_draft_stays_with_its_case(room: Room) -> None:
    li = await room.seat("li")
    screen, case_id = await at_the_door(room, li)
    other = (await ready(li))[0]
    type_text(screen.form.note, "for the first only")
    await li.show("cases")
    await opened(li, other)
    assert screen.form.note.toPlainText() == ""
    await opened(li, case_id)
    assert screen.form.note.toPlainText() == "for the first only"


async def test_somebody_else_present_hides_the_debt(room: Room) -> None:
    li = await room.seat("li")
    screen, case_id = await at_the_door(room, li)
    amount = li.program.look.words.money((await file_of(li, case_id)).case.loan.total_fen)
    assert amount in words_on(screen)
    for who in ("adult_family", "minor", "stranger"):
        box = screen.form.present.boxes[who]
        box.click()
        await kept(screen)
        seen = words_on(screen)
        assert amount not in seen
        assert "tell nothing of the matter" in seen
        box.click()
        await kept(screen)
    assert amount in words_on(screen)


async def test_sensitive_hardship_needs_consent(room: Room) -> None:
    li = await room.seat("li")
    screen, _case_id = await at_the_door(room, li)
    fill_usual(screen)
    type_text(screen.form.amount, "1500")
    screen.hardship.wanted.click()
    screen.hardship.causes.boxes["illness"].click()
    await kept(screen)
    assert "only with the customer's separate consent" in words_on(screen)
    screen.submit()
    await quiet()
    assert screen.notice.text
    assert await records(li, Visit) == []
    assert await records(li, Hardship) == []
    screen.hardship.consent.click()
    [visit] = await saved(li, screen)
    [note] = await records(li, Hardship)
    assert note.record.case_id == visit.case_id
    assert note.record.consent_to_sensitive


@pytest.mark.parametrize("typed", ["1500 15.12", "1,500.00 12月15日", "1500 2026-12-15"])
async def test_a_promise_in_one_go(room: Room, typed: str) -> None:
    li = await room.seat("li")
    screen, _case_id = await at_the_door(room, li)
    fill_usual(screen)
    type_text(screen.form.amount, typed)
    [visit] = await saved(li, screen)
    assert visit.promise is not None
    assert (visit.promise.amount_fen, str(visit.promise.day)) == (1_500_00, "2026-12-15")


async def test_the_day_behind_the_amount_goes_where_it_belongs(room: Room) -> None:
    li = await room.seat("li")
    screen, _case_id = await at_the_door(room, li)
    fill_usual(screen)
    type_text(screen.form.amount, "88.50 1.2")
    press(screen.form.amount, Qt.Key.Key_Tab)
    assert screen.form.amount.text() == "88.50"
    assert screen.form.day.date().toString("yyyy-MM-dd") == "2027-02-01"
    [visit] = await saved(li, screen)
    assert visit.promise is not None
    assert (visit.promise.amount_fen, str(visit.promise.day)) == (88_50, "2027-02-01")


async def test_what_is_missing_is_said_and_kept(room: Room) -> None:
    li = await room.seat("li")
    screen, _case_id = await at_the_door(room, li)
    words = li.program.look.words
    await refused(screen, words.code("visit.times_missing"))
    assert screen.form.left.hasFocus()
    type_text(screen.form.arrived, "10:05")
    type_text(screen.form.left, "10:35")
    await refused(screen, words.code("visit.outcome_missing"))
    assert screen.form.outcome.hasFocus()
    choose(screen, VisitOutcome.PROMISE_TO_PAY)
    for amount in ("", "0", "-5", "many", "1500 31.6"):
        type_text(screen.form.amount, amount)
        await refused(screen, words.code("visit.promise_missing"))
    type_text(screen.form.amount, "1500")
    type_text(screen.form.left, "09:35")
    await refused(screen, words.code("visit.left_before_arrival"))
    assert "before" in screen.notice.text
    assert screen.form.amount.text() == "1500"
    assert await records(li, Visit) == []


async def test_a_visit_written_down_the_next_morning(room: Room) -> None:
    li = await room.seat("li")
    screen, case_id = await at_the_door(room, li)
    fill_usual(screen)
    type_text(screen.form.amount, "1500")
    await kept(screen)
    room.clock.jump_to(VISIT_DAY + timedelta(hours=22))
    li = await room.again(li)
    screen = await opened(li, case_id)
    assert screen.form.visit_day.date().toString("yyyy-MM-dd") == "2026-03-12"
    [visit] = await saved(li, screen)
    assert visit.arrived_at == datetime(2026, 3, 12, 2, 5, tzinfo=UTC)


async def test_a_correction_stands_beside_the_first(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    await agree(li, case_id, VISIT_DAY)
    room.clock.jump_to(VISIT_DAY + timedelta(minutes=40))
    await visited(li, case_id, promise_fen=1_500_00, promise_in=timedelta(days=7))
    room.clock.jump_to(VISIT_DAY + timedelta(days=1))
    li.main.open_case(case_id)
    await quiet()
    [correct] = [b for b in li.screens.case.findChildren(QPushButton) if b.text() == "Correct"]
    correct.click()
    await quiet()
    screen = li.screens.visit
    assert "Correct a visit" in words_on(screen)
    assert "the first record stays beside it" in words_on(screen)
    assert "Before the door" not in words_on(screen)
    assert screen.form.amount.text() == "1500"
    assert screen.form.note.toPlainText() == "发工资后归还"
    type_text(screen.form.amount, "1200")
    first, second = sorted(await saved(li, screen), key=lambda v: v.id)
    assert second.corrects == first.id
    assert second.appointment_id == first.appointment_id
    assert second.arrived_at.replace(second=0) == first.arrived_at.replace(second=0, microsecond=0)
    assert first.promise is not None
    assert second.promise is not None
    assert (first.promise.amount_fen, second.promise.amount_fen) == (1_500_00, 1_200_00)

    assert li.main.stack.currentWidget() is li.screens.case
    assert "corrected" in words_on(li.screens.case).lower()
    left = [b for b in li.screens.case.findChildren(QPushButton) if b.text() == "Correct"]
    assert len([b for b in left if b.isVisible()]) == 1
    queued = await read(li, lambda desk: [r.what for r in desk.store.outbox.rows("queued")])
    assert queued.count("record_visit") == 2


async def test_a_case_that_is_not_here(room: Room) -> None:
    li = await room.seat("li")
    gone = CaseId("0193e6b0-0000-7000-8000-000000000000")
    li.main.open_visit(gone, None)
    await quiet()
    assert "This case is not here" in words_on(li.screens.visit)
    li.main.open_appointment(gone, None)
    await quiet()
    assert "This case is not here" in words_on(li.screens.appointment)
