"""A case: its marks, what is allowed and why not, a look that leaves a trace, what happened."""

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from field_app.ui.screens.case_screen import FIELDS, CaseScreen
from sync.domain.ids import CaseId
from sync.domain.records import Reveal
from sync.domain.vocabulary import Revealable
from tests.ui.acts import hold, ready, told_of_hardship
from tests.ui.lookup import file_of, read, records, rows_at, words_on
from tests.ui.room import MORNING, Room
from tools.tour.hands import asked, press, until
from tools.tour.seat import Seat, quiet


async def opened(seat: Seat, case_id: CaseId) -> CaseScreen:
    """Open a case and wait until it has been read."""
    seat.main.open_case(case_id)
    await quiet()
    return seat.screens.case


async def waiting(seat: Seat) -> list[str]:
    """Return what waits to be sent, by command."""
    rows = await read(seat, lambda desk: list(desk.store.outbox.rows("queued")))
    return [row.what for row in rows]


async def audited(seat: Seat) -> list[str]:
    """Return what this laptop's own trail says."""
    rows = await read(
        seat,
        lambda desk: desk.store.vault.connection.execute(
            "SELECT what || ' ' || entry FROM audit ORDER BY n"
        ).fetchall(),
    )
    return [str(row[0]) for row in rows]


async def test_what_happened_in_another_year_says_so(room: Room) -> None:
    li = await room.seat("li")
    seen = words_on(await opened(li, (await ready(li))[0]))
    assert "19 Sep 2025 14:23" in seen
    assert "12 Aug 2025" in seen  # overdue since


