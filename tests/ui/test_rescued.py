"""A laptop whose vault was built anew: what came back is told until the officer puts it away."""

import pytest
from PySide6.QtCore import Qt

from field_app.ui.screens.sync_screen import SyncScreen
from tests.sync.office import PASSPHRASE
from tests.ui.acts import VISIT_DAY, agree, ready
from tests.ui.legible import SMALL, clipped_at_rest
from tests.ui.lookup import in_language, words_on
from tests.ui.room import Room
from tests.ui.test_full_disk import no_room
from tests.ui.test_sync import sync_of
from tests.ui.test_unlock import refused
from tools.tour.hands import press
from tools.tour.seat import Seat, quiet


async def rescued(room: Room, told: str, *, in_part: bool = False, **wished: object) -> Seat:
    """Agree a visit, let the vault be broken, and unlock what was built of it."""
    laptop = room.laptop("li")
    journal = laptop.vault / "outbox.journal"
    before = journal.stat().st_size
    li = await room.seat("li")
    await agree(li, (await ready(li))[0], VISIT_DAY)
    await room.leave(li)
    (laptop.vault / "vault.db").write_bytes(bytes(8192))
    if in_part:
        with journal.open("r+b") as file:  # harm the envelope that was just written
            file.seek(before + 30)
            file.write(bytes(8))
    seat = room.window(laptop, "li", **wished)
    await refused(seat, PASSPHRASE, told)
    await seat.unlock(PASSPHRASE)
    seat.main.resize(SMALL)
    return seat


def lines(screen: SyncScreen) -> list[str]:
    return words_on(screen.rescue).splitlines()


@pytest.mark.parametrize("size", [100, 200])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_what_came_back_is_told_until_it_is_put_away(
    room: Room, language: str, size: int
) -> None:
    li = await rescued(room, "vault.rescued", language=language, text_size=size)
    words = li.main.words
    assert words("built anew: see Sync") in li.main.strip.text.text()
    assert words("No visit for today is on this laptop") in words_on(li.main)
    screen = await sync_of(li)
    heading, came, comes, done = lines(screen)
    assert all(in_language(text, language) for text in (heading, came, comes, done))
    assert came == words(
        "On {when} it was found broken. Rescued: your entries {work}, forms you had begun "
        "{forms}, records of the server {records}.",
        when=words.moment(room.clock.now(), screen._view.zone),
        work=1,
        forms=0,
        records=0,
    )
    assert not screen.rescue.warning.isVisible()
    assert await clipped_at_rest(li.main) == []

    room.serve()
    await li.sync()
    await quiet()
    _, came_still, since, _ = lines(screen)
    assert came_still == came
    assert since == words("Your cases have come anew from the server since.") != comes
    assert words("built anew: see Sync") not in li.main.strip.text.text()
    li = await room.again(li)
    screen = await sync_of(li)
    with no_room():
        screen.rescue.done.setFocus()
        press(screen.rescue.done, Qt.Key.Key_Return)
        await quiet()
        assert screen.notice.text == li.main.words.code("vault.disk_full")
        assert screen.rescue.isVisible()
    press(screen.rescue.done, Qt.Key.Key_Return)
    await quiet()
    assert screen.notice.text == ""
    assert not screen.rescue.isVisible()
    assert screen.now.hasFocus(), "the keys go on to where one begins here"
    li = await room.again(li)
    assert not (await sync_of(li)).rescue.isVisible()


@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_what_did_not_come_back_is_told_with_what_to_do(room: Room, language: str) -> None:
    li = await rescued(room, "vault.rescued_in_part", in_part=True, language=language)
    screen = await sync_of(li)
    assert screen.rescue.warning.isVisible()
    assert in_language(screen.rescue.warning.text, language)
    assert await clipped_at_rest(li.main) == []
