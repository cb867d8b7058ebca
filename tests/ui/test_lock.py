"""Locking: by keys, by time, by what the system tells; nothing typed is lost or left open."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtDBus import QDBusConnection, QDBusMessage
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QPlainTextEdit

from field_app.bootstrap.session_watch.logind import BusWatch, reason_of
from field_app.bootstrap.standby import WORD, Former, Standby
from field_app.ui.dialogs.form_dialog import FormDialog
from sync.domain.ids import CaseId
from tests.ui.acts import at_the_visit, open_visit, ready
from tests.ui.lookup import in_language, words_on
from tests.ui.room import MORNING, Room
from tests.ui.sheets import sheet, told
from tools.left_behind import end_with_us
from tools.tour.hands import asked, press, type_text, until
from tools.tour.seat import Seat, quiet

CTRL = Qt.KeyboardModifier.ControlModifier
BUS = "org.freedesktop.DBus"
LOGIN = "org.freedesktop.login1"
WAITS = "import sys; sys.exit(0 if sys.stdin.buffer.readline() == b'unlock\\n' else 3)"


async def test_a_lock_hides_every_window_before_anything_else(room: Room) -> None:
    li = await room.seat("li")
    li.main.open_case((await ready(li))[0])
    await quiet()
    li.screens.case.acts.feedback()
    dialog = await asked(li.main)
    li.program.lock()
    assert not li.main.isVisible()
    assert not dialog.isVisible()
    assert li.relaunches == 1
    li.program.lock()
    assert li.relaunches == 1, "once is enough"
    dialog.reject()


async def test_what_was_typed_a_moment_ago_is_there_after_the_lock(room: Room) -> None:
    li = await room.seat("li")
    case_id, visit = await at_the_visit(room, li)
    note = visit.form.note
    note.setFocus()
    QTest.keyClicks(note, "pays after payday")
    press(li.main, Qt.Key.Key_L, CTRL)
    await room.leave(li)
    again = await room.seat("li")
    assert (await open_visit(again, case_id)).form.note.toPlainText() == "pays after payday"


async def test_a_sheet_of_relief_is_there_after_the_lock(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    screen = await sheet(li, case_id)
    await told(screen)
    before = screen._view.entry
    li.program.lock()
    await room.leave(li)
    again = await room.seat("li")
    assert (await sheet(again, case_id))._view.entry == before


async def feedback_asked(seat: Seat, case_id: CaseId) -> FormDialog:
    """Open the question for the customer's feedback."""
    seat.main.open_case(case_id)
    await quiet()
    seat.screens.case.acts.feedback()
    return await asked(seat.main)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_a_question_half_answered_is_there_after_the_lock(room: Room, language: str) -> None:
    li = await room.seat("li", language=language)
    case_id = (await ready(li))[0]
    dialog = await feedback_asked(li, case_id)
    kind, said = dialog.entries["kind"], dialog.entries["words"]
    assert isinstance(kind, QComboBox)
    assert isinstance(said, QPlainTextEdit)
    kind.setCurrentIndex(kind.findData("complaint"))
    type_text(said, "他们在楼道里")
    li.program.lock()
    li.screens.case._tasks.cancel()  # as the end of the process does
    await room.leave(li)
    again = await room.seat("li", language=language)
    dialog = await feedback_asked(again, case_id)
    assert dialog.values()["kind"] == "complaint"
    assert dialog.values()["words"] == "他们在楼道里"
    told = again.main.words("What was typed before is here again.")
    assert told in words_on(dialog)
    assert in_language(told, language)
    dialog.ok.click()
    await quiet()
    dialog = await feedback_asked(again, case_id)
    assert dialog.values()["words"] == "", "what was taken is gone from the drafts"
    type_text(dialog.entries["words"], "算了")
    dialog.reject()
    await quiet()
    dialog = await feedback_asked(again, case_id)
    assert dialog.values()["words"] == "", "a change of mind leaves nothing"
    dialog.reject()


async def test_an_appointment_half_agreed_is_there_after_the_lock(room: Room) -> None:
    li = await room.seat("li")
    first, second = (await ready(li))[:2]
    li.main.open_appointment(first, None)
    await quiet()
    form = li.screens.appointment.form
    type_text(form.span, "15:10-15:50")
    form.said.setFocus()
    QTest.keyClicks(form.said, "ring twice")
    li.program.lock()
    await room.leave(li)
    again = await room.seat("li")
    again.main.open_appointment(second, None)
    await quiet()
    form = again.screens.appointment.form
    assert (form.said.text(), form.span.text()) != ("ring twice", "15:10-15:50"), "another case"
    again.main.open_appointment(first, None)
    await quiet()
    assert (form.said.text(), form.span.text()) == ("ring twice", "15:10-15:50")
    again.screens.appointment.propose.click()
    await quiet()
    again.main.open_appointment(first, None)
    await quiet()
    assert form.said.text() == "", "what was kept as a proposal is no draft"


