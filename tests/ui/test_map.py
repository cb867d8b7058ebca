"""The map: no request leaves, list and points choose each other, and why there is none."""

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path

import prcoords
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from field_app.settings.settings import resources_folder
from field_app.ui.dialogs.form_dialog import FormDialog
from field_app.ui.map.map_view import MapView
from field_app.ui.map.painted_map import PaintedMap
from field_app.ui.screens import map_screen
from field_app.ui.screens.map_screen import MapScreen
from field_app.viewmodels import map as map_view_model
from sync.domain.vocabulary import Datum
from tests.ui.acts import VISIT_DAY, agree, ready
from tests.ui.lookup import file_of, words_on
from tests.ui.room import CASES, NO_GRAPHICS, Room
from tests.unit.field_app.reports.papers_read import words_of
from tools.tour.hands import asked, press, taken_out, type_text, until
from tools.tour.seat import Seat, quiet

pytestmark = NO_GRAPHICS
RIVER = (35.0220892, 118.3401347)  # of the invented city
BACKTAB = Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier
PACK = resources_folder() / "sample" / "city.mappack"


async def map_of(seat: Seat) -> MapScreen:
    await seat.show("map")
    return seat.screens.map


async def test_the_day_on_the_map(room: Room) -> None:
    li = await room.seat("li", map_pack=str(PACK))
    pinned = [c for c in await ready(li) if (await file_of(li, c)).case.address.point][:2]
    for number, case_id in enumerate(pinned):
        await agree(li, case_id, VISIT_DAY + timedelta(hours=3 * number))
    room.clock.jump_to(VISIT_DAY)
    screen = await map_of(li)
    shown = screen.map
    assert isinstance(shown, MapView)
    await until(lambda: shown.is_ready)
    await quiet()
    assert [screen.list.item(n).text()[:2] for n in range(screen.list.count())] == ["1.", "2."]
    assert "2 points · No request leaves this laptop." in words_on(screen)
    for number, item in enumerate(screen._view.items):
        assert (await file_of(li, item.case_id)).case.customer.name not in item.name
        # A click on the map comes back as the id of the point.
        shown.clicked.emit(item.id)
        assert screen.list.currentRow() == number
    screen.open_case.click()
    await quiet()
    assert li.main.stack.currentWidget() is li.screens.case

    await map_of(li)
    screen.all.click()
    await quiet()
    assert screen.list.count() == CASES
    assert "1 without a pin" in words_on(screen)
    assert shown.gatekeeper.blocked == []
    assert shown.complaints == []


async def test_whatever_the_page_asks_for_stays_here(room: Room) -> None:
    li = await room.seat("li", map_pack=str(PACK))
    screen = await map_of(li)
    shown = screen.map
    assert isinstance(shown, MapView)
    await until(lambda: shown.is_ready)
    outside = "https://tiles.example/1.png"
    shown.page.runJavaScript(f"new Image().src = '{outside}'; fetch('{outside}x').catch(() => 0)")
    # The page's own rules refuse it before the gatekeeper is asked.
    await until(lambda: bool(shown.complaints or shown.gatekeeper.blocked))
    told = " ".join(shown.complaints + shown.gatekeeper.blocked)
    assert outside in told


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "No map pack is chosen yet. Choose one in the settings."),
        ("zh_CN", "尚未选择地图包。请在设置中选择。"),
    ],
)
async def test_no_pack_is_chosen(room: Room, language: str, words: str) -> None:
    li = await room.seat("li", language=language)
    screen = await map_of(li)
    assert isinstance(screen.map, PaintedMap)
    assert words in words_on(screen)
    screen.all.click()
    await quiet()
    assert screen.list.count() == CASES
    assert screen.open_case.isEnabled()


