"""Enrolling through the window: every no in clear words, nothing typed is lost, then the desk."""

import signal
from pathlib import Path

import pytest
import trustme
from PySide6.QtCore import Qt

from field_app.ui.screens.enrol_screen import EnrolScreen
from field_app.ui.screens.today_screen import TodayScreen
from tests.sync.office import PASSPHRASE, administer
from tests.sync.relay import relay_to, says
from tests.ui.lookup import in_language, words_on
from tests.ui.room import NOBODY, Room
from tools.tour.hands import press, type_text
from tools.tour.seat import Seat, quiet

LANGUAGES = ("zh_CN", "en")
SIGN_IN = b"<!DOCTYPE html><html><body>Please sign in to the guest network</body></html>"
TYPED = {"account": "li", "code": "AAAA-BBBB-CCCC-DDDD", "passphrase": PASSPHRASE}


def form_of(seat: Seat) -> EnrolScreen:
    assert isinstance(seat.window, EnrolScreen)
    return seat.window


def fill(screen: EnrolScreen, address: str, **other: str) -> dict[str, str]:
    """Fill the form in as a person does; return what was typed."""
    typed = {"address": address} | TYPED | {"repeated": PASSPHRASE} | other
    for name, text in typed.items():
        type_text(getattr(screen, name), text)
    return typed


def entered(screen: EnrolScreen) -> dict[str, str]:
    names = ("address", "account", "code", "passphrase", "repeated")
    return {name: getattr(screen, name).text() for name in names}


async def refused(seat: Seat, why: str, address: str, **other: str) -> None:
    """Enrol and be refused in the words of `why`; what was typed stands as it was."""
    screen = form_of(seat)
    typed = fill(screen, address, **other)
    press(screen.repeated, Qt.Key.Key_Return)
    await quiet()
    words = seat.program.look.words
    told = screen.trouble.text
    assert told == words.code(why, shortest=12)
    assert in_language(told, words.language)
    assert told in words_on(seat.window)
    assert entered(screen) == typed
    assert screen.ok.isEnabled()
    assert not seat.laptop.enrolled


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_is_missing_is_said_first(room: Room, language: str) -> None:
    seat = room.window(room.fresh(), "li", language=language)
    await refused(seat, "enrol.no_address", "", account="", code="", passphrase="", repeated="")
    await refused(seat, "enrol.no_account", NOBODY, account=" ")
    await refused(seat, "enrol.no_code", NOBODY, code="")
    assert form_of(seat).code.hasFocus()
    await refused(seat, "enrol.weak_passphrase", NOBODY, passphrase="short", repeated="short")
    await refused(seat, "enrol.different_passphrases", NOBODY, repeated=PASSPHRASE[:-1])
    assert form_of(seat).strength.value() > 0


@pytest.mark.parametrize(
    "address",
    ["http://bank.example", "bank.example", "https://[bank", "https://", "ftp://127.0.0.1", "你好"],
)
async def test_an_address_that_is_none(room: Room, address: str) -> None:
    seat = room.window(room.fresh(), "li")
    await refused(seat, "enrol.insecure_address", address)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_nobody_answers(room: Room, language: str) -> None:
    seat = room.window(room.fresh(), "li", language=language)
    await refused(seat, "enrol.unreachable", NOBODY)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_something_else_answers(room: Room, language: str) -> None:
    seat = room.window(room.fresh(), "li", language=language)
    with relay_to(NOBODY) as relay:
        relay.spoil = says(200, SIGN_IN, Content_Type="text/html")
        await refused(seat, "enrol.garbage", relay.address)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_codes_wrong_used_and_right(room: Room, language: str) -> None:
    server = room.serve()
    code = administer(server.data, "enrol-code", "li").strip()
    seat = room.window(room.fresh("one"), "li", language=language, server=server.address)
    assert form_of(seat).address.text() == server.address
    await refused(seat, "enrol.wrong_code", server.address)
    await seat.enrol(code, PASSPHRASE)
    assert isinstance(seat.main.stack.currentWidget(), TodayScreen)
    assert "李静" in words_on(seat.main)

    late = room.window(room.fresh("two"), "li", language=language)
    await refused(late, "enrol.code_used", server.address, code=code)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_certificate_nobody_vouches_for(room: Room, tmp_path: Path, language: str) -> None:
    leaf = trustme.CA().issue_cert("127.0.0.1")
    certificate, key = tmp_path / "server.pem", tmp_path / "server.key"
    leaf.private_key_pem.write_to_path(str(key))
    certificate.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    server = room.serve((certificate, key))
    seat = room.window(room.fresh(), "li", language=language)
    await refused(seat, "sync.tls", server.address)
    seat.window.grab()


async def test_the_server_comes_back_and_the_form_still_stands(room: Room) -> None:
    server = room.serve()
    code = administer(server.data, "enrol-code", "li").strip()
    server.stop(signal.SIGKILL)
    seat = room.window(room.fresh(), "li")
    await refused(seat, "enrol.unreachable", server.address, code=code)
    server.start()
    press(form_of(seat).repeated, Qt.Key.Key_Return)
    await seat.desk_laid()
