"""Map packs at the server: checked, signed, numbered, handed out in parts, withdrawn."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from sync.cli.program import main as field_server
from sync.protocol.messages import CHUNK, Codes
from sync.protocol.published_map import (
    MapDistrust,
    MapNews,
    MapStanding,
    PublishedMap,
    trust_map,
)
from sync.server.map_files import file_of
from tests.server.house import MAP, House, problem
from tests.server.laptop import Bare, sha256
from tests.sync.office import administer, whereabouts

DATA = MAP.read_bytes()


def newest(laptop: Bare, after: int = 0) -> MapNews:
    answer = laptop.ask("GET", "/map", params={"after": str(after)})
    return msgspec.json.decode(answer.content, type=MapNews)


def told(laptop: Bare) -> PublishedMap:
    found = newest(laptop).map
    assert found is not None
    return found


def believed(laptop: Bare, serial: int = 0) -> MapStanding:
    return MapStanding(laptop.enrolled.branch_id, laptop.enrolled.policy_key, serial)


def another(folder: Path, name: str = "郊区") -> Path:
    """Return a whole pack that is not the house's."""
    from sync.protocol.map_pack import HASH, content_hash

    made = folder / "other.mappack"
    shutil.copyfile(MAP, made)
    with closing(sqlite3.connect(made)) as pack, pack:
        pack.execute("UPDATE metadata SET value = ? WHERE name = 'name'", (name,))
        sealed = content_hash(pack)
        pack.execute("UPDATE metadata SET value = ? WHERE name = ?", (sealed, HASH))
    return made


