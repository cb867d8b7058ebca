"""Water of a pack: lakes, islands in them, the river of the invented city, and no pack at all."""

from pathlib import Path

import mapbox_vector_tile
import pytest
from shapely.geometry import LineString, Polygon

from field_app.maps.grid import point_of
from sync.protocol.map_water import WaterMap, ground_of

CITY = Path(__file__).resolve().parents[4] / "resources" / "sample" / "city.mappack"
RIVER, BANK = (35.0220892, 118.3401347), (35.0220892, 118.3501347)
ZOOM, COLUMN, ROW = 14, 13577, 6488
LAKE = Polygon(
    [(1000, 1000), (3000, 1000), (3000, 3000), (1000, 3000)],
    [[(1800, 1800), (2200, 1800), (2200, 2200), (1800, 2200)]],
)
STREAM = LineString([(0, 500), (4096, 500)])


def at(x: float, y: float) -> tuple[float, float]:
    """Return the point at so many units from a tile's north-western corner."""
    return point_of(((COLUMN + x / 4096) * 256, (ROW + y / 4096) * 256), ZOOM)


@pytest.mark.parametrize(
    ("place", "wet"),
    [((1500, 1500), True), ((2000, 2000), False), ((1001, 2999), True), ((999, 2000), False),
     ((3500, 2000), False), ((2000, 500), False), ((5000, 1500), False)],
    ids=["lake", "island", "corner", "shore", "land", "stream without width", "next tile"],
)  # fmt: skip
def test_a_lake_has_shores_and_an_island(place: tuple[float, float], wet: bool) -> None:
    features = [{"geometry": shape, "properties": {}} for shape in (LAKE, STREAM)]
    layer = {"name": "water", "features": features}
    tile = mapbox_vector_tile.encode(layer, default_options={"y_coord_down": True})
    asked: list[tuple[int, int, int]] = []

    def tile_of(zoom: int, column: int, row: int) -> bytes | None:
        asked.append((zoom, column, row))
        return bytes(tile) if (zoom, column, row) == (ZOOM, COLUMN, ROW) else None

    water = WaterMap(ZOOM, tile_of)
    assert water.holds(at(*place)) is wet
    assert water.holds(at(*place)) is wet
    assert len(asked) == 1


def test_the_river_of_the_invented_city() -> None:
    ground = ground_of(CITY)
    assert ground.water.holds(RIVER)
    assert not ground.water.holds(BANK)
    assert not ground.is_outside(RIVER)
    sea = (36.5, 123.9)
    assert ground.is_outside(sea)
    assert not ground.water.holds(sea)  # no pack knows the sea: it is outside


def test_what_is_no_pack_has_no_ground(tmp_path: Path) -> None:
    (tmp_path / "no.mappack").write_bytes(b"no pack" * 200)
    with pytest.raises(ValueError, match="is no map pack"):
        ground_of(tmp_path / "no.mappack")
