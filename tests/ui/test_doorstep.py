"""At the door: one case, masked and large, nothing owed; and Esc Esc hides it all at once."""

import re

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFontInfo, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from field_app.ui.screens.visit_screen import VisitScreen
from sync.domain.ids import CaseId
from sync.domain.records import Reveal
from sync.domain.vocabulary import Present, Revealable
from tests.ui.acts import VISIT_DAY, agree, open_visit, ready
from tests.ui.lookup import file_of, in_language, records, words_on
from tests.ui.room import Room
from tools.tour.hands import asked, press
from tools.tour.seat import Seat, quiet

CTRL = Qt.KeyboardModifier.ControlModifier
LANGUAGES = ("zh_CN", "en")
MONEY = re.compile(r"[¥￥]|\d,\d{3}|\d\.\d\d\b")


async def at_the_door(room: Room, language: str = "en") -> tuple[Seat, CaseId]:
    """Agree a visit, wait for its hour and go to the door by the key, from Today."""
    li = await room.seat("li", language=language)
    case_id = (await ready(li))[0]
    await agree(li, case_id, VISIT_DAY)
    room.clock.jump_to(VISIT_DAY)
    await li.show("today")
    press(li.main, Qt.Key.Key_D, CTRL)
    await quiet()
    assert li.main.discreet.is_at_door
    return li, case_id


def escape_twice(seat: Seat) -> None:
    """Press Escape twice, as the keyboard does: at the window that has the keys."""
    handle = seat.main.windowHandle()
    assert handle is not None
    for _ in range(2):
        QTest.keyClick(handle, Qt.Key.Key_Escape)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_only_what_is_needed_and_nothing_owed(room: Room, language: str) -> None:
    li, case_id = await at_the_door(room, language)
    case = (await file_of(li, case_id)).case
    seen = words_on(li.main)
    assert not MONEY.search(seen), seen
    for word in ("debt", "owe", "overdue", "loan", "欠", "逾期", "贷", "还款"):
        assert word not in seen.lower(), "whoever stands beside the officer reads this"
    for secret in (case.customer.name, case.address.text, case.case_no, *case.customer.phones):
        assert secret not in seen
    for name in li.main.nav_buttons.values():
        assert name.text() not in seen, "no list is a key away"
    assert f"{case.customer.name[0]}*" in seen
    door = li.screens.door
    assert "10:00–11:00" in door.window_text.text()
    for spoken in (door.begin, door.hide_all, door.back, door.show_address):
        assert in_language(spoken.text(), language)
    assert in_language(door.only.text().replace(f"{case.customer.name[0]}*", ""), language)


async def test_it_is_half_as_large_again(room: Room) -> None:
    li, _case = await at_the_door(room)
    small = QFontInfo(li.main.strip.text.font()).pixelSize()
    door = li.screens.door
    shown = [w for w in (*door.findChildren(QLabel), *door.findChildren(QPushButton)) if w.text()]
    assert shown
    assert min(QFontInfo(w.font()).pixelSize() for w in shown) >= 1.5 * small


async def test_the_window_names_nobody_and_tells_nothing(room: Room) -> None:
    li, case_id = await at_the_door(room)
    li.main.tell("¥1,200.00 promised by 王小明")
    case = (await file_of(li, case_id)).case
    assert li.main.windowTitle() == "Yuefang"
    assert case.customer.name not in li.main.windowTitle()
    assert "promised" not in words_on(li.main)


async def test_the_debt_stays_away_whoever_is_there(room: Room) -> None:
    li, case_id = await at_the_door(room)
    li.main.discreet.leave_door()
    visit = await open_visit(li, case_id)
    for present in (Present.ADULT_FAMILY, Present.STRANGER):
        visit.form.present.boxes[str(present)].click()
    QTest.keyClick(li.main, Qt.Key.Key_D, CTRL)
    await quiet()
    assert li.main.discreet.is_at_door
    assert not MONEY.search(words_on(li.main))


async def test_coming_and_leaving_by_keyboard_is_in_the_record(room: Room) -> None:
    li, _case = await at_the_door(room)
    door = li.screens.door
    assert door.begin.hasFocus()
    press(door.begin, Qt.Key.Key_Space)
    await quiet()
    assert door.times.text() == "Came at 10:00"
    assert door.end.hasFocus()
    room.clock.jump_to(VISIT_DAY.replace(minute=40))
    press(door.end, Qt.Key.Key_Space)
    await quiet()
    assert door.times.text() == "Came at 10:00 · left at 10:40"
    assert door.record.hasFocus()
    press(door.record, Qt.Key.Key_Space)
    await quiet()
    visit = li.main.stack.currentWidget()
    assert isinstance(visit, VisitScreen)
    assert not li.main.discreet.is_at_door
    assert (visit.form.arrived.text(), visit.form.left.text()) == ("10:00", "10:40")


