"""Keys through the windows: pauses, a lease that is over, a forgotten passphrase, the settings."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from field_app.operations import keys
from field_app.storage.held_key import lease_name
from field_app.storage.slot_file import read_slot
from field_app.storage.tries import Tries
from field_app.ui.dialogs.passphrase_dialog import PassphraseDialog
from field_app.ui.screens.enrol_screen import EnrolScreen
from field_app.ui.screens.gone_screen import GoneScreen
from field_app.ui.screens.keys_card import KeysCard
from field_app.ui.screens.settings_screen import SettingsScreen
from field_app.ui.screens.unlock_screen import UnlockScreen
from sync.engine.http_transport import HttpTransport
from sync.protocol.versions import VERSION
from tests.sync.office import PASSPHRASE, administer
from tests.ui.lookup import in_language, words_on
from tests.ui.room import Room
from tools.sample.keyrings import Secrets
from tools.tour.hands import press, type_text, until
from tools.tour.seat import Seat, quiet

LANGUAGES = ("zh_CN", "en")
OTHER = "five grey herons fish here"


def way_in(seat: Seat) -> UnlockScreen:
    assert isinstance(seat.window, UnlockScreen)
    return seat.window


def asked(seat: Seat) -> PassphraseDialog:
    """Return the question for a new passphrase."""
    [dialog] = seat.window.findChildren(PassphraseDialog)
    return dialog


async def card_of(seat: Seat) -> KeysCard:
    await seat.show("settings")
    screen = seat.screens.navigable["settings"]
    assert isinstance(screen, SettingsScreen)
    return screen.keys


async def change(seat: Seat, card: KeysCard, old: str, new: str, repeated: str) -> PassphraseDialog:
    """Ask for another passphrase and fill it in."""
    card.change.click()
    await until(lambda: bool(seat.window.findChildren(PassphraseDialog)))
    dialog = asked(seat)
    for entry, text in zip(
        (dialog.old, dialog.new, dialog.repeated), (old, new, repeated), strict=True
    ):
        type_text(entry, text)
    dialog.ok.click()
    return dialog


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_pause_is_shown_and_outlives_a_restart(room: Room, language: str) -> None:
    laptop = room.laptop("li")
    for _ in range(5):
        Tries(laptop.tries, room.clock, lambda: None).wrong()
    seat = room.window(laptop, "li", language=language)
    screen = way_in(seat)
    screen._view._tick_s = 0.0
    seen: list[str] = []
    screen._view.paused.connect(lambda _s: seen.append(screen.trouble.text))
    await seat.unlock(PASSPHRASE)
    words = seat.program.look.words
    waits = {words("Wrong passphrase. Wait {n} seconds.", n=n) for n in range(1, 9)}
    assert waits & set(seen)
    assert in_language(seen[0], language)
    assert not laptop.tries.exists()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_lease_that_is_over_is_told_and_mended_online(room: Room, language: str) -> None:
    laptop = replace(room.laptop("li"), secrets=Secrets())
    slot = read_slot(laptop.slot)
    secret = room.desks.secrets["li"].load(slot.device_id)
    assert secret is not None
    laptop.secrets.save(slot.device_id, secret)  # and no lease's: it was destroyed
    assert slot.lease_epoch
    seat = room.window(laptop, "li", language=language)
    screen = way_in(seat)
    type_text(screen.passphrase, PASSPHRASE)
    press(screen.passphrase, Qt.Key.Key_Return)
    await quiet()
    words = seat.program.look.words
    assert screen.trouble.text == words.code("vault.lease_over")
    assert in_language(screen.trouble.text, language)
    assert not screen.hint.isVisible(), "this time it does not work without a network"
    room.serve()
    await seat.unlock(PASSPHRASE)
    assert laptop.secrets.load(lease_name(slot.device_id, slot.lease_epoch))


async def test_the_passphrase_is_changed_in_the_settings(room: Room) -> None:
    laptop = room.laptop("li")
    seat = await room.seat("li", language="en")
    card = await card_of(seat)
    await quiet()
    assert "yf1" in words_on(card)
    assert "64 MiB, 3 passes" in words_on(card)
    dialog = await change(seat, card, PASSPHRASE, "short", "short")
    assert dialog.trouble.text == "This passphrase is too easy to guess."
    type_text(dialog.new, OTHER)
    type_text(dialog.repeated, PASSPHRASE)
    dialog.ok.click()
    assert dialog.trouble.text == seat.program.look.words.code("enrol.different_passphrases")
    type_text(dialog.repeated, OTHER)
    press(dialog.repeated, Qt.Key.Key_Return)
    await quiet()
    assert card.told.text == "The passphrase was changed."
    await room.leave(seat)
    seat = room.window(laptop, "li", language="en")
    screen = way_in(seat)
    type_text(screen.passphrase, PASSPHRASE)
    press(screen.passphrase, Qt.Key.Key_Return)
    await quiet()
    assert screen.trouble.text == seat.program.look.words.code("vault.wrong_passphrase")
    await seat.unlock(OTHER)


async def test_a_wrong_old_passphrase_changes_nothing(room: Room) -> None:
    seat = await room.seat("li", language="en")
    before = seat.laptop.slot.read_bytes()
    card = await card_of(seat)
    await change(seat, card, OTHER, OTHER, OTHER)
    await quiet()
    assert card.told.text == seat.program.look.words.code("vault.wrong_passphrase")
    assert seat.laptop.slot.read_bytes() == before


async def test_a_new_key_is_made_at_the_next_unlock(room: Room) -> None:
    seat = await room.seat("li", language="en")
    runner = seat.program.runner
    assert runner is not None
    before = await runner.run(lambda desk: desk.store.vault.key)
    card = await card_of(seat)
    card.rekey.click()
    await quiet()
    assert card.told.text == "The key will be made anew at the next unlock."
    assert "at the next unlock" in words_on(card)
    seat = await room.again(seat)
    runner = seat.program.runner
    assert runner is not None
    assert await runner.run(lambda desk: desk.store.vault.key) != before
    assert await runner.run(lambda desk: bool(desk.store.index.is_current()))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_lease_that_ends_soon_is_told(room: Room, language: str) -> None:
    room.clock.jump_to(room.clock.now() + timedelta(hours=70))
    laptop = room.laptop("li")
    seat = room.window(laptop, "li", language=language)
    await seat.unlock(PASSPHRASE)
    runner = seat.program.runner
    assert runner is not None
    hours = seat.main._sync.lease_hours
    assert hours is not None
    assert hours < 3
    words = seat.program.look.words
    assert words("sync within {n} hours to unlock here", n=hours) in seat.main.strip.text.text()
    assert seat.main.told.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_lease_that_ends_while_the_program_runs_locks_it(room: Room, language: str) -> None:
    room.clock.jump_to(room.clock.now() + timedelta(hours=71))
    laptop = room.laptop("li")
    seat = room.window(laptop, "li", language=language)
    await seat.unlock(PASSPHRASE)
    runner, watch = seat.program.runner, seat.program._lease
    assert runner is not None
    assert watch is not None
    left = await runner.run(keys.lease_left)
    assert left is not None
    assert seat.main.ending.text == ""
    room.clock.jump_to(room.clock.now() + left - timedelta(minutes=10), nobody_there=True)
    assert not await watch.look()
    warned = seat.main.ending.text
    assert warned == seat.main.words(
        "In {n} minutes this laptop locks: it has been without its server for as long as it "
        "may. What you typed is kept. Sync now.",
        n=10,
    )
    assert in_language(warned, language)
    seat.main.navigate("cases")
    await quiet()
    assert seat.main.ending.text == warned, "it is still so"
    seat.main.touched.emit()
    room.clock.jump_to(room.clock.now() + timedelta(minutes=11), nobody_there=True)
    await watch.watch()
    assert seat.relaunches == 1
    assert not seat.main.isVisible()


async def test_a_sync_in_time_puts_the_end_off(room: Room) -> None:
    room.serve()
    room.clock.jump_to(room.clock.now() + timedelta(hours=71))
    li = await room.seat("li")
    runner, watch = li.program.runner, li.program._lease
    assert runner is not None
    assert watch is not None
    li.main.warn_of_end(timedelta(minutes=10))
    await li.sync()
    await quiet()
    assert li.main.ending.text == ""
    left = await runner.run(keys.lease_left)
    assert left is not None
    assert left > timedelta(hours=71)
    assert not await watch.look()
    assert li.relaunches == 0


def custodians(data: Path, folder: Path) -> tuple[str, ...]:
    """Seat wang and chen; return how their passphrase is given."""
    (folder / "words").write_text("a custodian's long passphrase\n")
    shut = ("--passphrase-file", str(folder / "words"))
    for where, login in (("first", "chen"), ("second", "wang")):
        out = str(folder / f"{where}.pem")
        administer(data, "custodian", "seat", login, "--seat", where, "--out", out, *shut)
    return shut


async def asking_for_the_key(seat: Seat, screen: UnlockScreen) -> None:
    """Say that the passphrase is forgotten, choose another, and wait for the digits."""
    await for_the_key(seat, screen)
    await until(lambda: "digits" in screen.trouble.text)


async def for_the_key(seat: Seat, screen: UnlockScreen) -> None:
    """Say that the passphrase is forgotten, choose another, and wait for what is said."""
    screen.trouble.say("")
    screen.forgotten.click()
    await until(lambda: bool(seat.window.findChildren(PassphraseDialog)))
    dialog = asked(seat)
    type_text(dialog.new, OTHER)
    type_text(dialog.repeated, OTHER)
    dialog.ok.click()
    await until(lambda: bool(screen.trouble.text))


async def test_two_persons_give_the_key_back_while_the_window_waits(
    room: Room, tmp_path: Path
) -> None:
    server = room.serve()
    shut = custodians(server.data, tmp_path)
    laptop = replace(room.laptop("li"), secrets=Secrets())
    slot = read_slot(laptop.slot)
    secret = room.desks.secrets["li"].load(slot.device_id)
    assert secret is not None
    laptop.secrets.save(slot.device_id, secret)
    seat = room.window(laptop, "li", language="en")
    await seat.unlock(PASSPHRASE)
    await seat.sync()  # puts the key in escrow
    await room.leave(seat)
    laptop = replace(laptop, secrets=Secrets())
    seat = room.window(laptop, "li", language="en")
    screen = way_in(seat)
    screen._view.ask_every_s = 0.05
    type_text(screen.passphrase, PASSPHRASE)
    press(screen.passphrase, Qt.Key.Key_Return)
    await quiet()
    assert screen.trouble.text == seat.program.look.words.code("vault.keyring_lost")
    await asking_for_the_key(seat, screen)
    digits = screen.trouble.text[-9:]
    server.stop()
    await until(lambda: "does not answer" in screen.trouble.text)
    assert screen.trouble.text.endswith(digits)
    server.start()
    await until(lambda: "does not answer" not in screen.trouble.text)
    for where in ("first", "second"):
        key = ("--key", str(tmp_path / f"{where}.pem"))
        words = ("reset", "agree", slot.device_id, digits, *key, *shut)
        administer(server.data, *words, clock=room.clock)
    await seat.desk_laid(lambda: screen.trouble.text)


async def test_whoever_waits_for_two_persons_may_stop_and_use_the_passphrase(room: Room) -> None:
    laptop = replace(room.laptop("li"), secrets=room.desks.secrets["li"])
    room.serve()
    seat = room.window(laptop, "li", language="en")
    screen = way_in(seat)
    screen._view.ask_every_s = 600.0
    assert not screen.stop.isVisible()
    await asking_for_the_key(seat, screen)
    assert not screen.passphrase.isEnabled()
    assert seat.window.focusWidget() is screen.stop
    press(screen.stop, Qt.Key.Key_Space)
    await until(lambda: seat.window.focusWidget() is screen.passphrase)
    assert screen.trouble.text == ""
    assert not screen.stop.isVisible()
    assert screen.forgotten.isVisible()
    type_text(screen.passphrase, PASSPHRASE)
    press(screen.passphrase, Qt.Key.Key_Return)
    await seat.desk_laid(lambda: screen.trouble.text)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_nobody_can_be_asked_for_the_key_and_why_is_said(room: Room, language: str) -> None:
    """Without a line, by a program of another version, and too often in a day."""
    speaks = VERSION

    def connect(_address: str, token: str, key: bytes) -> HttpTransport:
        address = f"http://127.0.0.1:{room.port}"
        return HttpTransport(address, token=token, key=key, version=speaks)

    laptop = replace(room.laptop("li"), connect=connect)
    seat = room.window(laptop, "li", language=language)
    screen, words = way_in(seat), seat.program.look.words

    async def told() -> str:
        await for_the_key(seat, screen)
        await until(screen.ok.isEnabled)
        assert not screen.hint.isVisible()
        assert in_language(screen.trouble.text, language)
        return screen.trouble.text

    assert await told() == words.code("locked.unreachable")
    room.serve()
    speaks = VERSION + 2
    assert await told() == words.code("locked.version")
    speaks = VERSION
    for _ in range(5):
        await for_the_key(seat, screen)
        assert screen.stop.isVisible()
        screen.stop.click()
        await until(screen.ok.isEnabled)
        assert screen.hint.isVisible()
    assert await told() == words.code("locked.too_many_tries")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_wipe_ends_in_a_window_that_tells_it(room: Room, language: str) -> None:
    server = room.serve()
    laptop = replace(room.laptop("li"), secrets=Secrets())
    slot = read_slot(laptop.slot)
    for name in (slot.device_id, lease_name(slot.device_id, slot.lease_epoch)):
        laptop.secrets.save(name, room.desks.secrets["li"].load(name) or b"")
    seat = room.window(laptop, "li", language=language)
    await seat.unlock(PASSPHRASE)
    administer(server.data, "device", "wipe", slot.device_id)
    seat.main.strip.sync_button.click()
    await until(lambda: isinstance(seat.window, GoneScreen))
    assert in_language(words_on(seat.window).replace("约访 Yuefang\n", ""), language)
    assert not laptop.vault.exists()
    assert seat.window.focusWidget() is not seat.window.out, "a key was meant for another window"
    seat.window.out.click()
    assert not seat.window.isVisible()
    await quiet()


async def test_another_officer_enrols_beside_and_each_chooses_their_own(room: Room) -> None:
    server = room.serve()
    laptop = replace(room.laptop("li"), secrets=Secrets())
    slot = read_slot(laptop.slot)
    for name in (slot.device_id, lease_name(slot.device_id, slot.lease_epoch)):
        laptop.secrets.save(name, room.desks.secrets["li"].load(name) or b"")
    code = administer(server.data, "enrol-code", "wang").strip()
    seat = room.window(laptop, "wang", language="en")
    assert not way_in(seat).officer.isVisible()
    press(way_in(seat).enrol, Qt.Key.Key_Space)
    assert isinstance(seat.window, EnrolScreen)
    press(seat.window.back, Qt.Key.Key_Space)
    way_in(seat).enrol.click()
    screen = seat.window
    assert isinstance(screen, EnrolScreen)
    type_text(screen.address, server.address)
    await seat.enrol(code, OTHER)
    await room.leave(seat)
    seat = room.window(laptop, "wang", language="en")
    screen = way_in(seat)
    assert [screen.officer.itemText(n) for n in range(2)] == ["li", "wang"]
    type_text(screen.passphrase, OTHER)
    press(screen.passphrase, Qt.Key.Key_Return)
    await quiet()
    assert screen.trouble.text == seat.program.look.words.code("vault.wrong_passphrase")
    screen.officer.setCurrentIndex(1)
    await seat.unlock(OTHER)
    assert "王强" in words_on(seat.main)
