"""Other rules come into force while a person works: screens judge again and say what is new."""

from collections.abc import Callable

import msgspec
import pytest

from sync.domain.ids import CaseId
from sync.domain.records import Appointment
from sync.protocol.policy_bundle import Distrust
from sync.server.repositories import policies
from tests.sync.office import Server, administer
from tests.sync.rules import (
    SENTENCE,
    SOURCE,
    at_the_server,
    in_force,
    pack,
    publish,
    rule,
    signed,
)
from tests.ui.acts import VISIT_DAY, agree, ready
from tests.ui.lookup import in_language, records, words_on
from tests.ui.room import Room
from tools.tour.hands import type_text, until
from tools.tour.seat import Seat, quiet

LANGUAGES = ("en", "zh_CN")


async def at_work(room: Room, **wished: object) -> tuple[Server, Seat, list[CaseId]]:
    """Return a running server, an officer who has just synced, and cases ready for a window."""
    server = room.serve()
    li = await room.seat("li", **wished)
    await li.sync()
    await quiet()
    return server, li, await ready(li)


async def test_a_window_being_typed_is_judged_again(room: Room) -> None:
    server, li, (case_id, *_rest) = await at_work(room)
    li.main.open_appointment(case_id, None)
    await quiet()
    screen = li.screens.appointment
    type_text(screen.form.span, "10:15-11:00")
    await quiet()
    assert screen.confirm.isEnabled()
    slots = words_on(screen)

    publish(server, "2099.1", rule())
    await li.sync()
    await quiet()
    assert SENTENCE["en"] in screen.findings.texts
    assert not screen.confirm.isEnabled()
    assert screen.form.span.text() == "10:15-11:00"
    assert "No lawful window in the next 30 days" in words_on(screen)
    assert "No lawful window in the next 30 days" not in slots
    assert li.main.told.text == "New rules are in force: cn 2099.1."

    publish(server, "2099.2")
    await li.sync()
    await quiet()
    assert SENTENCE["en"] not in screen.findings.texts
    assert screen.confirm.isEnabled()


async def test_what_was_agreed_is_judged_again_at_the_door(room: Room) -> None:
    server, li, (case_id, *_rest) = await at_work(room)
    await agree(li, case_id, VISIT_DAY)
    await li.sync()
    room.clock.jump_to(VISIT_DAY)
    await li.show("today")
    [agreed] = await records(li, Appointment)
    assert agreed.record.decision is not None
    former = agreed.record.decision.version
    li.main.open_visit(case_id, agreed.record.id)
    await quiet()
    door = li.screens.visit.findings
    assert SENTENCE["en"] not in door.texts

    publish(server, "2099.1", rule())
    await li.sync()
    await quiet()
    assert SENTENCE["en"] in door.texts
    await li.show("today")
    assert SENTENCE["en"] in words_on(li.screens.navigable["today"])
    [agreed] = await records(li, Appointment)
    assert agreed.record.decision is not None
    assert agreed.record.decision.version == former


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_refusal_speaks_in_the_rules_words(room: Room, language: str) -> None:
    server, li, (case_id, *_rest) = await at_work(room, language=language)
    publish(server, "2099.1", rule())
    await agree(li, case_id, VISIT_DAY)
    await li.sync()
    await li.show("sync")
    seen = words_on(li.screens.navigable["sync"])
    assert SENTENCE[language] in seen
    assert SOURCE[language] in seen
    assert "policy." not in seen


async def settings_of(seat: Seat, awaited: str) -> str:
    """Show Settings, wait until they tell this, and return all they tell."""
    await seat.show("settings")
    page = seat.screens.navigable["settings"]
    await until(lambda: awaited in words_on(page), lambda: words_on(page))
    return words_on(page)


async def test_the_same_rules_under_another_key_are_no_news(room: Room) -> None:
    server, li, _cases = await at_work(room)
    version = in_force(server).version
    assert "New rules" not in li.main.told.text
    administer(server.data, "policy", "rotate-key")
    await li.sync()
    assert f"cn {version}" in await settings_of(li, "Tue 10 Mar 10:00")
    assert "New rules" not in li.main.told.text


async def test_settings_tell_which_rules_are_in_force(room: Room) -> None:
    server, li, _cases = await at_work(room)
    publish(server, "2099.1", rule())
    assert "2099.1" not in await settings_of(li, "Tue 10 Mar 10:00")
    await li.sync()
    assert "Tue 10 Mar 10:00" in await settings_of(li, "cn 2099.1")


def forge(server: Server) -> None:
    """Put rules among the published that the policy key did not sign."""
    stands = in_force(server)
    looser = msgspec.structs.replace(stands, serial=2, version="2099.1", pack=pack("2099.1"))
    at_the_server(server, lambda s: policies.add(s, looser))


def overtake(server: Server) -> None:
    """Publish rules as a newer program would, that this one cannot read."""
    stands = in_force(server)
    text = stands.pack + rule("NEW", "mechanism_of_the_future")
    future = signed(server, stands, serial=2, version="2099.1", pack=text)
    at_the_server(server, lambda s: policies.add(s, future))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("trouble", "make"),
    [(Distrust.BAD_SIGNATURE, forge), (Distrust.UNREADABLE, overtake)],
    ids=["forged", "overtaken"],
)
async def test_rules_that_cannot_be_taken_are_told(
    room: Room, trouble: Distrust, make: Callable[[Server], None], language: str
) -> None:
    server, li, _cases = await at_work(room, language=language)
    version = in_force(server).version
    make(server)
    await li.sync()
    await li.show("sync")
    told = li.main.words.code(trouble)
    assert in_language(told, language)
    assert told in words_on(li.screens.navigable["sync"])
    assert told in li.main.strip.text.text()
    assert li.main.width() <= 1280
    assert "2099.1" not in await settings_of(li, f"cn {version}")
