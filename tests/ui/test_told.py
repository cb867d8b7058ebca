"""What came of an act is told over the strip: nothing moves, nothing takes the keys."""

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QWidget

from field_app.ui.told import TOLD_MS
from tests.ui.acts import ready
from tests.ui.legible import LANGUAGES, SIZES, clipped_at_rest
from tests.ui.room import Room
from tools.tour.hands import until
from tools.tour.seat import Seat, quiet


def place_of(widget: QWidget, seat: Seat) -> QRect:
    return QRect(widget.mapTo(seat.main, QPoint(0, 0)), widget.size())


async def at_an_appointment(room: Room, **wished: object) -> Seat:
    li = await room.seat("li", **wished)
    li.main.resize(1280, 720)
    li.main.open_appointment((await ready(li))[0], None)
    await quiet()
    li.screens.appointment.form.said.setFocus()
    return li


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_nothing_moves_while_something_is_told(room: Room, language: str, size: int) -> None:
    li = await at_an_appointment(room, language=language, text_size=size)
    said, strip = li.screens.appointment.form.said, li.main.strip
    before = [place_of(one, li) for one in (said, li.main.stack, strip, strip.sync_button)]
    for hours in (3, 1):
        li.main._warn_of_lease(hours)
        await quiet()
        assert [place_of(o, li) for o in (said, li.main.stack, strip, strip.sync_button)] == before
        assert QApplication.focusWidget() is said
        there = place_of(li.main.told, li)
        assert li.main.rect().contains(there)
        assert not there.intersects(place_of(strip.sync_button, li))
        assert await clipped_at_rest(li.main.told) == []
        assert not strip.text.isVisible(), "one thing is said at one place"


async def test_what_was_told_goes_and_the_strip_speaks_again(room: Room) -> None:
    li = await at_an_appointment(room)
    li.main.tell("kept")
    assert li.main.told._timer.interval() == TOLD_MS
    li.main.told._timer.setInterval(1)
    await until(lambda: not li.main.told.isVisible())
    assert li.main.strip.text.isVisible()
    li.main.tell("kept")
    li.main.navigate("cases")
    assert not li.main.told.isVisible(), "it is of no use any more"


async def test_it_goes_with_the_window(room: Room) -> None:
    li = await at_an_appointment(room)
    li.main.tell("kept")
    await quiet()
    for width, height in ((1000, 700), (1400, 900)):
        li.main.resize(width, height)
        await quiet()
        assert place_of(li.main.strip, li).contains(place_of(li.main.told, li))


async def test_it_is_read_out(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    li = await at_an_appointment(room)
    heard: list[str] = []
    monkeypatch.setattr(QAccessible, "updateAccessibility", lambda e: heard.append(e.message()))
    li.main.tell("kept")
    assert heard == ["kept"]
    assert QAccessible.queryAccessibleInterface(li.main.told).text(QAccessible.Text.Name) == "kept"


async def test_it_is_not_seen_at_the_door_nor_under_the_cover(room: Room) -> None:
    li = await at_an_appointment(room)
    li.main.tell("kept")
    li.main.discreet.hide_all()
    assert not li.main.told.isVisible()
    li.main.discreet.cover.back.click()
    assert li.main.told.isVisible()
