"""Agreeing a window: judged while typing, kept with the customer's yes, moved, ended, sent on."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from field_app.ui.screens.appointment_screen import AppointmentScreen
from sync.domain.ids import CaseId
from sync.domain.records import Appointment
from tests.ui.acts import VISIT_DAY, agree, ready
from tests.ui.legible import SMALL
from tests.ui.lookup import file_of, records, words_on
from tests.ui.room import Room
from tools.tour.hands import asked, press, taken_out, type_text
from tools.tour.seat import Seat, quiet


async def opened(seat: Seat, case_id: CaseId) -> AppointmentScreen:
    """Open the appointment of a case by its primary button, or its Change button."""
    file = await file_of(seat, case_id)
    stands = file.open_appointments[0].record.id if file.open_appointments else None
    seat.main.open_appointment(case_id, stands)
    await quiet()
    return seat.screens.appointment


async def typed(screen: AppointmentScreen, span: str) -> None:
    """Type a window and let the rules answer."""
    type_text(screen.form.span, span)
    await quiet()


def on(screen: AppointmentScreen, day: str) -> None:
    screen.form.day.setDate(screen.form.day.date().fromString(day, "yyyy-MM-dd"))


async def windows(seat: Seat) -> list[tuple[str, str]]:
    """Return (state, local start) of every appointment on the laptop."""
    found = [v.record for v in await records(seat, Appointment)]
    return [(str(a.state), f"{a.start.astimezone(VISIT_DAY.tzinfo):%m-%d %H:%M}") for a in found]


@pytest.mark.parametrize(
    ("language", "sentence", "source"),
    [
        ("en", "No contact between 22:00 and 08:00.", "GB/T 45251-2025: no collecting"),
        ("zh_CN", "22:00 至次日 08:00 不得催收。", "GB/T 45251-2025：未经约定"),
    ],
)
async def test_a_window_at_night_is_stopped_with_its_source(
    room: Room, language: str, sentence: str, source: str
) -> None:
    li = await room.seat("li", language=language)
    screen = await opened(li, (await ready(li))[0])
    assert screen.form.span.hasFocus()
    assert screen.confirm.isEnabled()
    on(screen, "2026-03-12")
    await typed(screen, "22:00-23:00")
    assert not screen.confirm.isEnabled()
    assert screen.confirm.toolTip()
    assert screen.stopped.text == sentence  # below the button, wherever the rules' card lies
    seen = words_on(screen)
    assert sentence in seen
    assert source in seen
    await typed(screen, "14-15")
    assert screen.confirm.isEnabled()
    assert sentence not in words_on(screen)
    assert await windows(li) == []


@pytest.mark.parametrize("text_size", [100, 200])
async def test_every_hour_of_the_calendar_is_in_sight(room: Room, text_size: int) -> None:
    li = await room.seat("li", language="en", text_size=text_size)
    li.main.resize(SMALL)
    grid = (await opened(li, (await ready(li))[0])).grid
    last = grid.visualItemRect(grid.item(grid.rowCount() - 1, 0))
    assert last.bottom() <= grid.viewport().height()
    if text_size == 100:
        assert grid.horizontalScrollBar().maximum() == 0, "both weeks side by side"


async def test_a_lawful_window_is_agreed(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    li.main.open_case(case_id)
    await quiet()
    li.screens.case.primary.click()
    await quiet()
    screen = li.screens.appointment
    assert li.main.stack.currentWidget() is screen
    on(screen, "2026-03-12")
    await typed(screen, "14:00-15:30")
    type_text(screen.form.said, "下午在家，可以来")
    assert "This window is lawful." in words_on(screen)
    screen.confirm.click()
    await quiet()
    assert li.main.stack.currentWidget() is li.screens.case
    assert li.main.told.text == "The visit is agreed."
    [stands] = await records(li, Appointment)
    assert stands.record.agreement is not None
    assert stands.record.agreement.words == "下午在家，可以来"
    assert await windows(li) == [("agreed", "03-12 14:00")]
    assert "下午在家，可以来" in words_on(li.screens.case)
    assert "Agreed: Thu 12 Mar 14:00–15:30" in words_on(li.screens.case)


async def test_what_is_no_window_cannot_be_kept(room: Room) -> None:
    li = await room.seat("li")
    screen = await opened(li, (await ready(li))[0])
    for span in ("", "14", "15-14", "25:00-26:00", "two to three"):
        await typed(screen, span)
        assert "Type a window such as 14:00-15:00." in words_on(screen)
        assert not screen.confirm.isEnabled()
        assert not screen.propose.isEnabled()
    await typed(screen, "14:00–15:00")
    assert "Type a window" not in words_on(screen)
    assert screen.propose.isEnabled()


async def test_propose_then_agree_then_move(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    screen = await opened(li, case_id)
    on(screen, "2026-03-12")
    await typed(screen, "10:00-11:00")
    screen.propose.click()
    await quiet()
    assert await windows(li) == [("proposed", "03-12 10:00")]

    screen = await opened(li, case_id)
    assert "Proposed" in words_on(screen)
    assert screen.form.span.text() == "10:00-11:00"
    screen.confirm.click()
    await quiet()
    assert await windows(li) == [("agreed", "03-12 10:00")]

    screen = await opened(li, case_id)
    on(screen, "2026-03-13")
    await typed(screen, "16-17")
    screen.confirm.click()
    await quiet()
    assert await windows(li) == [("agreed", "03-13 16:00")]


@pytest.mark.parametrize("state", ["declined", "withdrawn", "missed_by_us", "missed_by_customer"])
async def test_the_customers_no(room: Room, state: str) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    await agree(li, case_id, VISIT_DAY)
    screen = await opened(li, case_id)
    screen.end.click()
    dialog = await asked(li.main)
    box = dialog.entries["state"]
    box.setCurrentIndex(box.findData(state))
    dialog.entries["words"].setPlainText("这周不方便")
    dialog.ok.click()
    await quiet()
    assert await windows(li) == [(state, "03-12 10:00")]
    file = await file_of(li, case_id)
    assert file.open_appointments == ()
    [ended] = [e for e in file.timeline if e.kind == "appointment"]
    assert ended.note == "这周不方便"


async def test_a_slot_and_an_hour_of_the_calendar_fill_the_form(room: Room) -> None:
    li = await room.seat("li")
    screen = await opened(li, (await ready(li))[0])
    slot = screen._slots.itemAt(2).widget()
    slot.click()
    await quiet()
    assert screen.form.span.text() in slot.text().replace("–", "-")
    assert screen.confirm.isEnabled()

    grid = screen.grid
    grid.setFocus()
    grid.setCurrentCell(6, 3)
    press(grid, Qt.Key.Key_Return)
    await quiet()
    assert screen.form.span.text() == "14:00-15:00"
    assert screen.form.day.date().toString("yyyy-MM-dd") == "2026-03-13"


async def test_the_invitation_never_names_the_debt(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    screen = await opened(li, case_id)
    screen.copy.click()
    await quiet()
    text = QGuiApplication.clipboard().text()
    file = await file_of(li, case_id)
    loan, customer = file.case.loan, file.case.customer
    assert "云川分行" in text
    for secret in (customer.name, *customer.phones, file.case.address.text, loan.account_no):
        assert secret not in text
    for word in ("debt", "overdue", "owe", "loan", "欠", "逾期", f"{loan.total_fen // 100}"):
        assert word not in text.lower()
    assert "does not name the debt" in li.main.told.text


async def test_the_calendar_file_holds_nothing_personal(room: Room, tmp_path: Path) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    await agree(li, case_id, VISIT_DAY)
    screen = await opened(li, case_id)
    screen.ics.click()
    saved = tmp_path / "visit.ics"
    await taken_out(li.main, saved)
    await quiet()
    text = saved.read_text(encoding="utf-8")
    assert text.startswith("BEGIN:VCALENDAR")
    assert "DTSTART:20260312T020000Z" in text
    file = await file_of(li, case_id)
    customer, address = file.case.customer, file.case.address
    for secret in (customer.name, *customer.phones, address.text, address.area, "可以"):
        assert secret not in text


async def test_a_file_that_cannot_be_written_is_told(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    await agree(li, case_id, VISIT_DAY)
    screen = await opened(li, case_id)
    screen.ics.click()
    await taken_out(li.main, Path("/proc/visit.ics"))
    await quiet()
    assert "cannot be written" in screen.notice.text


async def test_too_soon_unless_the_customer_asked(room: Room) -> None:
    li = await room.seat("li")
    screen = await opened(li, (await ready(li))[0])
    on(screen, "2026-03-10")
    await typed(screen, "16:00-17:00")
    assert not screen.confirm.isEnabled()
    assert "At least 24 hours between agreement and visit" in words_on(screen)
    screen.form.asked.click()
    await quiet()
    assert screen.confirm.isEnabled()
