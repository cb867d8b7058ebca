"""This laptop's disk is full: screens say so, nothing typed is lost, all goes on with room."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit

from field_app.bootstrap import program
from field_app.operations import outbox
from field_app.storage.trouble import DiskFull
from field_app.storage.vault import Vault
from field_app.ui.screens.visit_screen import VisitScreen
from sync.domain.records import Contact, Route, Training, Visit
from sync.domain.vocabulary import Revealable, VisitOutcome
from tests.ui.acts import at_the_visit, open_visit, ready, told_of_hardship
from tests.ui.lookup import in_language, records, words_on
from tests.ui.room import Room
from tests.ui.sheets import sheet, told
from tests.ui.test_learning import shown
from tests.ui.test_plan import agreed, plan_of, solved
from tests.ui.test_settings import PACK
from tools.tour.hands import asked, press, type_text, until
from tools.tour.seat import quiet

LANGUAGES = ("zh_CN", "en")
FULL = "vault.disk_full"


@contextmanager
def no_room() -> Iterator[None]:
    """Let no transaction of a vault be committed."""
    real = Vault.transaction

    @contextmanager
    def full(vault: Vault) -> Iterator[Any]:
        with real(vault) as connection:
            yield connection
            raise DiskFull("no room")

    with mock.patch.object(Vault, "transaction", full):
        yield


def fill(visit: VisitScreen) -> None:
    for box in visit.checks.boxes.values():
        box.click()
    form = visit.form
    form.present.boxes["customer"].click()
    form.identity.click()
    form.outcome.setCurrentIndex(form.outcome.findData(str(VisitOutcome.REFUSED_TO_TALK)))
    type_text(form.left, "10:35")
    type_text(form.note, "发工资后再谈")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_visit_waits_on_the_screen_until_there_is_room(room: Room, language: str) -> None:
    li = await room.seat("li", language=language)
    _case_id, visit = await at_the_visit(room, li)
    words = li.main.words
    with no_room():
        fill(visit)
        await until(lambda: bool(li.main.unkept.text))
        assert in_language(li.main.unkept.text, language)
        assert visit.kept.text() == "", "no draft is said to be kept that is not"
        visit.submit()
        await quiet()
        assert visit.notice.text == words.code(FULL)
        assert in_language(visit.notice.text, language)
        assert visit.save.isEnabled()
        assert await records(li, Visit) == []
    visit.submit()
    await quiet()
    [kept] = await records(li, Visit)
    assert kept.record.note == "发工资后再谈"
    assert li.main.unkept.text == ""


async def test_a_draft_that_was_not_kept_is_kept_with_the_next(room: Room) -> None:
    li = await room.seat("li", language="en")
    case_id, visit = await at_the_visit(room, li)
    with no_room():
        fill(visit)
        await until(lambda: bool(li.main.unkept.text))
    screen = await sheet(li, (await ready(li))[1])
    await told(screen)
    assert li.main.unkept.text == ""
    assert screen.kept.text() == "Draft kept on this laptop."
    again = await room.again(li)
    assert (await open_visit(again, case_id)).form.note.toPlainText() == "发工资后再谈"


async def test_words_of_a_question_that_was_refused_are_there_again(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    li.main.open_case(case_id)
    await quiet()
    case = li.screens.case
    with no_room():
        case.acts.contact("phone")
        dialog = await asked(li.main)
        type_text(dialog.entries["note"], "请下午再来电")
        dialog.ok.click()
        await quiet()
        assert case.notice.text == li.main.words.code(FULL)
        assert "what was typed" not in case.notice.text
    case.acts.contact("phone")
    dialog = await asked(li.main)
    note = dialog.entries["note"]
    assert isinstance(note, QPlainTextEdit)
    assert note.toPlainText() == "请下午再来电"
    dialog.ok.click()
    await quiet()
    assert "请下午再来电" in [one.record.note for one in await records(li, Contact)]
    case.acts.contact("phone")
    dialog = await asked(li.main)
    assert dialog.values()["note"] == "", "what was saved is gone from the drafts"
    dialog.reject()
    await quiet()


async def test_a_look_that_cannot_be_noted_shows_nothing_and_says_why(room: Room) -> None:
    li = await room.seat("li")
    li.main.open_case((await ready(li))[0])
    await quiet()
    case = li.screens.case
    with no_room():
        case.reveal_buttons[Revealable.PHONE].click()
        await quiet()
        assert case.notice.text == li.main.words.code(FULL)
        assert case._view.plain == {}


async def test_at_the_door_the_times_stand_and_a_look_says_why_not(room: Room) -> None:
    li = await room.seat("li", language="en")
    _case_id, visit = await at_the_visit(room, li)
    assert visit._view.file is not None
    assert visit._view.appointment is not None
    appointment = visit._view.appointment.record
    li.main.open_door(appointment.case_id, appointment.id)
    await quiet()
    door = li.screens.door
    with no_room():
        door.show_address.click()
        await quiet()
        assert door.rule.text == li.main.words.code(FULL)
        door.begin.click()
        await quiet()
        assert "Came at 10:00" in words_on(door)
        assert door.end.isVisible()


async def test_settings_that_cannot_be_written_stay_as_they_are(room: Room) -> None:
    li = await room.seat("li")
    await li.show("settings")
    before = li.program.settings

    def full(_home: Path, _settings: object) -> None:
        raise OSError(28, "No space left on device")

    with mock.patch.object(program, "write_settings", full):
        li.program.apply(msgspec.structs.replace(before, lock_minutes=7))
    assert li.screens.navigable["settings"].notice.text == li.main.words.code(FULL)
    assert li.program.settings == before


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_map_whose_roads_find_no_room_keeps_nobody_out(room: Room, language: str) -> None:
    """The map is there; how long the way takes is an estimate, and why is told."""
    full = OSError(28, "No space left on device")
    with mock.patch.object(Path, "write_bytes", side_effect=full):
        li = await room.seat("li", language=language, map_pack=str(PACK), map_drawing="painted")
    roads = li.laptop.home / "roads"
    assert list(roads.glob("roads-*")) == []
    why = li.main.words.code("map.no_room_for_roads")
    assert in_language(why, language)
    for name in ("settings", "map"):
        await li.show(name)
        assert why in words_on(li.screens.navigable[name])
    await room.leave(li)
    li = await room.seat("li", map_pack=str(PACK))
    assert len(list(roads.glob("roads-*.tar"))) == 1
    await li.show("settings")
    assert li.main.words.code("map.no_room_for_roads") not in words_on(li.main)


async def test_a_map_that_cannot_be_noted_as_whole_is_shown(room: Room) -> None:
    with mock.patch.object(Path, "touch", side_effect=OSError(28, "No space left on device")):
        li = await room.seat("li", language="en", map_pack=str(PACK))
    await li.show("settings")
    assert "chosen by hand" in words_on(li.main)


async def test_a_plan_and_a_module_wait_until_there_is_room(room: Room) -> None:
    chen, li, _cases = await agreed(room)
    plan = await plan_of(chen)
    with no_room():
        await solved(plan)
        press(plan.publish, Qt.Key.Key_Return)
        await quiet()
        assert plan.notice.text == chen.main.words.code(FULL)
    press(plan.publish, Qt.Key.Key_Return)
    await quiet()
    assert await records(chen, Route)

    module = await shown(li)
    module.ask()
    for group in module.quiz.groups:
        group.buttons()[0].click()
    with no_room():
        module.submit()
        await quiet()
        assert module.notice.text == li.main.words.code(FULL)
        assert module.hand_in.isEnabled()
        assert module.quiz.complete, "what was chosen stands"
    module.submit()
    await quiet()
    assert len(await records(li, Training)) == 1


async def test_a_sync_whose_end_cannot_be_noted_ends_all_the_same(room: Room) -> None:
    room.serve()
    li = await room.seat("li")
    await told_of_hardship(li, (await ready(li))[0])

    def full(*_noted: object) -> None:
        raise DiskFull("no room")

    with mock.patch.object(outbox, "note_run", full):
        await li.show("sync")
        await li.sync_in_vain()
    assert li.program.sync_loop is not None
    assert li.program.sync_loop.status.trouble == FULL
    await li.sync()