async def test_a_look_at_the_address_is_recorded_and_ends(room: Room) -> None:
    li, case_id = await at_the_door(room)
    door, address = li.screens.door, (await file_of(li, case_id)).case.address.text
    press(door.show_address, Qt.Key.Key_Space)
    await quiet()
    assert address in words_on(li.main)
    [look] = await records(li, Reveal)
    assert (look.record.case_id, look.record.field) == (case_id, Revealable.ADDRESS)
    assert (door._hide_timer.isActive(), door._hide_timer.interval()) == (True, 60_000)
    door._hide_timer.start(0)
    await quiet()
    await quiet()
    assert address not in words_on(li.main)


async def test_a_visit_the_rules_forbid_is_not_begun(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    li.main.open_case(case_id)
    await quiet()
    press(li.main, Qt.Key.Key_D, CTRL)
    await quiet()
    door = li.screens.door
    assert door.window_text.text() == "No window is agreed."
    assert door.rule.text == "The rules do not allow this visit now. Do not ring."
    assert not door.begin.isEnabled()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_escape_twice_hides_everything_and_a_key_brings_it_back(
    room: Room, language: str
) -> None:
    li, case_id = await at_the_door(room, language)
    name = (await file_of(li, case_id)).shown[Revealable.NAME]
    escape_twice(li)
    assert li.main.discreet.is_covered
    seen = words_on(li.main)
    assert name not in seen
    assert set(seen.split("\n")) == {li.program.look.words(t) for t in ("Paused", "Go on", "Lock")}
    cover = li.main.discreet.cover
    assert 20_000 < cover.left_ms < 32_000, "thirty seconds by the bank's figures, roughly counted"
    assert cover.back.hasFocus()
    press(cover.back, Qt.Key.Key_Space)
    await quiet()
    assert li.main.discreet.is_at_door
    assert name in words_on(li.main)
    assert cover.left_ms == -1


@pytest.mark.parametrize(("apart_ms", "covered"), [(600, True), (800, False)])
async def test_a_busy_window_knows_when_the_keys_were_pressed(
    room: Room, apart_ms: int, covered: bool
) -> None:
    li, _case = await at_the_door(room)
    handle = li.main.windowHandle()
    assert handle is not None
    for pressed_ms in (5_000, 5_000 + apart_ms):
        escape = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
        escape.setTimestamp(pressed_ms)
        QApplication.sendEvent(handle, escape)
    assert li.main.discreet.is_covered is covered


async def test_after_its_time_the_cover_locks(room: Room) -> None:
    li, _case = await at_the_door(room)
    escape_twice(li)
    li.main.discreet.cover._timer.start(0)
    await quiet()
    await quiet()
    assert li.relaunches == 1
    assert li.program.gone.is_set()


async def test_escape_twice_more_locks_at_once(room: Room) -> None:
    li, _case = await at_the_door(room)
    escape_twice(li)
    assert li.relaunches == 0
    escape_twice(li)
    assert li.relaunches == 1


async def test_the_keys_of_the_window_behind_rest(room: Room) -> None:
    li, _case = await at_the_door(room)
    press(li.main, Qt.Key.Key_2, CTRL)
    await quiet()
    assert li.main.discreet.is_at_door
    assert li.main.stack.currentWidget() is li.screens.today
    escape_twice(li)
    press(li.main, Qt.Key.Key_D, CTRL)
    assert li.main.discreet.is_covered, "only a wish to go on uncovers"
    press(li.main, Qt.Key.Key_L, CTRL)
    assert li.relaunches == 1


async def test_a_question_over_the_window_is_hidden_too_and_keeps_its_words(room: Room) -> None:
    li = await room.seat("li")
    li.main.open_case((await ready(li))[0])
    await quiet()
    li.screens.case.acts.feedback()
    dialog = await asked(li.main)
    words = dialog.entries["words"]
    words.setPlainText("王小明说……")  # type: ignore[union-attr]
    li.main.discreet.hide_all()
    assert not dialog.isVisible()
    li.main.discreet.cover.back.click()
    assert dialog.isVisible()
    assert words.toPlainText() == "王小明说……"  # type: ignore[union-attr]
    dialog.reject()
    await quiet()
