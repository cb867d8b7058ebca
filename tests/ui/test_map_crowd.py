"""Two thousand stops on the map, apart and all at one place: every one stands in a mark."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from field_app.maps.pack import MapPack
from field_app.maps.stops import MapStop
from field_app.settings.settings import resources_folder
from field_app.theme.tokens import load_tokens
from field_app.ui.map.marks import marks_of
from field_app.ui.map.painted_map import PaintedMap

MANY = 2_000


@pytest.fixture
def city() -> Iterator[MapPack]:
    pack = MapPack.open(resources_folder() / "sample" / "city.mappack")
    yield pack
    pack.close()


def stops(pack: MapPack, *, apart: bool) -> list[MapStop]:
    """Return that many stops, on a grid over the region or all in its middle."""
    west, south, east, north = pack.info.bounds
    lat, lon = pack.info.middle
    if not apart:
        return [MapStop(f"s{n}", lat, lon, 0, "case") for n in range(MANY)]
    high, wide = (north - south) / 50, (east - west) / 40
    places = [(south + high * (n // 40), west + wide * (n % 40)) for n in range(MANY)]
    return [MapStop(f"s{n}", *place, 0, "case") for n, place in enumerate(places)]


@pytest.mark.parametrize("apart", [True, False], ids=["apart", "at one place"])
def test_two_thousand_stops(qtbot: QtBot, city: MapPack, apart: bool) -> None:
    shown = PaintedMap(city, load_tokens(resources_folder() / "themes", "light"))
    qtbot.addWidget(shown)
    shown.resize(800, 600)
    shown.show()
    crowd = stops(city, apart=apart)
    before = shown.grab().toImage()
    shown.show_stops(crowd, (), fit=True)
    assert shown.grab().toImage() != before
    for zoom in (10, 14, 18):
        marks = marks_of(crowd, zoom)
        assert sorted(s.id for m in marks for s in m.stops) == sorted(s.id for s in crowd)
        if not apart:
            assert [m.text for m in marks] == [str(MANY)]
    if not apart:
        told: list[str] = []
        shown.clicked.connect(told.append)
        for _ in range(10):  # nearer with each click, and when it is near enough one is chosen
            shown._click(QPointF(*shown._marks[0].pixel))
        assert told
        assert set(told) <= {s.id for s in crowd}
