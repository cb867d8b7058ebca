"""Unlocking: a wrong passphrase in clear words, the right one opens, another program's vault."""

import pytest
from PySide6.QtCore import Qt

from field_app.bootstrap.desk_setup import unlock
from field_app.ui.screens.today_screen import TodayScreen
from field_app.ui.screens.unlock_screen import UnlockScreen
from tests.sync.office import PASSPHRASE
from tests.ui.lookup import in_language, words_on
from tests.ui.room import Room
from tools.tour.hands import press, type_text
from tools.tour.seat import Seat, quiet

LANGUAGES = ("zh_CN", "en")


async def refused(seat: Seat, passphrase: str, why: str) -> UnlockScreen:
    """Try a passphrase and be refused in the words of `why`."""
    screen = seat.window
    assert isinstance(screen, UnlockScreen)
    type_text(screen.passphrase, passphrase)
    press(screen.passphrase, Qt.Key.Key_Return)
    await quiet()
    words = seat.program.look.words
    assert screen.trouble.text == words.code(why)
    assert in_language(screen.trouble.text, words.language)
    assert screen.trouble.text in words_on(screen)
    assert screen.ok.isEnabled()
    return screen


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_wrong_passphrase_and_then_the_right_one(room: Room, language: str) -> None:
    seat = room.window(room.laptop("li"), "li", language=language)
    screen = await refused(seat, PASSPHRASE.upper(), "vault.wrong_passphrase")
    # The wrong one is marked, so that typing puts the next one in its place.
    assert screen.passphrase.selectedText() == PASSPHRASE.upper()
    assert screen.passphrase.hasFocus()
    assert PASSPHRASE not in words_on(screen)
    await seat.unlock(PASSPHRASE)
    assert isinstance(seat.main.stack.currentWidget(), TodayScreen)


@pytest.mark.parametrize("size", [100, 200])
async def test_the_way_in_is_no_larger_than_the_screen(room: Room, size: int) -> None:
    seat = room.window(room.laptop("li"), "li", text_size=size)
    there = seat.window.screen().availableSize()
    assert seat.window.size().boundedTo(there) == seat.window.size()


async def test_an_empty_passphrase_is_not_tried(room: Room) -> None:
    seat = room.window(room.laptop("li"), "li")
    screen = seat.window
    assert isinstance(screen, UnlockScreen)
    press(screen.passphrase, Qt.Key.Key_Return)
    await quiet()
    assert screen.trouble.text == "Enter the passphrase."
    assert screen.ok.isEnabled()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_another_program_has_the_vault(room: Room, language: str) -> None:
    laptop = room.laptop("li")
    other = unlock(laptop, PASSPHRASE)
    seat = room.window(laptop, "li", language=language)
    await refused(seat, PASSPHRASE, "vault.in_use")
    other.close()
    await seat.unlock(PASSPHRASE)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_damaged_vault_is_built_anew_and_opens(room: Room, language: str) -> None:
    laptop = room.laptop("li")
    (laptop.vault / "vault.db").write_bytes(bytes(8192))
    seat = room.window(laptop, "li", language=language)
    await refused(seat, PASSPHRASE, "vault.rescued")
    await seat.unlock(PASSPHRASE)
    assert isinstance(seat.main.stack.currentWidget(), TodayScreen)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_damaged_vault_whose_journal_is_gone_stays_closed(
    room: Room, language: str
) -> None:
    laptop = room.laptop("li")
    (laptop.vault / "vault.db").write_bytes(bytes(8192))
    (laptop.vault / "outbox.journal").unlink()
    seat = room.window(laptop, "li", language=language)
    await refused(seat, PASSPHRASE, "vault.damaged")


async def test_locking_ends_the_program_and_the_next_one_asks(room: Room) -> None:
    seat = await room.seat("li")
    press(seat.main, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert seat.relaunches == 1
    assert seat.program.gone.is_set()
    await room.leave(seat)
    again = room.window(room.laptop("li"), "li")
    assert isinstance(again.window, UnlockScreen)
