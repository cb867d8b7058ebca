"""Settings: language, theme and text size change at once and are there after a restart."""

import sqlite3
from pathlib import Path
from unittest import mock

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFileDialog, QScrollArea

from field_app.settings.settings import read_settings, resources_folder
from field_app.ui.screens.settings_screen import SettingsScreen
from tests.ui.acts import ready
from tests.ui.legible import SMALL, clipped_at_rest
from tests.ui.lookup import in_language, words_on
from tests.ui.room import Room
from tools.tour.hands import until
from tools.tour.seat import Seat, quiet

PACK = resources_folder() / "sample" / "city.mappack"


async def settings_of(seat: Seat) -> SettingsScreen:
    await seat.show("settings")
    screen = seat.screens.navigable["settings"]
    assert isinstance(screen, SettingsScreen)
    return screen


async def applied(seat: Seat, screen: SettingsScreen, **choices: str) -> SettingsScreen:
    """Choose, apply, and return the screen of the new window, which shows it again."""
    for name, value in choices.items():
        box = getattr(screen, name)
        box.setCurrentIndex(box.findData(value))
    before = seat.window
    screen.ok.click()
    await until(lambda: seat.window is not before)
    await quiet()
    found = seat.main.stack.currentWidget()
    assert isinstance(found, SettingsScreen)
    return found


async def test_language_changes_at_once_and_stays(room: Room) -> None:
    li = await room.seat("li")
    screen = await settings_of(li)
    assert "Language" in words_on(li.main)
    await applied(li, screen, language="zh_CN")
    seen = words_on(li.main)
    assert "语言" in seen
    assert "Language" not in seen
    assert "立即同步" in seen

    li = await room.again(li)
    assert "今日" in words_on(li.main)
    assert (await settings_of(li)).language.currentData() == "zh_CN"


async def test_theme_and_text_size_change_at_once_and_stay(room: Room) -> None:
    li = await room.seat("li")
    screen = await settings_of(li)
    light, small = corner(li), screen.title.font().pixelSize()
    screen = await applied(li, screen, theme="dark", text_size="150")
    assert corner(li).lightness() < 80 < light.lightness()
    assert screen.fontMetrics().height() > 25
    assert screen.title.font().pixelSize() == small * 3 // 2

    li = await room.again(li)
    assert corner(li).lightness() < 80
    kept = read_settings(li.laptop.home)
    assert (kept.theme, kept.text_size) == ("dark", 150)


def corner(seat: Seat) -> QColor:
    """Return the colour of the window's page."""
    return seat.main.stack.grab().toImage().pixelColor(4, 4)


async def test_the_lock_time_holds_at_once(room: Room) -> None:
    li = await room.seat("li")
    screen = await settings_of(li)
    screen.minutes.setValue(7)
    await applied(li, screen)
    assert li.program._lock is not None
    assert li.program._lock.limit.total_seconds() == 7 * 60
    assert read_settings(li.laptop.home).lock_minutes == 7


async def test_a_map_pack_is_chosen(room: Room) -> None:
    li = await room.seat("li")
    screen = await settings_of(li)
    assert "none chosen" in words_on(screen)
    screen._choose_pack()
    [dialog] = screen.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(PACK))
    dialog.reject()
    screen = await applied(li, screen)
    assert str(PACK) in words_on(screen)
    assert Path(read_settings(li.laptop.home).map_pack) == PACK


@pytest.mark.parametrize("size", [100, 200])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_a_map_pack_that_is_gone_is_told_with_its_long_path(
    room: Room, language: str, size: int
) -> None:
    gone = room.folder / "a-long-name-of-a-folder" / "the-pack-of-the-whole-city.mappack"
    li = await room.seat("li", language=language, text_size=size, map_pack=str(gone))
    li.main.resize(SMALL)
    screen = await settings_of(li)
    told = screen.pack_notice.text
    assert told == li.main.words.code("map.missing")
    assert in_language(told, language)
    area = screen._content
    assert isinstance(area, QScrollArea)
    assert area.horizontalScrollBar().maximum() == 0, "nothing lies beside the window"
    assert await clipped_at_rest(li.main) == []


async def test_a_file_that_is_no_map_is_not_taken(room: Room) -> None:
    li = await room.seat("li", map_pack=str(PACK))
    screen = await settings_of(li)
    assert screen.pack_notice.text == ""
    other = room.folder / "other.mappack"
    other.write_text("no map")
    for path, told in ((other, li.main.words.code("map.not_a_pack")), (PACK, "")):
        screen._choose_pack()
        [dialog] = [d for d in screen.findChildren(QFileDialog) if d.isVisible()]
        dialog.fileSelected.emit(str(path))
        dialog.reject()
        assert screen.pack_notice.text == told
        assert ("other.mappack" in words_on(screen)) == bool(told), "which file it is said of"
        assert screen.pack.text() == str(PACK)


async def test_a_map_that_may_not_be_read_keeps_nobody_out(room: Room) -> None:
    with mock.patch.object(sqlite3, "connect", side_effect=sqlite3.OperationalError("no")):
        li = await room.seat("li", map_pack=str(PACK))
    screen = await settings_of(li)
    assert screen.pack_notice.text == li.main.words.code("map.unreadable")


async def test_the_former_window_hears_of_nothing_more(room: Room) -> None:
    li = await room.seat("li")
    runner = li.program.runner
    assert runner is not None
    assert li.program.sync_loop is not None
    before = len(runner._listeners), len(li.program.sync_loop._listeners)
    screen = await settings_of(li)
    for language in ("zh_CN", "en", "zh_CN"):
        screen = await applied(li, screen, language=language)
    assert (len(runner._listeners), len(li.program.sync_loop._listeners)) == before
    li.main.open_case((await ready(li))[0])
    await quiet()
    assert li.main.stack.currentWidget() is li.screens.case


async def test_what_this_laptop_is(room: Room) -> None:
    li = await room.seat("li")
    await settings_of(li)
    seen = words_on(li.main)
    for fact in ("云川分行", "http://127.0.0.1:", "cn 20", str(li.laptop.home)):
        assert fact in seen
