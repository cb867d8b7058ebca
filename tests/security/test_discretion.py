"""What a running program keeps to itself: dumps, errors, clipboard, file dialogs, web view."""

import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QSettings
from PySide6.QtGui import QGuiApplication
from PySide6.QtWebEngineCore import QWebEngineProfile
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QSystemTrayIcon, QWidget

from field_app.bootstrap.error_log import FIELDS, places
from field_app.settings.settings import resources_folder
from field_app.storage import cipher
from field_app.storage.trouble import VaultTrouble
from field_app.ui.clipboard import KEPT_MS, MARKS, Clipboard
from field_app.ui.dialogs.file_dialog import FileDialog
from field_app.ui.map import map_view
from sync.domain.records import Case
from tests.ui import walk
from tests.ui.lookup import read
from tests.ui.room import NO_GRAPHICS, Room
from tools.tour.hands import until

ROOT = Path(__file__).resolve().parents[2]
PACK = resources_folder() / "sample" / "city.mappack"
HttpCacheType = QWebEngineProfile.HttpCacheType
NAME = "欧阳若兰"

FAILING = f"""
import asyncio, faulthandler, gc, logging, sys, threading, warnings
from pathlib import Path
from datetime import UTC, datetime
from field_app.bootstrap.error_log import ErrorLog
class Clock:
    def now(self): return datetime.now(UTC)
ErrorLog(Path(sys.argv[1]), Clock()).listen()
name = "{NAME}"
class Bad:
    def __del__(self): raise ValueError(name)
def fail():
    secret = name
    try:
        raise KeyError(secret)
    except KeyError as error:
        raise ValueError("no " + secret) from error
t = threading.Thread(target=fail); t.start(); t.join()
bad = Bad(); del bad; gc.collect()
logging.getLogger("x").warning("lost %s", name)
logging.getLogger("x").info("found %s", name)
try:
    fail()
except ValueError:
    logging.getLogger("y").exception("again " + name)
warnings.warn(name)
async def lost():
    asyncio.get_running_loop().create_task(failing()); await asyncio.sleep(0)
async def failing(): fail()
asyncio.run(lost())
"""