async def test_a_draft_of_a_day_that_is_over_is_let_go(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    li.main.open_appointment(case_id, None)
    await quiet()
    form = li.screens.appointment.form
    form.said.setFocus()
    QTest.keyClicks(form.said, "ring twice")
    await quiet()
    room.clock.jump_to(MORNING + timedelta(days=20))
    li.main.open_appointment(case_id, None)
    await quiet()
    assert form.said.text() == ""


async def test_what_was_copied_goes_with_the_lock(room: Room) -> None:
    li = await room.seat("li")
    await until(lambda: QGuiApplication.focusWindow() is not None)
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("13800001234")
    li.program.lock()
    assert clipboard.text() == ""


async def test_nobody_there_for_the_set_minutes_locks(room: Room) -> None:
    li = await room.seat("li", lock_minutes=5)
    lock = li.program._lock
    assert lock is not None
    room.clock.jump_to(room.clock.now() + timedelta(minutes=4), nobody_there=True)
    assert lock.left > timedelta(0)
    handle = li.main.windowHandle()
    assert handle is not None
    QTest.keyClick(handle, Qt.Key.Key_Shift)
    room.clock.jump_to(room.clock.now() + timedelta(minutes=4), nobody_there=True)
    assert lock.left > timedelta(0), "a key put it off"
    room.clock.jump_to(room.clock.now() + timedelta(minutes=2), nobody_there=True)
    await lock.watch()
    assert li.relaunches == 1


async def test_typing_in_a_question_is_being_there(room: Room) -> None:
    li = await room.seat("li")
    li.main.open_case((await ready(li))[0])
    await quiet()
    li.screens.case.acts.feedback()
    dialog = await asked(li.main)
    handle = dialog.windowHandle()
    assert handle is not None
    await until(lambda: QGuiApplication.focusWindow() is handle)
    touched: list[bool] = []
    li.main.touched.connect(lambda: touched.append(True))
    QTest.keyClick(handle, Qt.Key.Key_A)
    assert touched
    dialog.reject()
    await quiet()


@pytest.mark.parametrize(
    ("interface", "member", "arguments", "reason"),
    [
        (f"{LOGIN}.Manager", "PrepareForSleep", [True], "asleep"),
        (f"{LOGIN}.Manager", "PrepareForSleep", [False], ""),
        (f"{LOGIN}.Session", "Lock", [], "locked"),
        ("org.example", "Lock", [], ""),
        ("org.gnome.ScreenSaver", "ActiveChanged", [True], "locked"),
        ("org.gnome.ScreenSaver", "ActiveChanged", [False], ""),
        ("p", "PropertiesChanged", [f"{LOGIN}.Session", {"Active": False}, []], "switched"),
        ("p", "PropertiesChanged", [f"{LOGIN}.Session", {"LockedHint": True}, []], "locked"),
        ("p", "PropertiesChanged", ["org.freedesktop.UPower", {"LidIsClosed": True}, []], "lid"),
        ("p", "PropertiesChanged", ["org.freedesktop.UPower", {"LidIsClosed": False}, []], ""),
        ("p", "PropertiesChanged", ["org.example", {"Active": False}, []], ""),
    ],
)
def test_what_a_signal_means(
    interface: str, member: str, arguments: list[object], reason: str
) -> None:
    assert reason_of(interface, member, arguments) == reason


@pytest.fixture
def bus() -> Iterator[str]:
    """Start a message bus of our own; yields its address."""
    daemon = shutil.which("dbus-daemon")
    if daemon is None:
        pytest.skip("there is no dbus-daemon on this machine")
    with subprocess.Popen(
        [daemon, "--session", "--nofork", "--print-address"],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        end_with_us(process.pid)
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


async def test_a_laptop_that_goes_to_sleep_locks(qapp: QApplication, bus: str) -> None:
    heard: list[str] = []
    ours = QDBusConnection.connectToBus(bus, "yuefang-test")
    theirs = QDBusConnection.connectToBus(bus, "logind-test")
    assert ours.isConnected()
    watch = BusWatch(heard.append, (ours,))
    # The bus answers in order: once it has, it knows what is listened for.
    ours.call(QDBusMessage.createMethodCall(BUS, "/", BUS, "GetId"))
    for going in (False, True):
        signal = QDBusMessage.createSignal(
            "/org/freedesktop/login1", f"{LOGIN}.Manager", "PrepareForSleep"
        )
        signal.setArguments([going])
        assert theirs.send(signal)
    await until(lambda: bool(heard))
    assert heard == ["asleep"]
    watch.stop()
    for name in ("yuefang-test", "logind-test"):
        QDBusConnection.disconnectFromBus(name)


def test_the_waiting_process_is_woken_and_hears_the_end_of_the_one_before(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    pipe.write_bytes(WORD)
    with pipe.open("rb") as told:
        former = Former(told)
        assert former.is_heard()
        former.wait()
        assert former._gone.is_set()
    pipe.write_bytes(b"")
    with pipe.open("rb") as told:
        assert not Former(told).is_heard(), "it ends with the one that started it"


def test_a_waiting_process_that_has_died_is_not_relied_on() -> None:
    standby = Standby([sys.executable, "-c", WAITS])
    assert not standby.wake(), "it was never started"
    standby.start()
    process = standby._process
    assert process is not None
    assert standby.wake()
    assert process.wait(30) == 0
    assert process.stdin is not None
    process.stdin.close()
    dead = Standby([sys.executable, "-c", "pass"])
    dead.start()
    assert dead._process is not None
    dead._process.wait(30)
    assert not dead.wake()
    dismissed = Standby([sys.executable, "-c", WAITS])
    dismissed.start()
    process = dismissed._process
    dismissed.dismiss()
    assert process is not None
    assert process.returncode == 3
