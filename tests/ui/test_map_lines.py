"""Marks and lines of the web view stay together, though lines are not drawn anew at each step."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from PySide6.QtWidgets import QApplication

from field_app.maps.pack import MapPack
from field_app.maps.stops import MapStop, MapWay
from field_app.settings.settings import resources_folder
from field_app.theme.tokens import load_tokens
from field_app.ui.map.map_view import MapView
from tests.ui.room import NO_GRAPHICS
from tools.tour.hands import until

pytestmark = NO_GRAPHICS
NEAR_PX = 1.5  # a path's points are whole pixels
FARTHEST_PX = """(function () {
  var path = document.querySelector('path.route'), at = path.getScreenCTM();
  var given = path.getAttribute('d').match(/-?[0-9.]+ -?[0-9.]+/g).map(function (pair) {
    var xy = pair.split(' ');
    return new DOMPoint(Number(xy[0]), Number(xy[1])).matrixTransform(at);
  });
  var view = document.body.getBoundingClientRect(), far = [];
  document.querySelectorAll('.stop').forEach(function (mark) {
    var box = mark.getBoundingClientRect();
    var x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
    if (x < 0 || y < 0 || x > view.width || y > view.height) { return; }
    far.push(Math.min(...given.map(function (p) { return Math.hypot(p.x - x, p.y - y); })));
  });
  return JSON.stringify([far.length, Math.max(0, ...far), path.getAttribute('d')]);
})()"""


@asynccontextmanager
async def laid_map() -> AsyncIterator[tuple[MapView, list[MapStop]]]:
    """Lay a map with a way through nine stops in the middle of the city."""
    pack = MapPack.open(resources_folder() / "sample" / "city.mappack")
    lat, lon = pack.info.middle
    stops = [
        MapStop(f"s{n}", lat + 0.002 * up, lon + 0.002 * n, n + 1, "visit")
        for n, up in enumerate((0, 3, 1, 5, 0, 4, 2, 6, 1))  # a corner at each
    ]
    view = MapView(pack, load_tokens(resources_folder() / "themes", "light"))
    view.resize(700, 500)
    painted: list[int] = []
    view.painted.connect(painted.append)
    view.show()
    await until(lambda: view.is_ready)
    view.show_stops(stops, [MapWay(tuple((s.lat, s.lon) for s in stops), True)])
    await until(lambda: painted == [9])
    try:
        yield view, stops
        assert (view.complaints, view.gatekeeper.blocked) == ([], [])
    finally:
        view.close_page()
        view.close()
        pack.close()
        view.deleteLater()


async def asked(view: MapView, script: str) -> Any:
    """Return what a script returns."""
    told: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    view.page.runJavaScript(script, 0, told.set_result)
    return await told


async def drawn(view: MapView) -> tuple[int, str]:
    """Return how many marks are seen, each at a corner of the line, and how the line is drawn."""
    seen, far, path = msgspec.json.decode(await asked(view, FARTHEST_PX))
    assert far < NEAR_PX
    return seen, path


async def test_lines_end_under_their_marks(qapp: QApplication) -> None:
    async with laid_map() as (view, stops):
        first = await drawn(view)
        assert first[0] == 9

        view.pan_by(40, -30)
        assert await drawn(view) == first, "half a view around is drawn already"

        for _ in range(2):
            view.pan_by(450, 0)
        assert (await drawn(view))[1] != first[1], "what has come into sight is drawn"
        view.look_at(stops[0].lat, stops[0].lon, 0)
        assert (await drawn(view))[0] > 0
        view.zoom_by(2)
        assert (await drawn(view))[0] > 0
        view.choose("s8")
        assert (await drawn(view))[0] > 0
        view.resize(420, 640)
        await until(lambda: view.view.width() == 420)
        assert (await drawn(view))[0] > 0