async def test_a_hold_is_seen_and_stops_the_visit(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    screen = await opened(li, case_id)
    assert screen.primary.text() == "Agree a visit"
    assert screen.primary.isEnabled()
    await hold(li, case_id, "客户住院，家属来电")
    seen = words_on(screen)
    assert "on hold" in seen.splitlines()
    assert "客户住院，家属来电" in seen
    assert "No visit until a lead lifts the hold." in seen
    assert not screen.primary.isVisible()
    assert "Lift the hold" not in seen


async def test_a_vulnerable_customer_is_marked(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    screen = await opened(li, case_id)
    assert "vulnerable" not in words_on(screen).splitlines()
    await told_of_hardship(li, case_id)
    assert "vulnerable" in words_on(screen).splitlines()


async def test_a_step_too_early_says_why_and_by_which_rule(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await rows_at(li, "call"))[0].id
    screen = await opened(li, case_id)
    seen = words_on(screen)
    assert screen.primary.text() == "Call the customer"
    assert screen.primary.isEnabled()
    assert "Reminder, then phone, then visit" in seen
    assert "Principles 2.1–2.3" in seen


@pytest.mark.parametrize(
    ("language", "sentence", "source"),
    [
        ("en", "No contact between 22:00 and 08:00.", "GB/T 45251-2025"),
        ("zh_CN", "22:00 至次日 08:00 不得催收。", "GB/T 45251-2025"),
    ],
)
async def test_at_night_the_call_is_stopped(
    room: Room, language: str, sentence: str, source: str
) -> None:
    li = await room.seat("li", language=language)
    room.clock.jump_to(MORNING + timedelta(hours=13))
    screen = await opened(li, (await rows_at(li, "call"))[0].id)
    assert screen.primary.isVisible()
    assert not screen.primary.isEnabled()
    assert sentence in screen.primary.toolTip()
    assert sentence in words_on(screen)
    assert source in words_on(screen)
    screen.primary.click()
    await quiet()
    assert await waiting(li) == []


async def test_a_look_is_recorded_and_ends_by_itself(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    file = await file_of(li, case_id)
    phone = file.case.customer.phones[0]
    screen = await opened(li, case_id)
    assert phone not in words_on(screen)
    before = len(await audited(li))
    screen.reveal_buttons[Revealable.PHONE].click()
    await quiet()
    assert phone in words_on(screen)
    assert file.case.address.text not in words_on(screen)
    [look] = await records(li, Reveal)
    assert (look.record.case_id, look.record.field) == (case_id, Revealable.PHONE)
    assert await waiting(li) == ["reveal_field"]
    [entry] = (await audited(li))[before:]
    assert "reveal_field" in entry
    assert phone not in entry
    assert "Personal data shown: Phone" in words_on(screen)

    assert (screen._hide_timer.isActive(), screen._hide_timer.interval()) == (True, 60_000)
    screen._hide_timer.start(0)
    await until(lambda: phone not in words_on(screen))
    assert len(await records(li, Reveal)) == 1


async def test_another_case_hides_what_was_shown(room: Room) -> None:
    li = await room.seat("li")
    first, second = (await ready(li))[:2]
    screen = await opened(li, first)
    for field in FIELDS:
        screen.reveal_buttons[field].click()
        await quiet()
    file = await file_of(li, first)
    assert file.case.address.text in words_on(screen)
    await opened(li, second)
    await opened(li, first)
    seen = words_on(screen)
    for plain in (file.case.customer.name, *file.case.customer.phones, file.case.address.text):
        assert plain not in seen
    assert len(await records(li, Reveal)) == 5


async def test_leaving_the_screen_masks_what_was_shown(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    phone = (await file_of(li, case_id)).case.customer.phones[0]
    screen = await opened(li, case_id)
    screen.reveal_buttons[Revealable.PHONE].click()
    await quiet()
    screen._hide_timer.start(50_000)
    screen.reveal_buttons[Revealable.ADDRESS].click()
    await quiet()
    assert screen._hide_timer.interval() == 50_000, "a later look lengthens no earlier one"
    await li.show("today")
    assert phone not in screen._view.plain.values()
    assert not screen._hide_timer.isActive()
    li.main.go_back()
    await opened(li, case_id)
    assert phone not in words_on(screen)


async def test_a_contact_is_recorded(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await rows_at(li, "call"))[0].id
    screen = await opened(li, case_id)
    screen.primary.click()
    dialog = await asked(li.main)
    assert dialog.entries["channel"].currentData() == "phone"
    dialog.entries["note"].setPlainText("晚上再打")
    dialog.ok.click()
    await quiet()
    assert await waiting(li) == ["record_contact"]
    latest = screen._view.file.timeline[0]
    assert (latest.kind, latest.note, latest.by) == ("contact", "晚上再打", "李静")
    seen = [w.text() for w in screen.findChildren(QLabel) if w.isVisible()]
    assert "晚上再打" in seen
    assert "to be sent" in seen
    # The newest stands above the oldest.
    contacts = [n for n, text in enumerate(seen) if text.startswith("Contact")]
    assert seen[contacts[0]] == "Contact: Phone · Spoken to"
    assert len(contacts) == len(screen._view.file.timeline)


async def test_a_question_may_be_left(room: Room) -> None:
    li = await room.seat("li")
    screen = await opened(li, (await rows_at(li, "call"))[0].id)
    screen.primary.click()
    dialog = await asked(li.main)
    press(dialog, Qt.Key.Key_Escape)
    await quiet()
    assert await waiting(li) == []


async def test_the_fourth_call_of_a_day_is_stopped(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    screen = await opened(li, case_id)
    for _ in range(3):
        screen.acts.contact("phone")
        (await asked(li.main)).ok.click()
        await quiet()
    assert "3 connected calls today already; at most 3 a day." in words_on(screen)


async def test_a_complaint_rests_the_case(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    screen = await opened(li, case_id)
    screen.acts.feedback()
    dialog = await asked(li.main)
    kind = dialog.entries["kind"]
    kind.setCurrentIndex(kind.findData("complaint"))
    dialog.ok.click()
    assert "Please fill in: In the customer's words" in words_on(dialog)
    dialog.entries["words"].setPlainText("来电太频繁")
    dialog.ok.click()
    await quiet()
    assert (await file_of(li, case_id)).stage == "hold"
    assert "on hold" in words_on(screen).splitlines()
    assert not screen.primary.isVisible()


async def test_a_case_that_is_not_here(room: Room) -> None:
    li = await room.seat("li")
    screen = await opened(li, CaseId("0193e6b0-0000-7000-8000-000000000000"))
    assert "This case is not here" in words_on(screen)
