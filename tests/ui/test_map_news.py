"""A newer map of the bank: told on the map and in the settings, fetched and shown on a click."""

import pytest

from field_app.background import sync_loop
from field_app.settings.settings import resources_folder
from field_app.ui.screens.map_screen import MapScreen
from field_app.ui.screens.settings_screen import SettingsScreen
from field_app.ui.screens.sync_screen import SyncScreen
from tests.sync.office import administer
from tests.ui.lookup import words_on
from tests.ui.room import NO_GRAPHICS, Room
from tests.ui.test_full_disk import no_room
from tools.tour.hands import until
from tools.tour.seat import Seat, quiet

pytestmark = NO_GRAPHICS
PACK = resources_folder() / "sample" / "city.mappack"
SLOWLY = 1000  # bytes a second: whoever stops the map comes before its end


def with_a_map(room: Room) -> None:
    server = room.serve()
    administer(server.data, "mappack", "publish", str(PACK))


async def map_of(seat: Seat) -> MapScreen:
    await seat.show("map")
    await quiet()
    return seat.screens.map


async def settings_of(seat: Seat) -> SettingsScreen:
    await seat.show("settings")
    await quiet()
    screen = seat.screens.navigable["settings"]
    assert isinstance(screen, SettingsScreen)
    return screen


async def test_a_newer_map(room: Room) -> None:
    newer, source = "A newer map is there", "published by the bank"
    with_a_map(room)
    li = await room.seat("li", language="en", map_drawing="painted")
    await li.sync()
    screen = await map_of(li)
    assert newer in words_on(screen)
    assert "0.3 MB" in screen.news.text.text()
    screen.news.fetch.click()
    await until(lambda: screen.news.use.isVisible())
    assert newer not in words_on(screen)
    settings = await settings_of(li)
    assert settings.news.use.isVisible()
    before = li.window
    settings.news.use.click()
    await until(lambda: li.window is not before)
    await quiet()
    settings = await settings_of(li)
    assert source in words_on(settings)
    assert settings.news.isHidden()
    screen = await map_of(li)
    assert screen.news.isHidden()
    li = await room.again(li)
    assert source in words_on(await settings_of(li))


async def test_a_newer_map_comes_by_itself_and_may_be_stopped(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sync screen says so; what was stopped stays so until somebody asks."""
    monkeypatch.setattr(sync_loop, "IDLE_PER_S", SLOWLY)
    with_a_map(room)
    li = await room.seat("li", map_drawing="painted", newer_maps="idle")
    await li.show("sync")
    screen = li.screens.navigable["sync"]
    assert isinstance(screen, SyncScreen)
    li.program.sync_loop.request()
    await until(lambda: "comes slowly while nothing else is to be done" in screen.news.text.text())
    screen.news.stop.click()
    await until(lambda: screen.news.fetch.isVisible())
    await li.sync()
    assert "A newer map is there" in screen.news.text.text()
    settings = await settings_of(li)
    assert settings.newer_maps.currentText() == "automatically, when idle"
    await li.show("sync")
    screen.news.fetch.click()
    await until(lambda: screen.news.use.isVisible())


async def test_a_newer_map_that_nobody_stops_is_there_by_itself(room: Room) -> None:
    with_a_map(room)
    wished = {"map_drawing": "painted", "newer_maps": "idle"}
    li = await room.seat("li", language="zh_CN", **wished)
    await li.sync()
    screen = await map_of(li)
    await until(lambda: screen.news.use.isVisible())
    assert "银行发布的地图已在本机上。" in screen.news.text.text()


async def test_without_a_map_of_the_bank_nothing_is_said(room: Room) -> None:
    room.serve()
    li = await room.seat("li", map_pack=str(PACK), map_drawing="painted")
    await li.sync()
    assert (await map_of(li)).news.isHidden()
    settings = await settings_of(li)
    assert settings.news.isHidden()
    assert "chosen by hand" in words_on(settings)


async def test_a_withdrawn_map_is_told(room: Room) -> None:
    with_a_map(room)
    li = await room.seat("li", map_drawing="painted")
    await li.sync()
    screen = await map_of(li)
    screen.news.fetch.click()
    await until(lambda: screen.news.use.isVisible())
    li = await room.again(li)
    assert room.server is not None
    administer(room.server.data, "mappack", "withdraw")
    await li.sync()
    assert "The bank has withdrawn this map" in words_on(await map_of(li))


async def test_a_wish_that_cannot_be_kept_says_why(room: Room) -> None:
    with_a_map(room)
    li = await room.seat("li", map_drawing="painted")
    await li.sync()
    screen = await map_of(li)
    with no_room():
        screen.news.fetch.click()
        await quiet()
    assert li.main.words.code("vault.disk_full") in screen.news.text.text()
    screen.news.fetch.click()
    await until(lambda: screen.news.use.isVisible())
