"""Who presses again before the first press was acted on has it done once."""

import sqlite3

from PySide6.QtCore import Qt

from field_app.ui.screens.enrol_screen import EnrolScreen
from sync.domain.records import Reveal
from sync.domain.vocabulary import Revealable
from tests.sync.office import PASSPHRASE, administer
from tests.ui.acts import ready
from tests.ui.lookup import records
from tests.ui.room import Room
from tests.ui.test_case import waiting
from tests.ui.test_team import choose_officers, with_free_cases
from tools.tour.hands import press, type_text
from tools.tour.seat import quiet

TIMES = 3


async def test_a_laptop_is_enrolled(room: Room) -> None:
    server = room.serve()
    code = administer(server.data, "enrol-code", "li").strip()
    seat = room.window(room.fresh(), "li", language="en")
    screen = seat.window
    assert isinstance(screen, EnrolScreen)
    typed = (server.address, "li", code, PASSPHRASE, PASSPHRASE)
    entries = (screen.address, screen.account, screen.code, screen.passphrase, screen.repeated)
    for entry, text in zip(entries, typed, strict=True):
        type_text(entry, text)
    failed: list[object] = []
    screen._view.failed.connect(failed.append)
    before = _devices(server.data / "server.db")
    for _ in range(TIMES):
        press(screen.repeated, Qt.Key.Key_Return)
    await seat.desk_laid(lambda: screen.trouble.text)
    assert not failed
    assert _devices(server.data / "server.db") == before + 1


def _devices(path: object) -> int:
    connection = sqlite3.connect(str(path))
    [(count,)] = connection.execute("SELECT count(*) FROM device")
    connection.close()
    return int(count)


async def test_a_look_leaves_one_trace(room: Room) -> None:
    li = await room.seat("li")
    li.main.open_case((await ready(li))[0])
    await quiet()
    for _ in range(TIMES):
        li.screens.case.reveal_buttons[Revealable.PHONE].click()
    await quiet()
    assert len(await records(li, Reveal)) == 1


async def test_cases_are_given(room: Room) -> None:
    chen, screen, _free = await with_free_cases(room)
    before = await waiting(chen)
    screen.table.selectRow(0)
    choose_officers(screen, "王强", "李静")
    for _ in range(TIMES):
        screen.assign.click()
    await quiet()
    assert await waiting(chen) == [*before, "assign_case"]
