"""Sync: what waits, the line that is down, and work that needs a person's decision."""

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from field_app.operations.desk import Desk
from field_app.operations.submit import Saved, Written, submit
from field_app.storage.slot_file import read_slot
from field_app.ui.screens.sync_screen import SyncScreen
from sync.domain.commands import RecordContact
from sync.domain.ids import CaseId, RecordId
from sync.domain.records import Appointment, Contact
from sync.domain.vocabulary import Channel, ContactResult
from sync.protocol.messages import STUMBLED
from tests.sync.office import PASSPHRASE, administer
from tests.ui.acts import VISIT_DAY, agree, give, move, ready
from tests.ui.lookup import file_of, read, records, words_on
from tests.ui.room import Room, by_itself
from tools.tour.hands import asked, press, until
from tools.tour.seat import Seat, quiet

LATER = VISIT_DAY + timedelta(hours=3)
LATEST = VISIT_DAY + timedelta(days=1)


async def sync_of(seat: Seat) -> SyncScreen:
    await seat.show("sync")
    screen = seat.screens.navigable["sync"]
    assert isinstance(screen, SyncScreen)
    return screen


def click(screen: SyncScreen, text: str) -> None:
    [found] = [b for b in screen.findChildren(QPushButton) if b.text() == text and b.isVisible()]
    found.click()


async def test_nothing_waits(room: Room) -> None:
    li = await room.seat("li")
    screen = await sync_of(li)
    seen = words_on(screen)
    assert "Waiting to be sent (0)" in seen
    assert "Everything is sent." in seen