def refused(house: House, capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run `field-server mappack`, which must say no and change nothing; return why."""
    before = newest(house.crew["li"])
    capfd.readouterr()
    assert field_server(["mappack", *arguments, *whereabouts(house.data)]) == 1
    assert newest(house.crew["li"]) == before
    return capfd.readouterr().err


def test_a_laptop_is_told_with_its_hello_and_fetches_the_file_in_parts(house: House) -> None:
    li = house.crew["li"]
    hello, on_offer = li.hello(), told(li)
    assert (hello.map_serial, hello.map_name) == (on_offer.serial, on_offer.name)
    assert hello.map_hash == on_offer.content_hash
    assert (on_offer.sha256, on_offer.size) == (sha256(DATA), len(DATA))
    assert trust_map(newest(li), believed(li)) == on_offer
    assert newest(li, on_offer.serial).map is None
    whole = b""
    while len(whole) < on_offer.size:
        part = f"bytes={len(whole)}-{on_offer.size + 99}"
        answer = li.ask("GET", f"/map/{on_offer.sha256}", headers={"Range": part})
        assert answer.status_code == 206
        assert len(answer.content) <= CHUNK
        end = len(whole) + len(answer.content) - 1
        assert answer.headers["content-range"] == f"bytes {len(whole)}-{end}/{on_offer.size}"
        whole += answer.content
    assert whole == DATA


@pytest.mark.parametrize("part", ["", "bytes=0-", "lines=0-9", f"bytes={len(DATA)}-{10**11}"])
def test_what_is_no_part_of_it(house: House, part: str) -> None:
    headers = {"Range": part} if part else {}
    answer = house.crew["li"].ask("GET", f"/map/{sha256(DATA)}", headers=headers)
    assert answer.status_code == 416
    assert problem(answer) == Codes.WRONG_OFFSET


@pytest.mark.parametrize("name", ["..", "%2e%2e%2fserver.db", "0" * 64, "x"])
def test_no_other_file_can_be_fetched(house: House, name: str) -> None:
    headers = {"Range": "bytes=0-9"}
    assert house.crew["li"].ask("GET", f"/map/{name}", headers=headers).status_code == 404


def test_a_newer_map_takes_the_place_of_the_former(own_house: House, tmp_path: Path) -> None:
    li, before = own_house.crew["li"], told(own_house.crew["li"])
    line = administer(own_house.data, "mappack", "publish", str(another(tmp_path)))
    assert line.startswith(f"{before.serial + 1}\t郊区\t")
    now = trust_map(newest(li), believed(li, before.serial))
    assert isinstance(now, PublishedMap)
    old = li.ask("GET", f"/map/{before.sha256}", headers={"Range": "bytes=0-9"})
    assert old.status_code == 404
    assert not file_of(own_house.data, before.branch_id, before.sha256).exists()
    assert file_of(own_house.data, before.branch_id, now.sha256).exists()
    listed = administer(own_house.data, "mappack", "list").splitlines()
    assert [one.rpartition("\t")[2] for one in listed] == ["in force", "earlier"]
    assert "whole" in administer(own_house.data, "audit", "verify")


def test_a_withdrawal_is_told_and_signed(
    own_house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    li, before = own_house.crew["li"], told(own_house.crew["li"])
    administer(own_house.data, "mappack", "withdraw")
    hello = li.hello()
    assert (hello.map_serial, hello.map_name, hello.map_hash) == (before.serial + 1, "", "")
    now = trust_map(newest(li), believed(li, before.serial))
    assert isinstance(now, PublishedMap)
    assert now.withdrawn
    gone = li.ask("GET", f"/map/{before.sha256}", headers={"Range": "bytes=0-9"})
    assert gone.status_code == 404
    assert "no map is published" in refused(own_house, capfd, "withdraw")
    administer(own_house.data, "mappack", "publish", str(MAP))
    assert told(li).serial == before.serial + 2


def test_the_key_that_follows_signs_the_map_anew(own_house: House) -> None:
    li, before = own_house.crew["li"], told(own_house.crew["li"])
    administer(own_house.data, "policy", "rotate-key")
    again = trust_map(newest(li), believed(li, before.serial))
    assert isinstance(again, PublishedMap)
    assert (again.serial, again.sha256) == (before.serial + 1, before.sha256)
    forgotten = MapNews(newest(li).map)  # without the handover the old key does not lead there
    assert trust_map(forgotten, believed(li)) is MapDistrust.BAD_SIGNATURE
    answer = li.ask("GET", f"/map/{again.sha256}", headers={"Range": "bytes=0-9"})
    assert answer.content == DATA[:10]


def test_what_cannot_be_published(
    own_house: House, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert "in force already" in refused(own_house, capfd, "publish", str(MAP))
    none = tmp_path / "none.mappack"
    none.write_bytes(b"no pack")
    assert "is no map pack" in refused(own_house, capfd, "publish", str(none))
    cut = tmp_path / "cut.mappack"
    cut.write_bytes(DATA[: len(DATA) // 2])
    assert "is damaged" in refused(own_house, capfd, "publish", str(cut))
    other = another(tmp_path)
    with closing(sqlite3.connect(other)) as pack, pack:
        pack.execute("UPDATE metadata SET value = '99' WHERE name = 'version'")
    assert "another format" in refused(own_house, capfd, "publish", str(other))
    at = ("--branch", "nowhere")
    fresh = another(tmp_path)
    assert "no branch nowhere" in refused(own_house, capfd, "publish", str(fresh), *at)
    assert "is not after" in refused(own_house, capfd, "publish", str(fresh), "--serial", "1")
    gone = str(tmp_path / "gone.mappack")
    assert "gone.mappack" in refused(own_house, capfd, "publish", gone)


def test_a_file_that_is_not_beside_the_database_is_not_found(own_house: House) -> None:
    on_offer = told(own_house.crew["li"])
    file_of(own_house.data, on_offer.branch_id, on_offer.sha256).unlink()
    headers = {"Range": "bytes=0-9"}
    answer = own_house.crew["li"].ask("GET", f"/map/{on_offer.sha256}", headers=headers)
    assert answer.status_code == 404


def test_the_same_map_published_again_brings_its_file_back(own_house: House) -> None:
    """As behind a restore, which has no map files; laptops that met a higher serial need one."""
    li, on_offer = own_house.crew["li"], told(own_house.crew["li"])
    file_of(own_house.data, on_offer.branch_id, on_offer.sha256).unlink()
    administer(own_house.data, "mappack", "publish", str(MAP))
    assert told(li) == on_offer
    answer = li.ask("GET", f"/map/{on_offer.sha256}", headers={"Range": "bytes=0-9"})
    assert answer.content == DATA[:10]
    higher = str(on_offer.serial + 5)
    administer(own_house.data, "mappack", "publish", str(MAP), "--serial", higher)
    assert (told(li).serial, told(li).sha256) == (on_offer.serial + 5, on_offer.sha256)
