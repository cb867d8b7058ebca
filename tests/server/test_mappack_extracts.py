"""Packs of real extracts: built, whole, with streets, roads and their source named."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from field_app.maps.pack import MapPack
from sync.server.mappack.building import build_pack
from tools.sample import city

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "maps"
EXTRACTS = ("beijing_cau", "shanghai", "invented")


def extract_of(name: str, folder: Path) -> Path:
    """Return the extract, or skip where the real ones are not beside the project."""
    if name == "invented":
        made = folder / "city.osm.pbf"
        city.write_osm(city.build(), made)
        return made
    real = REAL / f"{name}.osm.pbf"
    if not real.is_file():
        pytest.skip(f"the real extract {real.name} is not beside the project, in shared/maps")
    return real


@pytest.mark.filterwarnings("ignore:The 'shapely.ops.transform:DeprecationWarning")  # its encoder
@pytest.mark.parametrize("name", EXTRACTS)
def test_an_extract(name: str, tmp_path: Path) -> None:
    out = tmp_path / "built.mappack"
    report = build_pack(extract_of(name, tmp_path), out, name=name)
    print(f"{name}: {report.tiles} tiles, {report.places} places; {report.cost}")
    pack = MapPack.open(out)
    pack.check(tmp_path / "notes")
    assert pack.info.attribution == "© OpenStreetMap contributors"
    assert pack.info.licence == "ODbL 1.0"
    assert pack.info.has_roads == report.roads
    assert report.tiles > 5
    assert [p for p in pack.find("路", 50) if p.kind == "street"]
    with closing(sqlite3.connect(out)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    pack.close()