async def test_a_pack_that_has_gone_or_is_none(room: Room, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mappack"
    broken.write_bytes(b"no pack at all" * 100)
    told = {
        tmp_path / "gone.mappack": "Choose it again in the settings.",
        broken: "This file is not a map pack.",
    }
    for pack, words in told.items():
        li = await room.seat("li", map_pack=str(pack))
        screen = await map_of(li)
        assert isinstance(screen.map, PaintedMap)
        assert words in words_on(screen)
        await room.leave(li)


async def day_of_two(room: Room, **wished: object) -> tuple[Seat, MapScreen]:
    """Open the map on a day with two agreed visits."""
    li = await room.seat("li", **{"map_pack": str(PACK)} | wished)
    pinned = [c for c in await ready(li) if (await file_of(li, c)).case.address.point][:2]
    for number, case_id in enumerate(pinned):
        await agree(li, case_id, VISIT_DAY + timedelta(hours=3 * number))
    room.clock.jump_to(VISIT_DAY)
    screen = await map_of(li)
    shown = screen.map
    assert shown is not None
    await until(lambda: shown.is_ready)
    await quiet()
    return li, screen


async def asked_of(shown: MapView, script: str) -> object:
    """Return what the page answers."""
    answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    shown.page.runJavaScript(script, 0, answer.set_result)
    return await answer


async def kept_because(seat: Seat, screen: MapScreen, reason: str) -> None:
    """Keep the pin and say why."""
    screen.pin.keep.click()
    dialog = await asked(seat.main)
    type_text(dialog.entries["reason"], reason)
    dialog.ok.click()
    await quiet()


DRAG = """(function () {
  var pin = document.querySelector('.stop.pin'), box = pin.getBoundingClientRect();
  var x = box.left + box.width / 2, y = box.top + box.height / 2;
  function send(where, what, right) {
    where.dispatchEvent(new MouseEvent(what, {bubbles: true, cancelable: true, view: window,
      clientX: x + right, clientY: y, buttons: 1, button: 0}));
  }
  send(pin, 'mousedown', 0); send(pin, 'mousemove', 20); send(pin, 'mousemove', 40);
  send(pin, 'mouseup', 40);
  return true;
})()"""


async def test_a_pin_is_dragged_and_kept_with_a_reason(room: Room) -> None:
    li, screen = await day_of_two(room)
    shown = screen.map
    assert isinstance(shown, MapView)
    item = screen._view.items[0]
    before = (await file_of(li, item.case_id)).case.address
    screen._view.choose(item.id)
    screen.move_pin.click()
    assert screen.pin.isVisible()
    await until(lambda: screen.pin.point is not None)
    began = screen.pin.point
    assert await asked_of(shown, DRAG)
    await until(lambda: screen.pin.point != began)
    assert screen.pin.point is not None
    assert before.point is not None
    assert screen.pin.point[1] > before.point[1]
    screen.pin.keep.click()
    dialog = await asked(li.main)
    assert "WGS-84" in words_on(dialog)
    dialog.ok.click()
    assert "Please fill in: Why the pin is moved" in words_on(dialog)
    type_text(dialog.entries["reason"], "the door is round the corner")
    dialog.ok.click()
    await quiet()
    after = (await file_of(li, item.case_id)).case.address
    [move] = after.moves
    assert after.point is not None
    assert after.point[1] > before.point[1]
    assert (move.reason, move.before_lat_e7) == ("the door is round the corner", before.lat_e7)
    assert not screen.pin.isVisible()
    assert shown.complaints == []
    assert shown.gatekeeper.blocked == []


@pytest.mark.parametrize("drawing", ["web", "painted"])
async def test_a_pin_is_moved_by_keys_and_left(room: Room, drawing: str) -> None:
    li, screen = await day_of_two(room, map_drawing=drawing)
    item = screen._view.items[0]
    before = (await file_of(li, item.case_id)).case.address
    assert screen.list.currentRow() == 0, "the next visit is chosen as the map opens"
    press(li.main, Qt.Key.Key_BracketRight)
    assert screen.list.currentRow() == 1
    press(li.main, Qt.Key.Key_BracketLeft)
    assert screen.list.currentRow() == 0
    press(li.main, Qt.Key.Key_M)
    assert not screen.open_case.isVisible()  # its place is the map's while a pin is moved
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Right):
        press(li.main, key)
    press(li.main, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert before.point is not None
    moved = (before.point[0] + 60 / 111_195, before.point[1])
    assert screen.pin.point == pytest.approx(moved, abs=1e-4)
    assert "60 m from where it was." in words_on(screen)
    press(li.main, Qt.Key.Key_Escape)
    assert not screen.pin.isVisible()
    assert screen.open_case.isVisible()
    press(li.main, Qt.Key.Key_M)
    press(li.main, Qt.Key.Key_Down)
    press(li.main, Qt.Key.Key_Return)
    press(li.main, Qt.Key.Key_Return)  # by a quick hand: it is asked once
    dialog = await asked(li.main)
    assert len(li.main.findChildren(FormDialog)) == 1
    type_text(dialog.entries["reason"], "gate")
    press(dialog.entries["reason"], Qt.Key.Key_Return)
    dialog.ok.click()
    await quiet()
    after = (await file_of(li, item.case_id)).case.address
    assert after.point is not None
    assert 0 < before.point[0] - after.point[0] < 1e-4
    assert len(after.moves) == 1


async def test_a_case_without_a_pin_is_found_and_pinned_by_a_click(room: Room) -> None:
    li, screen = await day_of_two(room, map_drawing="painted")
    shown = screen.map
    assert isinstance(shown, PaintedMap)
    screen.shows["unpinned"].click()
    await quiet()
    assert screen.list.count() == 1
    assert "to be pinned" in screen.list.item(0).text()
    [item] = screen._view.items
    screen.points.take_first()
    assert screen.move_pin.text() == "Set the pin"
    screen.move_pin.click()
    assert not screen.pin.keep.isEnabled()
    spot = shown.viewport().rect().center()
    QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert screen.pin.keep.isEnabled()
    dragged = screen.pin.point
    assert dragged is not None
    QTest.mousePress(shown.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    QTest.mouseMove(shown.viewport(), spot + QPoint(30, 0))
    QTest.mouseRelease(shown.viewport(), Qt.MouseButton.LeftButton, pos=spot + QPoint(30, 0))
    assert screen.pin.point is not None
    assert screen.pin.point[1] > dragged[1]
    screen.pin.put(*RIVER)
    assert "This lies in water on the map." in words_on(screen)
    await kept_because(li, screen, "as the customer said")
    [wet] = screen._view.items
    assert wet.stop is not None
    assert (wet.stop.lat, wet.stop.lon) == RIVER
    assert "lies in water, please look again" in screen.list.item(0).text()
    assert "1 in water" in words_on(screen)
    screen.move_pin.click()
    screen.pin.put(RIVER[0], RIVER[1] + 0.01)
    assert "This lies in water on the map." not in words_on(screen)
    await kept_because(li, screen, "found on the map")
    moves = (await file_of(li, item.case_id)).case.address.moves
    assert [m.before_lat_e7 for m in moves] == [None, round(RIVER[0] * 1e7)]
    assert screen.list.count() == 0


async def test_coordinates_are_typed_with_their_system(room: Room) -> None:
    """Without a mouse: K, two numbers, the system, Return; what is wrong is said and kept open."""
    li, screen = await day_of_two(room, map_drawing="painted")
    item = screen._view.items[0]
    before = (await file_of(li, item.case_id)).case.address
    assert before.point is not None
    lat, lon = before.point
    told = prcoords.wgs_gcj(prcoords.Coords(lat + 0.001, lon))
    press(li.main, Qt.Key.Key_K)
    dialog = await asked(li.main)
    place, system = dialog.entries["place"], dialog.entries["system"]
    assert place.hasFocus()
    for text, chosen, words in (
        ("35.05", Datum.GCJ02, "These are not coordinates."),
        ("35.1, 118.3", Datum.GCJ02, "at least 4 digits"),
        ("0.0000, 0.0000", Datum.GCJ02, "outside China"),
        (f"{told.lon:.7f}，{told.lat:.7f}", "", "Please fill in: Coordinate system"),
    ):
        type_text(place, text)
        system.setCurrentIndex(system.findData(str(chosen)))
        dialog.ok.click()
        assert dialog.isVisible()
        assert words in words_on(dialog)
        assert not system.visibleRegion().isEmpty()  # what is wrong covers no question
    system.setFocus()
    press(system, Qt.Key.Key_Down)
    press(dialog, Qt.Key.Key_Return)
    await quiet()
    assert screen.pin.point == pytest.approx((lat + 0.001, lon), abs=1e-6)
    assert "111 m from where it was." in words_on(screen)
    li.main.activateWindow()  # as the window manager does when a question has gone
    await until(li.main.isActiveWindow)
    press(li.main, Qt.Key.Key_Return)
    dialog = await asked(li.main)
    assert "told as GCJ-02" in words_on(dialog)
    type_text(dialog.entries["reason"], "as the customer wrote")
    dialog.ok.click()
    await quiet()
    after = (await file_of(li, item.case_id)).case.address
    assert after.point == pytest.approx((lat + 0.001, lon), abs=1e-6)
    [move] = after.moves
    assert (move.datum, move.reason) == (Datum.GCJ02, "as the customer wrote")


async def test_more_cases_than_the_map_shows_are_told(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(map_view_model, "MOST_POINTS", CASES - 1)
    monkeypatch.setattr(map_screen, "MOST_POINTS", CASES - 1)
    li = await room.seat("li", map_pack=str(PACK), map_drawing="painted")
    screen = await map_of(li)
    screen.all.click()
    await quiet()
    assert screen.list.count() <= CASES - 1
    told = f"The first {CASES - 1} points; search for others under Cases"
    assert told in words_on(screen)
    screen.day.click()
    await quiet()
    assert told not in words_on(screen)


async def test_a_click_on_the_page_chooses_again_and_again(room: Room) -> None:
    _li, screen = await day_of_two(room)
    shown = screen.map
    assert isinstance(shown, MapView)
    await until(lambda: shown.is_ready)
    for number, item in [*enumerate(screen._view.items)] * 2:
        click = f"[...document.querySelectorAll('.stop.visit')][{number}].click()"
        await asked_of(shown, click)
        await until(lambda i=item.id: screen._view.chosen_id == i)
        assert screen.list.currentRow() == number
    marked = await asked_of(shown, "document.querySelector('.stop.chosen').textContent")
    assert marked == "2"


async def test_the_chosen_point_is_seen_in_the_list(room: Room) -> None:
    li, screen = await day_of_two(room)
    screen.list.setFocus()
    press(screen.list, Qt.Key.Key_Down)
    await quiet()
    rows = [screen.list.visualItemRect(screen.list.item(n)) for n in range(screen.list.count())]
    picture = screen.list.viewport().grab().toImage()
    colours = {picture.pixelColor(r.left() + 3, r.top() + 3).name() for r in rows}
    assert li.program.look.tokens["selected"] in colours


@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_every_line_of_the_list_is_whole_with_large_words(room: Room, language: str) -> None:
    _li, screen = await day_of_two(room, language=language, text_size=200)
    for number in range(screen.list.count()):
        entry = screen.list.item(number)
        place = screen.list.visualItemRect(entry)
        inner = place.adjusted(23, 16, -23, -16)  # an item's padding and the style's margin
        needed = screen.list.fontMetrics().boundingRect(
            inner, Qt.TextFlag.TextWordWrap, entry.text()
        )
        assert needed.height() <= inner.height()


@pytest.mark.parametrize("size", [100, 150, 200])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_list_and_map_are_whole_on_a_small_screen_with_large_words(
    room: Room, language: str, size: int
) -> None:
    li, screen = await day_of_two(room, language=language, text_size=size, map_pack="")
    li.main.resize(1280, 720)
    await li.show("today")
    await map_of(li)
    shown = screen.map
    assert shown is not None
    await until(lambda: screen.list.visibleRegion().boundingRect() == screen.list.rect())
    assert shown.visibleRegion().boundingRect() == shown.rect()
    assert shown.height() >= li.program.look.px(map_screen.MAP_LEAST)
    assert screen.foot.geometry().top() > screen._split.geometry().bottom()
    li.main.activateWindow()
    await until(li.main.isActiveWindow)
    while not screen.open_case.hasFocus():
        press(QApplication.focusWidget() or screen, BACKTAB[0], BACKTAB[1])
    assert screen.open_case.visibleRegion().boundingRect() == screen.open_case.rect()


@pytest.mark.parametrize("height", [720, 768, 800])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_no_row_of_buttons_is_cut_in_two_where_the_screen_opens(
    room: Room, language: str, height: int
) -> None:
    li, screen = await day_of_two(room, language=language, text_size=200, map_drawing="painted")
    li.main.resize(1280, height)
    await li.show("today")
    await map_of(li)
    buttons = screen._tools

    def seen() -> set[int]:
        shares = [b.visibleRegion().boundingRect().height() / b.height() for b in buttons]
        return {round(share, 1) for share in shares}

    await until(lambda: seen() <= {0, 1}, lambda: str(seen()))
    assert 1 in seen()
    assert screen.list.hasFocus()


async def test_why_there_is_no_map_is_said_for_as_long_as_that_is_so(room: Room) -> None:
    """What came of a pin is told in its own place."""
    li, screen = await day_of_two(room, map_pack="")
    why = li.main.words.code("map.none_chosen")
    assert why in words_on(screen)
    screen._pin_done("kept", "ok")
    screen.all.click()
    await quiet()
    assert why in words_on(screen)


async def test_a_day_without_points_says_so(room: Room) -> None:
    li = await room.seat("li")
    screen = await map_of(li)
    assert "There is no point to show." in words_on(screen)
    assert not screen.list.isVisible()
    assert screen.search.hasFocus()


async def test_search_narrows_the_list_and_finds_places(room: Room) -> None:
    _li, screen = await day_of_two(room, map_drawing="painted")
    with sqlite3.connect(PACK) as pack:
        [name, lat, lon] = pack.execute("SELECT name, lat, lon FROM places LIMIT 1").fetchone()
    press(screen, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert screen.search.hasFocus()
    type_text(screen.search, name)
    texts = [screen.list.item(n).text() for n in range(screen.list.count())]
    assert any(name in t and t.startswith("⌖") for t in texts)
    shown = screen.map
    assert isinstance(shown, PaintedMap)
    row = next(n for n, t in enumerate(texts) if t.startswith(f"⌖ {name}"))
    screen.list.setCurrentRow(row)
    assert shown._looks_at() == pytest.approx((lat, lon), abs=1e-3)
    type_text(screen.search, "nothing is called so")
    assert screen.list.count() == 0


async def test_the_day_sheet_with_its_map(room: Room, tmp_path: Path) -> None:
    li, _screen = await day_of_two(room)
    press(li.main, Qt.Key.Key_P)
    path = tmp_path / "day.pdf"
    await taken_out(li.main, path)
    await quiet()
    seen = words_of(path.read_bytes())
    assert "The numbers are those of the visits above." in seen
    assert "invented city" in seen  # whose map it is


async def test_the_map_goes_on_when_the_web_view_stops(room: Room) -> None:
    _li, screen = await day_of_two(room)
    assert isinstance(screen.map, MapView)
    screen.map.died.emit()
    assert isinstance(screen.map, PaintedMap)
    shown = screen.map
    told: list[int] = []
    shown.painted.connect(told.append)
    await until(lambda: 2 in told)
    assert "The web view has stopped. The map goes on without it." in words_on(screen)
    item = screen._view.items[1]
    shown.look_at(item.stop.lat, item.stop.lon, 16) if item.stop else None
    QTest.mouseClick(
        shown.viewport(), Qt.MouseButton.LeftButton, pos=shown.viewport().rect().center()
    )
    assert screen._view.chosen_id == item.id
