"""A laptop of which there are two: its officer, its lead, and what each is told to do."""

import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from field_app.operations import contacts
from field_app.operations.desk import Desk
from field_app.operations.submit import Written
from field_app.ui.screens.sync_screen import SyncScreen
from sync.domain.ids import CaseId
from sync.domain.records import Appointment
from sync.domain.vocabulary import Channel, ContactResult
from tests.sync.office import PASSPHRASE
from tests.ui.acts import VISIT_DAY, agree, ready
from tests.ui.legible import SMALL, clipped_at_rest
from tests.ui.lookup import in_language, records, words_on
from tests.ui.room import Room
from tests.ui.test_review import complain, shown
from tools.tour.hands import press
from tools.tour.seat import Seat, quiet

type Work = Callable[[Seat], Awaitable[None]]


async def both_work(room: Room, work: Work, **wished: object) -> Seat:
    """Let each of two copies of one laptop do the same; return the copy that came second."""
    room.serve()
    first = room.laptop("li")
    copy = room.folder / "copy"
    shutil.copytree(first.home, copy)
    li = room.window(first, "li")
    await li.unlock(PASSPHRASE)
    await work(li)
    await li.sync()
    await room.leave(li)
    li = room.window(replace(first, home=copy, name="copy"), "li", **wished)
    await li.unlock(PASSPHRASE)
    await work(li)
    await li.sync_in_vain()
    return li


async def agree_one(seat: Seat) -> None:
    await agree(seat, (await ready(seat))[0], VISIT_DAY)


def primary(screen: SyncScreen) -> list[str]:
    """Return the main buttons among the decisions."""
    buttons = screen.decisions.findChildren(QPushButton)
    return [b.text() for b in buttons if b.isVisible() and b.property("kind") == "primary"]


@pytest.mark.parametrize("size", [100, 200])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_a_copy_leads_to_being_enrolled_anew(room: Room, language: str, size: int) -> None:
    """Trying again would be refused again: neither a button nor its key does it."""
    li = await both_work(room, agree_one, language=language, text_size=size)
    li.main.resize(SMALL)
    await li.show("sync")
    screen = li.screens.navigable["sync"]
    assert isinstance(screen, SyncScreen)
    words = li.main.words
    lock = words("Lock, to enrol anew")
    assert in_language(lock, language)
    assert primary(screen) == [lock]
    seen = words_on(screen)
    assert words("Enrol anew or another officer") in seen, "what to choose then"
    assert words("Let the server's stand") in seen
    assert words("Try mine again") not in seen.splitlines()
    assert await clipped_at_rest(li.main) == []
    press(li.main, Qt.Key.Key_T, Qt.KeyboardModifier.AltModifier)
    await quiet()
    assert await records(li, Appointment) == []
    [button] = [b for b in screen.findChildren(QPushButton) if b.text() == lock]
    button.click()
    assert li.relaunches == 1


async def ring(seat: Seat, case_id: CaseId) -> None:
    """Call in vain."""

    def called(desk: Desk) -> Written:
        return contacts.record(desk, case_id, Channel.PHONE, ContactResult.NO_ANSWER, "")

    assert seat.program.runner is not None
    await seat.program.runner.act(called)
    await quiet()


async def ring_one(seat: Seat) -> None:
    await ring(seat, (await ready(seat))[0])


async def complain_one(seat: Seat) -> None:
    await complain(seat, (await ready(seat))[0])


@pytest.mark.parametrize("size", [100, 200])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("work", [ring_one, complain_one])
async def test_the_lead_sees_a_copys_work_with_what_to_do(
    room: Room, work: Work, language: str, size: int
) -> None:
    await room.leave(await both_work(room, work))
    chen = await room.seat("chen", language=language, text_size=size)
    chen.main.resize(SMALL)
    nothing = words_on(await shown(chen))
    await chen.sync()
    seen = words_on(await shown(chen))
    told = chen.main.words(
        "Two copies of a laptop are in use, or an older one was put back. Ask the officer "
        "which records are theirs, and the administrator to have the laptop enrolled anew."
    )
    assert in_language(told, language)
    assert told not in nothing
    assert seen.count(told) == 1
    # A complaint stands there twice: where it is answered, and among what is flagged.
    marks = 2 if work is complain_one else 1
    assert seen.count(chen.main.words.code("flag.forked")) == marks
    assert await clipped_at_rest(chen.main) == [], "the longest mark there is"
