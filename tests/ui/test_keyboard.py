"""Without a mouse: everything is reached, every key does what it says, the job is done."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QWidget

from field_app.ui.screens.team_screen import TeamScreen
from field_app.ui.shortcuts import KEYS
from sync.domain.records import Appointment, Feedback, Plan, Visit
from sync.domain.vocabulary import AppointmentState, FeedbackKind, PlanState, Revealable
from tests.ui import walk
from tests.ui.acts import VISIT_DAY, agree, at_the_visit, give, ready
from tests.ui.lookup import file_of, records, words_on
from tests.ui.room import MORNING, Room
from tests.ui.test_accessible import reachable
from tests.ui.test_full_disk import fill, no_room
from tests.ui.test_relief_plan import proposed_to_lead
from tools.tour.hands import asked, press, taken_out, until
from tools.tour.seat import quiet

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
MOST_TABS = 250
DATE_PARTS = 3


def focused() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None, "nothing has the focus"
    return found


def tab_round(window: QWidget) -> list[QWidget]:
    """Press Tab until the focus comes round; return what had it, in order."""
    if QApplication.focusWidget() is None:
        window.focusNextChild()
    seen = [focused()]
    for _ in range(MOST_TABS):
        press(focused(), Qt.Key.Key_Tab)
        # A date takes Tab for its year, month and day first.
        alone = len(set(seen)) == 1
        if focused() is seen[0] and (not alone or len(seen) > DATE_PARTS):
            return seen
        seen.append(focused())
    raise AssertionError(f"Tab does not come round: {Counter(type(w).__name__ for w in seen)}")


def tab_to(window: QWidget, target: QWidget) -> None:
    """Press Tab until the target has the focus."""
    for _ in range(MOST_TABS):
        if QApplication.focusWidget() is target:
            return
        press(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
    raise AssertionError(f"Tab does not reach {target}")


def type_keys(text: str) -> None:
    """Type into whatever has the focus, in place of what stands there."""
    from PySide6.QtTest import QTest

    QTest.keyClick(focused(), Qt.Key.Key_A, CTRL)
    QTest.keyClicks(focused(), text)


@pytest.mark.parametrize("who", [walk.officer, walk.lead, walk.way_in])
async def test_tab_reaches_everything(room: Room, who: walk.Walk) -> None:
    missed = []
    async for name, window in who(room, language="en"):
        window.activateWindow()
        await until(window.isActiveWindow)
        reached = tab_round(window)
        for widget in reachable(window):
            if widget not in reached and widget.objectName() != "qt_spinbox_lineedit":
                missed.append(f"{name}: {type(widget).__name__} {widget.accessibleName()!r}")
    assert not missed, "\n".join(sorted(set(missed)))


async def test_no_key_stands_twice(room: Room) -> None:
    assert max(Counter(QKeySequence(k.keys).toString() for k in KEYS).values()) == 1
    assert max(Counter(k.act for k in KEYS).values()) == 1
    for login in ("li", "chen"):
        seat = await room.seat(login)
        bound = [s.key().toString() for s in seat.main.findChildren(QShortcut)]
        assert max(Counter(bound).values()) == 1
        assert set(bound) <= {QKeySequence(k.keys).toString() for k in KEYS}


@pytest.mark.parametrize("login", ["li", "chen"])
async def test_every_screen_has_its_key(room: Room, login: str) -> None:
    seat = await room.seat(login)
    for key in KEYS:
        page = seat.screens.navigable.get(key.act)
        if page is None:
            continue
        sequence = QKeySequence(key.keys)[0]
        press(seat.main, sequence.key(), sequence.keyboardModifiers())
        await quiet()
        assert seat.main.stack.currentWidget() is page, key.keys
        assert seat.main.nav_buttons[key.act].isChecked()
        assert page.title.text() == seat.main.nav_buttons[key.act].text()
        assert page.title.text() == seat.program.look.words(key.text)
    assert {k.act for k in KEYS} >= set(seat.screens.navigable)


async def test_search_back_sync_lock(room: Room) -> None:
    li = await room.seat("li")
    press(li.main, Qt.Key.Key_F, CTRL)
    await quiet()
    cases = li.screens.navigable["cases"]
    assert li.main.stack.currentWidget() is cases
    assert cases.search.hasFocus()  # type: ignore[attr-defined]
    press(cases.search, Qt.Key.Key_Return)  # type: ignore[attr-defined]
    await quiet()
    assert li.main.stack.currentWidget() is li.screens.case
    press(li.main, Qt.Key.Key_Left, ALT)
    await quiet()
    assert li.main.stack.currentWidget() is cases

    loop = li.program.sync_loop
    assert loop is not None
    running: list[bool] = []
    loop.listen(lambda status: running.append(status.running))
    press(li.main, Qt.Key.Key_F5)
    await until(lambda: True in running)

    press(li.main, Qt.Key.Key_L, CTRL)
    assert li.relaunches == 1


async def test_help_tells_the_keys_there_are(room: Room) -> None:
    for login, there, absent in (("li", "Today", "Route plan"), ("chen", "Route plan", "Today")):
        seat = await room.seat(login)
        press(seat.main, Qt.Key.Key_F1)
        dialog = await asked(seat.main)
        seen = words_on(dialog).splitlines()
        assert there in seen
        assert absent not in seen
        assert seen[seen.index("Ctrl+F") + 1].startswith("Search cases")
        assert {"Shift+←", "+", "-"} <= set(seen)
        press(dialog, Qt.Key.Key_Escape)
        await until(lambda d=dialog: not d.isVisible())


async def test_the_day_sheet_is_printed_by_its_key(room: Room, tmp_path: Path) -> None:
    li = await room.seat("li")
    await agree(li, (await ready(li))[0], VISIT_DAY)
    room.clock.jump_to(VISIT_DAY)
    await li.show("today")
    press(li.main, Qt.Key.Key_P)
    path = tmp_path / "day.pdf"
    await taken_out(li.main, path)
    await quiet()
    assert path.read_bytes().startswith(b"%PDF")


async def test_the_main_job_by_keys_alone(room: Room) -> None:
    li = await room.seat("li")
    press(li.main, Qt.Key.Key_F, CTRL)
    await quiet()
    type_keys("xyy")
    await quiet()
    press(focused(), Qt.Key.Key_Return)
    await quiet()
    case = li.screens.case
    assert li.main.stack.currentWidget() is case
    tab_to(li.main, case.primary)
    press(focused(), Qt.Key.Key_Space)
    await quiet()

    appointment = li.screens.appointment
    assert focused() is appointment.form.span
    press(focused(), Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    type_keys("2026-03-12")
    tab_to(li.main, appointment.form.span)
    type_keys("10-11")
    await quiet()
    tab_to(li.main, appointment.confirm)
    press(focused(), Qt.Key.Key_Space)
    await quiet()
    [agreed] = await records(li, Appointment)
    assert agreed.record.start == VISIT_DAY

    room.clock.jump_to(VISIT_DAY + timedelta(minutes=5))
    press(li.main, Qt.Key.Key_1, CTRL)
    await quiet()
    press(li.main, Qt.Key.Key_Return, CTRL)
    await quiet()
    visit = li.screens.visit
    assert li.main.stack.currentWidget() is visit
    for box in (*visit.checks.boxes.values(), visit.form.present.boxes["customer"]):
        tab_to(li.main, box)
        press(focused(), Qt.Key.Key_Space)
    tab_to(li.main, visit.form.identity)
    press(focused(), Qt.Key.Key_Space)
    tab_to(li.main, visit.form.outcome)
    press(focused(), Qt.Key.Key_Down)
    tab_to(li.main, visit.form.amount)
    type_keys("1500 15.12")
    tab_to(li.main, visit.form.note)
    type_keys("pays after payday")
    tab_to(li.main, visit.form.left)
    type_keys("10.35")
    press(focused(), Qt.Key.Key_Return, CTRL)
    await quiet()
    [kept] = await records(li, Visit)
    assert kept.record.note == "pays after payday"
    assert kept.record.promise is not None
    assert str(kept.record.promise.day) == "2026-12-15"
    assert (await file_of(li, kept.record.case_id)).timeline[0].kind in ("visit", "appointment")
    assert kept.record.arrived_at > MORNING


async def test_a_complaint_is_taken_without_leaving_its_words(room: Room) -> None:
    """Enter begins a line of what the customer says; Ctrl+Enter takes it, as it does a visit."""
    li = await room.seat("li")
    li.main.open_case((await ready(li))[0])
    await quiet()
    [button] = [b for b in li.screens.case.act_buttons if b.text() == "Feedback"]
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Return):
        tab_to(li.main, button)
        press(focused(), Qt.Key.Key_Return)
        dialog = await asked(li.main)
        dialog.activateWindow()
        await until(dialog.isActiveWindow)
        assert focused() is dialog.entries["kind"]
        press(focused(), Qt.Key.Key_Down)
        tab_to(dialog, dialog.entries["words"])
        type_keys("too loud")
        press(focused(), key, CTRL if key == Qt.Key.Key_Return else Qt.KeyboardModifier.NoModifier)
        await quiet()
        li.main.activateWindow()  # as the window manager does when a question has gone
        await until(li.main.isActiveWindow)
        assert focused() is button
    [kept] = await records(li, Feedback)
    assert (kept.record.feedback, kept.record.words) == (FeedbackKind.COMPLAINT, "too loud")


async def test_another_hour_is_agreed_by_the_key_that_saves(room: Room) -> None:
    """Of a visit that waits on this day nothing is begun in its place."""
    li = await room.seat("li")
    cases = await ready(li)
    await agree(li, cases[0], VISIT_DAY)
    await agree(li, cases[1], VISIT_DAY + timedelta(days=1))
    room.clock.jump_to(VISIT_DAY)
    file = await file_of(li, cases[1])
    li.main.open_appointment(cases[1], file.open_appointments[0].record.id)
    await quiet()
    screen = li.screens.appointment
    assert focused() is screen.form.span
    for typed, done in (("23-24", False), ("14-15", True)):  # at night no rule allows it
        type_keys(typed)
        await quiet()
        press(focused(), Qt.Key.Key_Return, CTRL)
        await quiet()
        assert (li.main.stack.currentWidget() is not screen) is done
        assert li.main.stack.currentWidget() is not li.screens.visit
    starts = [v.record.start for v in await records(li, Appointment)]
    assert sorted(starts) == [VISIT_DAY, VISIT_DAY + timedelta(days=1, hours=4)]


async def test_whoever_presses_again_at_once_has_it_done_once(room: Room) -> None:
    """The keys came before the first of them was acted on."""
    li = await room.seat("li")
    _case_id, visit = await at_the_visit(room, li)
    fill(visit)
    for _ in range(3):
        press(visit, Qt.Key.Key_Return, CTRL)
    await quiet()
    assert len(await records(li, Visit)) == 1
    other = (await ready(li))[0]
    li.main.open_appointment(other, None)
    await quiet()
    screen = li.screens.appointment
    screen.form.day.setDate(QDate(2026, 3, 16))
    type_keys("14-15")
    await quiet()
    for _ in range(3):
        press(focused(), Qt.Key.Key_Return, CTRL)
    await quiet()
    states = [v.record.state for v in await records(li, Appointment)]
    assert states.count(AppointmentState.AGREED) == 1


async def test_a_key_of_the_window_that_is_held_does_its_act_once(room: Room) -> None:
    li = await room.seat("li")
    assert [k for k, one in li.main._bound.items() if one.autoRepeat()] == []


async def test_the_focus_stays_where_the_work_is(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    li.main.open_case(case_id)
    await quiet()
    case = li.screens.case
    tab_to(li.main, case.reveal_buttons[Revealable.PHONE])
    press(focused(), Qt.Key.Key_Space)
    await quiet()
    # The button has gone with what it was for; the next one is at hand.
    assert focused() is case.reveal_buttons[Revealable.ADDRESS]
    await agree(li, case_id, VISIT_DAY)
    assert focused() is case.reveal_buttons[Revealable.ADDRESS]

    room.clock.jump_to(VISIT_DAY)
    await li.show("today")
    today = li.screens.today
    assert today is not None
    assert today.begin_button is not None
    tab_to(li.main, today.begin_button)
    await agree(li, (await ready(li))[0], VISIT_DAY + timedelta(days=1, hours=2))
    assert focused() is today.begin_button


@pytest.mark.parametrize("where", ["screen", "strip"])
async def test_a_second_press_after_a_sync_does_not_lock(room: Room, where: str) -> None:
    """Nobody answers: the button keeps the keys before, meanwhile and after."""
    li = await room.seat("li")
    await li.show("sync")
    screen = li.screens.navigable["sync"]
    pressed = screen.now if where == "screen" else li.main.strip.sync_button  # type: ignore[attr-defined]
    pressed.setFocus()
    await li.sync_in_vain()
    assert focused() is pressed
    press(focused(), Qt.Key.Key_Return)
    await quiet()
    assert focused() is pressed
    assert li.relaunches == 0


async def test_a_refused_visit_leaves_the_keys_with_its_button(room: Room) -> None:
    li = await room.seat("li")
    _case_id, visit = await at_the_visit(room, li)
    visit.save.setFocus()
    press(focused(), Qt.Key.Key_Return)
    await quiet()
    assert focused() is visit.form.left, "where something is missing"
    visit.form.left.setText("10:35")
    visit.form.outcome.setCurrentIndex(visit.form.outcome.findData("refused_to_talk"))
    visit.save.setFocus()
    with no_room():
        press(focused(), Qt.Key.Key_Return)
        await quiet()
    assert visit.notice.text
    assert focused() is visit.save


async def test_each_screen_gives_the_keys_to_what_is_done_first(room: Room) -> None:
    li = await room.seat("li")
    assert focused() is li.main.nav_buttons["today"], "nothing is agreed: no key does harm"
    cases = await ready(li)
    await agree(li, cases[0], VISIT_DAY)
    room.clock.jump_to(VISIT_DAY)
    screens = li.screens
    await li.show("sync")
    assert focused() is screens.navigable["sync"].now  # type: ignore[attr-defined]
    await li.show("today")
    assert screens.today is not None
    assert focused() is screens.today.begin_button
    li.main.open_case(cases[1])
    await quiet()
    assert focused() is screens.case.primary
    press(focused(), Qt.Key.Key_Return)  # Enter does what has the focus, as Space does
    await quiet()
    assert focused() is screens.appointment.form.span


async def test_a_lead_approves_a_plan_by_keys_alone(room: Room) -> None:
    _li, chen, case_id = await proposed_to_lead(room)
    chen.main.activateWindow()
    await until(chen.main.isActiveWindow)
    press(chen.main, Qt.Key.Key_7, CTRL)
    await quiet()
    review = chen.screens.navigable["review"]
    assert focused() is review.queue.first  # type: ignore[attr-defined]
    press(focused(), Qt.Key.Key_Return)
    await quiet()
    case = chen.screens.case
    assert chen.main.stack.currentWidget() is case
    assert case.plan_card is not None
    assert focused() is case.plan_card.act_buttons["approve"]
    press(focused(), Qt.Key.Key_Return)
    dialog = await asked(chen.main)
    assert focused() is dialog.entries["reason"]
    type_keys("within the means")
    tab_to(dialog, dialog.ok)
    press(focused(), Qt.Key.Key_Return)
    await quiet()
    [plan] = await records(chen, Plan)
    assert (plan.record.case_id, plan.record.state) == (case_id, PlanState.APPROVED)


async def test_a_lead_gives_cases_by_keys_alone(room: Room) -> None:
    chen = await room.seat("chen")
    for case_id in (await ready(chen))[:3]:
        await give(chen, case_id, None)
    press(chen.main, Qt.Key.Key_5, CTRL)
    await quiet()
    team = chen.screens.navigable["team"]
    assert isinstance(team, TeamScreen)
    assert focused() is team.table
    press(focused(), Qt.Key.Key_Down)
    press(focused(), Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    tab_to(chen.main, team.first)
    press(focused(), Qt.Key.Key_Down)
    tab_to(chen.main, team.second)
    press(focused(), Qt.Key.Key_Down)
    press(focused(), Qt.Key.Key_Down)
    tab_to(chen.main, team.assign)
    press(focused(), Qt.Key.Key_Return)
    await quiet()
    assert chen.main.told.text == "2 cases assigned."
    assert focused() is team.table  # the next ones can be chosen at once


async def test_enter_takes_the_button_that_has_the_focus(room: Room) -> None:
    """Where Cancel has the focus, Enter cancels: it does not take the dialog's default."""
    li = await room.seat("li")
    li.main.open_case((await ready(li))[0])
    await quiet()
    tab_to(li.main, li.screens.case.act_buttons[0])
    press(focused(), Qt.Key.Key_Return)
    dialog = await asked(li.main)
    ended: list[int] = []
    dialog.finished.connect(ended.append)
    cancel = next(b for b in dialog.findChildren(QPushButton) if b is not dialog.ok)
    tab_to(dialog, cancel)
    press(focused(), Qt.Key.Key_Return)
    await quiet()
    assert ended == [QDialog.DialogCode.Rejected]


async def test_the_window_keeps_the_focus(room: Room) -> None:
    """A part shown before it has its place would be a window of its own and take the keys."""
    lost: list[str] = []
    watched = QGuiApplication.instance()
    assert isinstance(watched, QGuiApplication)
    li = await room.seat("li")
    watch = watched.focusWindowChanged.connect(lambda window: lost.append(repr(window)))
    cases = await ready(li)
    await agree(li, cases[0], VISIT_DAY)
    room.clock.jump_to(VISIT_DAY)
    for name in li.screens.navigable:
        await li.show(name)
    for show in (li.main.open_appointment, li.main.open_visit):
        show(cases[0], None)
        await quiet()
    for show_case in (li.main.open_relief, li.main.open_case):
        show_case(cases[0])
        await quiet()
    for button in list(li.screens.case.reveal_buttons):
        li.screens.case.reveal_buttons[button].click()
        await quiet()
    watched.disconnect(watch)
    assert lost == []
