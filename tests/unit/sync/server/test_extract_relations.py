"""Areas that OpenStreetMap draws as relations: a lake with an island, a relation cut off."""

from pathlib import Path

import pytest
from shapely.geometry import Point

from sync.protocol.map_water import ground_of
from sync.server.mappack.building import build_pack
from sync.server.mappack.features import read_extract

LAKE, ISLAND, SHORE = (35.002, 118.002), (35.005, 118.005), (35.011, 118.005)
CORNERS = {
    1: (35.0, 118.0), 2: (35.0, 118.01), 3: (35.01, 118.01), 4: (35.01, 118.0),
    5: (35.004, 118.004), 6: (35.004, 118.006), 7: (35.006, 118.006), 8: (35.006, 118.004),
    9: (35.012, 118.0), 10: (35.012, 118.01),
}  # fmt: skip
WAYS = {1: (1, 2, 3), 2: (3, 4, 1), 3: (5, 6, 7, 8, 5), 4: (9, 10)}
STREET = '<tag k="highway" v="residential"/>'


def osm(folder: Path, outer: tuple[int, ...]) -> Path:
    """Write an extract with a lake whose shore is these ways, and a street north of it."""
    stamp = 'version="1" timestamp="2026-03-01T00:00:00Z"'
    nodes = [f'<node id="{n}" {stamp} lat="{p[0]}" lon="{p[1]}"/>' for n, p in CORNERS.items()]
    ways = []
    for number, refs in WAYS.items():
        inside = "".join(f'<nd ref="{n}"/>' for n in refs) + (STREET if number == 4 else "")
        ways.append(f'<way id="{number}" {stamp}>{inside}</way>')
    members = [f'<member type="way" ref="{n}" role="outer"/>' for n in outer]
    members.append('<member type="way" ref="3" role="inner"/>')
    tags = (("type", "multipolygon"), ("natural", "water"), ("name", "云湖"))
    members += [f'<tag k="{k}" v="{v}"/>' for k, v in tags]
    relation = f'<relation id="1" {stamp}>{"".join(members)}</relation>'
    path = folder / "lake.osm"
    whole = "".join([*nodes, *ways, relation])
    path.write_text(f'<osm version="0.6">{whole}</osm>', encoding="utf-8")
    return path


def test_a_lake_of_several_ways_has_its_island(tmp_path: Path) -> None:
    extract = read_extract(osm(tmp_path, (1, 2)))
    [(shape, told)] = extract.layers["water"].features
    assert told == {"class": "water", "name": "云湖"}
    inside = [shape.contains(Point(lon, lat)) for lat, lon in (LAKE, ISLAND, SHORE)]
    assert inside == [True, False, False]


def test_a_relation_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    extract = read_extract(osm(tmp_path, (1, 99)))
    assert extract.layers["water"].features == []
    assert len(extract.layers["transportation"].features) == 1


@pytest.mark.filterwarnings("ignore:The 'shapely.ops.transform:DeprecationWarning")  # its encoder
def test_the_pack_knows_the_lake_as_water(tmp_path: Path) -> None:
    pack = tmp_path / "lake.mappack"
    build_pack(osm(tmp_path, (1, 2)), pack, name="Lake")
    ground = ground_of(pack)
    assert [ground.water.holds(p) for p in (LAKE, ISLAND, SHORE)] == [True, False, False]
