"""Files that `field-server` reads besides exports: policy packs, situations, map extracts."""

import sqlite3
from pathlib import Path

import pytest

from sync.cli.arguments import POLICIES
from sync.policy.situations import COLUMNS
from tests.server.terminal import tell

PACK = POLICIES / "cn.toml"
HEAD = ",".join(COLUMNS)
GOOD = f'{HEAD}\n1,call,2026-11-25T10:00:00+08:00,"{{}}"\n'


def test_the_packs_that_come_with_it_are_usable() -> None:
    for pack in POLICIES.glob("[!r]*.toml"):
        told = tell(None, "policy", "check", str(pack))
        assert (told.code, told.err) == (0, "")


PACKS = {
    "not TOML": (b"[pack", "1"),
    "not text": (b"\xff\xfe", ""),
    "empty": (b"", ""),
    "cut off": (PACK.read_bytes()[:3000], ""),
    "another encoding": (PACK.read_text(encoding="utf-8").encode("gb18030"), ""),
}


@pytest.mark.parametrize("name", PACKS)
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_a_pack_that_cannot_be_used(tmp_path: Path, name: str, language: str) -> None:
    (tmp_path / "pack.toml").write_bytes(PACKS[name][0])
    told = tell(None, "policy", "check", str(tmp_path / "pack.toml"), "--language", language)
    assert (told.code, told.out) == (1, "")
    assert told.err.strip()


def test_a_pack_that_is_not_there(tmp_path: Path) -> None:
    for action in ("check", "try"):
        told = tell(None, "policy", action, str(tmp_path / "none"))
        assert (told.code, told.err) == (1, f"{tmp_path}/none: No such file or directory\n")
    (tmp_path / "t.csv").write_text(GOOD)
    told = tell(None, "policy", "try", str(tmp_path / "t.csv"), "--pack", "none")
    assert told.code == 1
    assert told.err.endswith("none.toml: No such file or directory\n")


def test_situations_are_decided(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(GOOD, encoding="utf-8-sig")
    told = tell(None, "policy", "try", str(tmp_path / "t.csv"))
    assert (told.code, told.err) == (0, "")
    head, row = told.out.splitlines()
    assert head == "id,decision,blocks,warns,sentence_zh,sentence_en"
    assert row.startswith("1,")


AT = "2026-11-25T10:00:00+08:00"
SITUATIONS = {
    "no columns": (
        "id,act\n1,call\n",
        "line 1, situations: missing columns (columns: at, context)",
    ),
    "empty": ("", "line 1, situations: missing columns"),
    "an act that is none": (f"{HEAD}\n1,dance,{AT},{{}}\n", "line 2, situations: unknown act"),
    "a time that is none": (f"{HEAD}\n1,call,yesterday,{{}}\n", "line 2, situations: bad time"),
    "a time without a zone": (
        f"{HEAD}\n1,call,2026-11-25T10:00:00,{{}}\n",
        "line 2, situations: bad time",
    ),
    "a time before there was any": (
        f"{HEAD}\n1,call,0001-01-01T00:00:00+14:00,{{}}\n",
        "line 2, situations: bad time",
    ),
    "a context that is none": (f"{HEAD}\n1,call,{AT},[\n", "line 2, situations: bad context"),
    "a word that nothing reads": (
        f'{HEAD}\n1,call,{AT},"{{""rubbish"": 1}}"\n',
        "line 2, situations: bad context",
    ),
    "a line too short": (f"{HEAD}\n1\n", "line 2, situations: unknown act"),
    "a line too long": (f"{HEAD}\n1,call,{AT},{{}},x\n", "line 2, situations: wrong width"),
    "a line without its id": (
        f"act,at,context,id\ncall,{AT},{{}}\n",
        "line 2, situations: wrong width",
    ),
    "an error in the third line": (f"{GOOD}2,call,,{{}}\n", "line 3, situations: bad time"),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_situations_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    text, words = SITUATIONS[name]
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    told = tell(None, "policy", "try", str(tmp_path / "t.csv"))
    assert told.code == 1
    assert told.err.startswith(words)
    assert len(told.err.splitlines()) == 1


@pytest.mark.parametrize(
    "data", [GOOD.encode("utf-16"), b"\xff\xfe\xfd", b'id,act,at,context\n"' * 9]
)
def test_situations_that_are_no_table(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "t.csv").write_bytes(data)
    told = tell(None, "policy", "try", str(tmp_path / "t.csv"))
    assert told.code == 1
    assert told.err.startswith((f"{tmp_path}/t.csv: no table in UTF-8: ", "line "))


OSM = '<osm version="0.6">{}</osm>'
NAMED = '<tag k="place" v="village"/><tag k="name" v="{}"/></node>'
NODE = '<node id="{}" version="1" lat="{}" lon="118.3">' + NAMED
MAPS = {
    "not there": (None, "No such file or directory"),
    "empty": (b"", ""),
    "not XML": (b"rubbish", "XML parsing error"),
    "cut off": (OSM.format("<node id='1'")[:-8].encode(), "XML parsing error"),
    "nothing in it": (OSM.format("").encode(), "the extract holds no features"),
    "a place nowhere": (
        OSM.format(NODE.format(1, 95, "x")).encode(),
        "the extract holds no features",
    ),
    "a place without a point": (
        OSM.format('<node id="1" version="1">' + NAMED.format("x")).encode(),
        "the extract holds no features",
    ),
}


@pytest.mark.parametrize("name", MAPS)
def test_an_extract_that_cannot_be_used(tmp_path: Path, name: str) -> None:
    """Leave the pack that is in use where it is."""
    data, words = MAPS[name]
    extract, pack = tmp_path / "city.osm", tmp_path / "city.mappack"
    if data is not None:
        extract.write_bytes(data)
    pack.write_bytes(b"the pack in use")
    told = tell(None, "mappack", "build", str(extract), "--out", str(pack))
    assert (told.code, told.out) == (1, "")
    assert told.err.startswith(f"{extract}: ")
    assert words in told.err
    assert pack.read_bytes() == b"the pack in use"
    assert sorted(p.name for p in tmp_path.iterdir() if p != extract) == ["city.mappack"]


def test_a_file_of_no_kind_that_is_known(tmp_path: Path) -> None:
    told = tell(None, "mappack", "build", __file__, "--out", str(tmp_path / "x.mappack"))
    assert told.code == 1
    assert told.err == f"{__file__}: Could not detect file format for filename '{__file__}'.\n"


@pytest.mark.filterwarnings("ignore:The 'shapely.ops.transform:DeprecationWarning")  # its encoder
def test_a_map_without_roads_has_no_road_times(tmp_path: Path) -> None:
    extract, pack = tmp_path / "city.osm", tmp_path / "city.mappack"
    places = NODE.format(1, 35.0, "一村") + NODE.format(2, 95, "无处")
    extract.write_text(OSM.format(places), encoding="utf-8")
    told = tell(None, "mappack", "build", str(extract), "--out", str(pack))
    assert (told.code, told.err) == (0, "")
    assert "without road times\n" in told.out
    assert "MB of pack for each MB of input" in told.out
    with sqlite3.connect(pack) as connection:
        assert connection.execute("SELECT name FROM places").fetchall() == [("一村",)]
    connection.close()