def failed(folder: Path, last: str) -> subprocess.CompletedProcess[str]:
    """Run a program that fails in every way; return it ended."""
    return subprocess.run(
        [sys.executable, "-c", FAILING + last, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_no_error_tells_a_value(tmp_path: Path) -> None:
    done = failed(tmp_path, "fail()")
    assert done.returncode == 1
    text = (tmp_path / "errors.log").read_text(encoding="utf-8")
    assert NAME not in done.stdout + done.stderr + text
    lines = [json.loads(line) for line in text.splitlines()]
    told = {(line["source"], line["kind"]) for line in lines}
    assert {
        ("program", "ValueError"),
        ("thread", "ValueError"),
        ("unraisable", "ValueError"),
        ("log x", "WARNING"),
        ("log y", "ValueError"),
        ("log py.warnings", "WARNING"),
        ("log asyncio", "ValueError"),
    } <= told
    assert all(set(line) <= set(FIELDS) for line in lines)
    [last] = [line for line in lines if line["source"] == "program"]
    assert last["where"][-2].endswith(" fail"), "where it happened is told"
    assert last["where"][-1] == "after KeyError"
    assert last["at"].endswith("+00:00"), "in UTC"


def test_a_crash_tells_frames_only(tmp_path: Path) -> None:
    done = failed(tmp_path, "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)")
    assert done.returncode < 0
    text = (tmp_path / "crash.log").read_text(encoding="utf-8")
    assert "Segmentation fault" in text
    assert NAME not in text + done.stderr


def test_a_line_break_in_a_name_makes_no_second_line(tmp_path: Path) -> None:
    last = 'type("X\\n{\\"at\\":\\"forged\\"}", (Exception,), {})'
    done = failed(tmp_path, f"raise {last}()")
    assert done.returncode == 1
    lines = (tmp_path / "errors.log").read_text(encoding="utf-8").splitlines()
    assert all(json.loads(line)["at"] != "forged" for line in lines)


def test_the_log_does_not_grow_for_ever(tmp_path: Path) -> None:
    (tmp_path / "errors.log").write_bytes(b"x" * 300 * 1024)
    failed(tmp_path, "")
    assert (tmp_path / "errors.log").stat().st_size < 10 * 1024
    assert (tmp_path / "errors.old").stat().st_size == 300 * 1024


def test_the_places_of_an_error_that_goes_round_end() -> None:
    error = ValueError("a")
    error.__cause__, error.__context__ = error, error
    assert len(places(error)) <= 24


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what it would do")
def test_no_dump_of_the_program_is_written() -> None:
    """The real program's first lines; what the kernel then says of the process."""
    code = """
import ctypes, resource, runpy, sys
sys.argv = ["field-app", "--plan-worker"]
import field_app.planning.worker as worker
def told():
    print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
    return 0
worker.work = told
runpy.run_module("field_app", run_name="__main__")
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout == "(0, 0) 0\n", done.stderr


def test_the_clipboard_is_marked_and_forgotten(qapp: QApplication) -> None:
    board, clipboard = QGuiApplication.clipboard(), Clipboard()
    clipboard.copy(NAME)
    assert board.text() == NAME
    assert {n: bytes(board.mimeData().data(n).data()) for n in MARKS} == MARKS
    assert clipboard.timer.isActive()
    assert clipboard.timer.interval() == KEPT_MS == 10_000
    clipboard.timer.timeout.emit()
    assert board.text() == ""
    assert not clipboard.timer.isActive()


def test_what_somebody_else_copied_stays(qapp: QApplication) -> None:
    board, clipboard = QGuiApplication.clipboard(), Clipboard()
    clipboard.copy(NAME)
    board.setText("a recipe")
    clipboard.forget()
    assert board.text() == "a recipe"
    board.clear()


async def test_locking_and_closing_clear_the_clipboard(room: Room) -> None:
    board = QGuiApplication.clipboard()
    li = await room.seat("li")
    li.main.copy(NAME)
    li.program.lock()
    assert board.text() == ""
    li.main.copy(NAME)
    await room.leave(li)
    assert board.text() == ""


def test_only_one_place_knows_the_clipboard() -> None:
    users = [
        path.name
        for path in (ROOT / "field_app").rglob("*.py")
        if ".clipboard()" in path.read_text(encoding="utf-8")
    ]
    assert users == ["clipboard.py"]


@pytest.mark.parametrize("before", [{}, {"lastVisited": "file:///srv/music"}])
def test_a_file_dialog_leaves_no_places(
    qapp: QApplication, tmp_path: Path, before: dict[str, str]
) -> None:
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(tmp_path))
    kept = QSettings(QSettings.Scope.UserScope, "QtProject")
    for name, value in before.items():
        kept.setValue(f"FileDialog/{name}", value)
    kept.sync()
    secret = tmp_path / "about-a-customer"
    secret.mkdir()
    window = QWidget()
    dialog = FileDialog(window, "Save")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDirectory(str(secret))
    dialog.open()
    entry = dialog.findChild(QLineEdit)
    assert entry is not None
    entry.setText(str(secret / "plan.pdf"))
    dialog.accept()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    told = (tmp_path / "QtProject.conf").read_text(encoding="utf-8") if before else ""
    for path in tmp_path.glob("*.conf"):
        assert "about-a-customer" not in path.read_text(encoding="utf-8")
    assert ("music" in told) is bool(before)


def test_a_plain_dialog_would_have_left_them(qapp: QApplication, tmp_path: Path) -> None:
    """The test before this one bites: Qt's own dialog writes the folder down."""
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(tmp_path))
    secret = tmp_path / "about-a-customer"
    secret.mkdir()
    window = QWidget()
    dialog = QFileDialog(window, "Save", str(secret))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.open()
    dialog.selectFile("plan.pdf")
    dialog.accept()
    dialog.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert "about-a-customer" in (tmp_path / "QtProject.conf").read_text(encoding="utf-8")


def test_every_file_dialog_is_the_forgetful_one() -> None:
    users = {
        path.name
        for path in (ROOT / "field_app").rglob("*.py")
        if " QFileDialog(" in path.read_text(encoding="utf-8")
    }
    assert users == set()


@NO_GRAPHICS
async def test_the_web_profile_is_off_the_record(room: Room) -> None:
    li = await room.seat("li", map_pack=str(PACK))
    await li.show("map")
    shown = li.screens.map.map
    assert shown is not None
    await until(lambda: shown.is_ready)
    profile = shown.page.profile()
    assert profile.isOffTheRecord()
    assert profile.storageName() == ""
    assert not profile.isSpellCheckEnabled()


@pytest.mark.parametrize(
    ("off_the_record", "cache"),
    [(False, HttpCacheType.MemoryHttpCache), (True, HttpCacheType.DiskHttpCache)],
    ids=["named", "cache-on-disk"],
)
def test_a_profile_that_would_write_is_refused(
    qapp: QApplication,
    monkeypatch: pytest.MonkeyPatch,
    off_the_record: bool,
    cache: HttpCacheType,
) -> None:
    """A web engine whose default changed one day; the profile itself stands for it."""

    class Writing(QObject):
        HttpCacheType = HttpCacheType
        PersistentCookiesPolicy = QWebEngineProfile.PersistentCookiesPolicy

        def setSpellCheckEnabled(self, on: bool) -> None:
            """Take it."""

        def persistentCookiesPolicy(self) -> object:
            return self.PersistentCookiesPolicy.NoPersistentCookies

        def httpCacheType(self) -> HttpCacheType:
            return cache

        def isOffTheRecord(self) -> bool:
            return off_the_record

    monkeypatch.setattr(map_view, "QWebEngineProfile", Writing)
    with pytest.raises(RuntimeError, match="write to the disk"):
        map_view._forgetful_profile(QObject())


def test_a_vault_whose_temporary_tables_go_to_the_disk_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = cipher.VaultKey(os.urandom(32), os.urandom(16))
    settle = cipher._settle

    def on_disk(connection: cipher.Connection) -> None:
        execute = connection.execute

        class Wrong:
            def execute(self, sql: str, values: tuple[object, ...] = ()) -> cipher.Cursor:
                return execute(sql.replace("temp_store = MEMORY", "temp_store = FILE"), values)

        settle(Wrong())  # type: ignore[arg-type]

    cipher.open_database(tmp_path / "good.db", key, create=True).close()
    monkeypatch.setattr(cipher, "_settle", on_disk)
    with pytest.raises(VaultTrouble, match="in clear"):
        cipher.open_database(tmp_path / "bad.db", key, create=True)


async def test_no_window_is_called_after_anybody(room: Room) -> None:
    """What the task bar, Alt-Tab and a screen recorder's list show: words of the program only."""
    titles = {window.windowTitle() async for _name, window in walk.officer(room)}
    assert "Yuefang" in titles
    [li] = room.seats
    people = await read(li, lambda desk: list(desk.store.projection.every(Case)))
    told = [t for t in titles for p in people if p.record.customer.name in t]
    assert told == []
    assert [t for t in titles if any(c.isdecimal() for c in t)] == [], "no case's number"


def test_nothing_speaks_outside_the_window() -> None:
    """There are no notifications, tray icons, lists of recent files or completions.

    One place calls another program: a place is handed to the navigation, after a question.
    """
    forbidden = (QSystemTrayIcon.__name__, "QDesktopServices", "addToRecent", "QCompleter")
    found = [
        f"{path.name}: {word}"
        for path in (ROOT / "field_app").rglob("*.py")
        for word in forbidden
        if word in path.read_text(encoding="utf-8")
    ]
    assert found == ["way_card.py: QDesktopServices"]


def test_files_leave_by_one_gate() -> None:
    """Nothing of the window, its models, acts and papers writes a file but the gate.

    What is asked where to lie is asked by the gate's own question.
    """
    writes = re.compile(
        r"write_bytes|write_text|(?<!def )(?<![\w.])open\(|QSaveFile|QFile\(|QPdfWriter|QPrinter"
    )
    layers = ("ui", "viewmodels", "operations", "reports")
    files = [p for layer in layers for p in (ROOT / "field_app" / layer).rglob("*.py")]
    told = {path: path.read_text(encoding="utf-8") for path in files}
    found = {path.name for path, text in told.items() if writes.search(text)}
    assert found == {"exports.py"}
    asking = {path.name for path, text in told.items() if "ask_where" in text}
    assert asking == {"save_file.py", "export_dialog.py"}


def test_the_library_of_the_cipher_says_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    key = cipher.VaultKey(os.urandom(32), os.urandom(16))
    cipher.open_database(tmp_path / "v.db", key, create=True).close()
    data = bytearray((tmp_path / "v.db").read_bytes())
    data[100:200] = os.urandom(100)
    (tmp_path / "v.db").write_bytes(data)
    logging.getLogger("yuefang.vault").debug("before")
    with pytest.raises(VaultTrouble):
        cipher.open_database(tmp_path / "v.db", key, create=False)
    assert capfd.readouterr() == ("", "")