async def test_offline_everything_waits_and_the_window_says_so(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    await agree(li, case_id, VISIT_DAY)
    screen = await sync_of(li)
    await li.sync_in_vain()
    await quiet()
    seen = words_on(screen)
    assert "The server cannot be reached just now. Go on working" in seen
    assert "Next try at" in seen
    assert "Waiting to be sent (1)" in seen
    number = (await file_of(li, case_id)).case.case_no
    [line] = [line for line in seen.splitlines() if number in line]
    assert "Tue 10 Mar 10:00" in line
    assert "failed" in seen
    assert "1 to be sent" in li.main.strip.text.text()
    assert "offline just now" in li.main.strip.text.text()
    assert screen.now.isEnabled()

    room.serve()
    await li.sync()
    await quiet()
    seen = words_on(screen)
    assert "Waiting to be sent (0)" in seen
    assert "1 sent" in seen
    assert "cannot be reached" not in screen.status.text
    assert "all sent" in li.main.strip.text.text()


async def test_a_laptop_syncs_by_itself(room: Room) -> None:
    room.serve()
    li = room.window(room.laptop("li", by_itself), "li")
    await li.unlock(PASSPHRASE)
    loop = li.program.sync_loop
    assert loop is not None
    await until(lambda: loop.status.last_report is not None and not loop.status.running)
    screen = await sync_of(li)
    await agree(li, (await ready(li))[0], VISIT_DAY)
    await until(lambda: "1 sent" in words_on(screen))
    assert "Waiting to be sent (0)" in words_on(screen)


@pytest.mark.parametrize(("language", "told"), [("en", "no refusal"), ("zh_CN", "这不是拒绝")])
async def test_what_the_server_stumbled_over_waits_and_says_why(
    room: Room, language: str, told: str
) -> None:
    li = await room.seat("li", language=language)
    case_id = (await ready(li))[0]
    await agree(li, case_id, VISIT_DAY)
    screen = await sync_of(li)
    assert told not in words_on(screen)

    def stumbled(desk: Desk) -> None:
        [row] = desk.store.outbox.rows("queued")
        desk.store.replica.note_attempt([row.mid], STUMBLED)

    await read(li, stumbled)
    await li.show("today")
    screen = await sync_of(li)
    await quiet()
    assert told in words_on(screen)
    assert (await file_of(li, case_id)).case.case_no in words_on(screen)


async def moved_by_both(room: Room) -> tuple[Seat, Seat, CaseId]:
    """Let two officers move one agreed window, the second without knowing of the first."""
    room.serve()
    li, wang = await room.seat("li"), await room.seat("wang")
    case_id = (await ready(li))[0]
    await agree(li, case_id, VISIT_DAY)
    await li.sync()
    await wang.sync()
    await move(wang, case_id, LATER)
    await wang.sync()
    await move(li, case_id, LATEST)
    await li.sync()
    li.main.activateWindow()  # two windows are open, and keys are for the one in front
    await until(li.main.isActiveWindow)
    await quiet()
    return li, wang, case_id


async def starts(seat: Seat) -> list[str]:
    found = await records(seat, Appointment)
    return [f"{v.record.start.astimezone(VISIT_DAY.tzinfo):%m-%d %H:%M}" for v in found]


async def test_two_versions_stand_side_by_side(room: Room) -> None:
    li, _wang, case_id = await moved_by_both(room)
    screen = await sync_of(li)
    seen = words_on(screen)
    assert "Needs your decision" in seen
    assert (await file_of(li, case_id)).case.case_no in seen
    assert "Yours" in seen.splitlines()
    assert "At the server" in seen.splitlines()
    assert "Fri 13 Mar 10:00" in seen
    assert "Thu 12 Mar 13:00" in seen
    assert "1 needs your decision" in li.main.strip.text.text()
    # The server's word stands until the person has decided.
    assert await starts(li) == ["03-12 13:00"]

    for _ in range(2):  # the second finds nothing to decide
        press(li.main, Qt.Key.Key_S, Qt.KeyboardModifier.AltModifier)
    await quiet()
    assert screen.notice.text == ""
    assert "Needs your decision" not in words_on(screen)
    assert "Settled." in li.main.told.text
    await li.sync()
    assert await starts(li) == ["03-12 13:00"]


@pytest.mark.parametrize("way", ["button", "key"])
async def test_mine_is_tried_again_upon_theirs(room: Room, way: str) -> None:
    li, wang, _case_id = await moved_by_both(room)
    screen = await sync_of(li)
    if way == "button":
        click(screen, "Try mine again")
    else:
        press(li.main, Qt.Key.Key_T, Qt.KeyboardModifier.AltModifier)
    await quiet()
    assert "Needs your decision" not in words_on(screen)
    await li.sync()
    await wang.sync()
    assert await starts(li) == ["03-13 10:00"]
    assert await starts(wang) == ["03-13 10:00"]


@pytest.mark.parametrize("way", ["button", "key"])
async def test_words_of_a_refused_call_are_kept_as_a_note(room: Room, way: str) -> None:
    room.serve()
    li, wang = await room.seat("li"), await room.seat("wang")
    case_id = (await ready(li))[0]
    for seat in (wang, li):
        await same_call(seat, case_id)
        await seat.sync()
    li.main.activateWindow()
    await until(li.main.isActiveWindow)
    screen = await sync_of(li)
    seen = words_on(screen)
    assert "Needs your decision" in seen
    assert "By: 李静" in seen
    if way == "button":
        click(screen, "Keep mine as a note")
    else:
        press(li.main, Qt.Key.Key_K, Qt.KeyboardModifier.AltModifier)
    await quiet()
    assert "Needs your decision" not in words_on(screen)
    assert "Settled." in li.main.told.text
    await li.sync()
    await wang.sync()
    wang.main.open_case(case_id)
    await quiet()
    seen = words_on(wang.screens.case)
    assert "Note (the server refused: Contact recorded)" in seen
    assert "words of li" in seen


async def same_call(seat: Seat, case_id: CaseId) -> None:
    """Record a call under an id that the other officer uses too."""

    def record(desk: Desk) -> Written:
        told = Contact(
            RecordId("same"),
            case_id,
            Channel.PHONE,
            desk.clock.now(),
            ContactResult.NO_ANSWER,
            desk.me.officer_id,
            f"words of {seat.login}",
        )
        return submit(desk, RecordContact(told))

    assert isinstance(await seat.program.runner.act(record), Saved)


async def test_a_case_that_was_given_away_leaves_and_its_work_arrives(room: Room) -> None:
    room.serve()
    chen, li = await room.seat("chen"), await room.seat("li")
    case_id = (await ready(li))[0]
    li.main.open_case(case_id)
    await quiet()
    li.screens.case.acts.contact("phone")
    (await asked(li.main)).ok.click()
    await quiet()
    await chen.sync()
    await give(chen, case_id, None)
    await chen.sync()
    await li.sync()
    await quiet()
    assert "This case is not here" in words_on(li.screens.case)
    await chen.sync()
    notes = [e.kind for e in (await file_of(chen, case_id)).timeline]
    assert "contact" in notes


@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_what_needs_a_person_promises_no_next_try(room: Room, language: str) -> None:
    """Withdraw the laptop: the strip leads to Sync from every screen, and Sync says whom to ask."""
    server = room.serve()
    li = await room.seat("li", language=language)
    await li.sync()
    administer(server.data, "device", "revoke", read_slot(li.laptop.slot).device_id)
    screen = await sync_of(li)
    await li.sync_in_vain()
    await quiet()
    words, strip = li.main.words, li.main.strip.text
    assert screen.status.text == words.code("sync.revoked")
    assert words("Next try at {time}.", time="").strip(" .。") not in words_on(screen)
    await li.show("today")
    assert words("sync cannot go on: see Sync") in strip.text()
    server.stop()
    await li.sync_in_vain()
    assert words("offline just now") in strip.text()
    assert words("sync cannot go on: see Sync") not in strip.text()
