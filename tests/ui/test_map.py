"""The map: no request leaves, list and points choose each other, and why there is none."""

from datetime import timedelta
from pathlib import Path

import pytest

from field_app.settings.settings import resources_folder
from field_app.ui.screens.map_screen import MapScreen
from tests.ui.acts import VISIT_DAY, agree, ready
from tests.ui.lookup import file_of, words_on
from tests.ui.room import CASES, NO_GRAPHICS, Room
from tools.tour.hands import until
from tools.tour.seat import Seat, quiet

pytestmark = NO_GRAPHICS
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
    assert shown is not None
    await until(lambda: shown.is_ready)
    await quiet()
    assert [screen.list.item(n).text()[:2] for n in range(screen.list.count())] == ["1.", "2."]
    assert "2 points · No request leaves this laptop." in words_on(screen)
    for number, item in enumerate(screen._view.items):
        assert (await file_of(li, item.case_id)).case.customer.name not in item.name
        # A click on the map comes back as the id of the point.
        shown.page.clicked.emit(item.id)
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
    assert shown is not None
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
    assert screen.map is None
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
        broken: "Ask the administrator for a new copy.",
    }
    for pack, words in told.items():
        li = await room.seat("li", map_pack=str(pack))
        screen = await map_of(li)
        assert screen.map is None
        assert "There is no map" in words_on(screen)
        assert words in words_on(screen)
        await room.leave(li)
