"""A map pack is believed whole or not at all, and finds places and streets by name."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from unittest import mock

import pytest

from field_app.maps.pack import MapPack, PackUnusable
from field_app.settings.settings import resources_folder

SAMPLE = resources_folder() / "sample" / "city.mappack"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copy(SAMPLE, tmp_path / "city.mappack"))


def changed(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(sql)


def trouble(path: Path, notes: Path) -> str:
    with pytest.raises(PackUnusable) as refused:
        MapPack.open(path).check(notes)
    return refused.value.code


def test_a_whole_pack_is_read_through_once(copy: Path, tmp_path: Path) -> None:
    pack = MapPack.open(copy)
    pack.check(tmp_path / "notes")
    [note] = (tmp_path / "notes").iterdir()
    pack.check(tmp_path / "notes")
    assert [*(tmp_path / "notes").iterdir()] == [note]
    assert pack.info.licence == "CC0-1.0"
    pack.close()


DAMAGE = {
    "tile": "UPDATE tiles SET tile_data = x'00' WHERE rowid = 7",
    "tile away": "DELETE FROM tiles WHERE rowid = 7",
    "place": "UPDATE places SET lat = lat + 0.001 WHERE rowid = 1",
    "roads": "UPDATE roads SET archive = zeroblob(10)",
    "words": "UPDATE metadata SET value = 'mine' WHERE name = 'attribution'",
}


@pytest.mark.parametrize("what", DAMAGE)
def test_what_is_changed_is_damaged(copy: Path, tmp_path: Path, what: str) -> None:
    changed(copy, DAMAGE[what])
    assert trouble(copy, tmp_path / "notes") == "map.damaged"


def test_a_pack_cut_off_is_damaged(copy: Path, tmp_path: Path) -> None:
    copy.write_bytes(copy.read_bytes()[:100_000])
    assert trouble(copy, tmp_path / "notes") == "map.damaged"


@pytest.mark.parametrize("content", [b"", b"x", b"no map at all\n" * 1000])
def test_another_file_is_no_pack(tmp_path: Path, content: bytes) -> None:
    other = tmp_path / "other.mappack"
    other.write_bytes(content)
    assert trouble(other, tmp_path / "notes") == "map.not_a_pack"


def test_what_is_not_there_is_missing(tmp_path: Path) -> None:
    assert trouble(tmp_path / "none.mappack", tmp_path / "notes") == "map.missing"
    assert trouble(tmp_path, tmp_path / "notes") == "map.missing", "a folder"


# As for an account that may not open it, or look into its folder; tests may run as root.
CLOSED = {
    "sqlite3.connect": sqlite3.OperationalError("unable to open database file"),
    "pathlib.Path.is_file": PermissionError(13, "Permission denied"),
}


@pytest.mark.parametrize("what", CLOSED)
def test_what_may_not_be_read_says_so(copy: Path, tmp_path: Path, what: str) -> None:
    with mock.patch(what, side_effect=CLOSED[what]):
        assert trouble(copy, tmp_path / "notes") == "map.unreadable"


def test_another_format_is_named(copy: Path, tmp_path: Path) -> None:
    changed(copy, "UPDATE metadata SET value = '99' WHERE name = 'version'")
    assert trouble(copy, tmp_path / "notes") == "map.other_format"


def test_places_and_streets_are_found_by_a_part_of_their_name() -> None:
    pack = MapPack.open(SAMPLE)
    [street] = [p for p in pack.find("路", 100) if p.kind == "street"][:1]
    again = pack.find(street.name, 8)
    assert again[0] == street
    assert pack.info.holds((street.lat, street.lon))
    assert pack.find("no such place", 8) == ()
    pack.close()
