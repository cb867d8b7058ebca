"""The bank's map on its way to a laptop: asked for, resumed, checked, and never a wrong one."""

import errno
import os
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from field_app.background.map_shelf import MapShelfHop
from field_app.background.store_thread import StoreThread
from field_app.bootstrap.workshop import maps_of
from field_app.maps import map_files
from field_app.maps.pack import MapPack
from field_app.storage.map_notices import MapState
from sync.engine.engine import SyncReport, sync_once
from sync.engine.http_transport import HttpTransport
from sync.engine.pace import Pace
from sync.engine.ports import Progress
from sync.engine.trouble import Trouble
from sync.protocol.map_pack import HASH, content_hash
from sync.protocol.messages import CHUNK
from sync.protocol.published_map import MapDistrust, PublishedMap, sign_map
from sync.server.map_files import file_of
from sync.server.policy_key import signing_key
from sync.server.repositories import maps
from tests.sync.office import ROOT, Office, Seat, administer, never, unheard
from tests.sync.relay import raw, relay_to
from tests.sync.rules import BRANCH, at_the_server, pinned_key

# How a laptop takes a map does not depend on the server's database.
pytestmark = pytest.mark.parametrize("furnished", ["sqlite"], indirect=True)
MAP = ROOT / "resources" / "sample" / "city.mappack"


class HereAndNow(StoreThread):
    """Runs on the caller's thread, which is the one that opened the vault."""

    def hop(self, act: Any) -> Any:
        return act()


def publish(office: Office, file: Path = MAP) -> None:
    administer(office.server.data, "mappack", "publish", str(file))


def state(seat: Seat) -> MapState:
    return seat.desk.store.map_notices.state()


def sync(seat: Seat, line: HttpTransport | None = None, **told: Any) -> SyncReport:
    """Sync once, with the laptop's shelf for maps."""
    files = maps_of(seat.laptop, seat.profile)
    shelf = MapShelfHop(HereAndNow(), seat.desk.store.map_notices, files)
    given = {"on_progress": unheard, "cancelled": never} | told
    return sync_once(seat.desk.store.replica, line or seat.line, shelf=shelf, **given)


def want(seat: Seat) -> None:
    seat.desk.store.map_notices.want(True)


def place(seat: Seat) -> Path:
    here = state(seat).here
    assert here is not None
    return maps_of(seat.laptop, seat.profile).whole(here)


def maps_here(seat: Seat) -> list[str]:
    return sorted(p.name for p in (seat.laptop.home / "maps").rglob("*.*"))


def another(folder: Path) -> Path:
    """Return a whole pack with another name."""
    made = folder / "other.mappack"
    shutil.copyfile(MAP, made)
    with closing(sqlite3.connect(made)) as pack, pack:
        pack.execute("UPDATE metadata SET value = '郊区' WHERE name = 'name'")
        sealed = content_hash(pack)
        pack.execute("UPDATE metadata SET value = ? WHERE name = ?", (sealed, HASH))
    return made


def forge(office: Office, **changed: object) -> None:
    """Change what the server offers, signed by the bank's own key under the next serial."""
    told = at_the_server(office.server, lambda s: maps.newest(s, BRANCH))
    assert told is not None
    other = msgspec.structs.replace(told, serial=told.serial + 1, **changed)
    signed = sign_map(other, signing_key(office.server.data, pinned_key(office.server)))
    at_the_server(office.server, lambda s: maps.add(s, signed))


def test_a_map_is_told_and_comes_only_when_it_is_asked_for(office: Office) -> None:
    publish(office)
    li = office.seat("li")
    with relay_to(office.server.address) as relay:
        line = li.line_to(relay.address)
        sync(li, line)
        assert [r for r in relay.seen if "/map" in r] == ["GET /sync/v1/map?after=0"]
        relay.seen.clear()
        sync(li, line)
        assert [r for r in relay.seen if "/map" in r] == []
        line.close()
    newer = state(li).newer
    assert newer is not None
    assert newer.size == MAP.stat().st_size
    assert maps_here(li) == []
    want(li)
    seen: list[Progress] = []
    sync(li, on_progress=seen.append)
    assert [p.bytes_done for p in seen if p.phase == "map"] == [0, CHUNK]
    assert place(li).read_bytes() == MAP.read_bytes()
    assert stat.S_IMODE(place(li).stat().st_mode) == 0o444
    assert (state(li).newer, state(li).wanted, state(li).trouble) == (None, False, "")
    pack = MapPack.open(place(li))
    pack.check(li.laptop.home / "roads")
    pack.close()
    li = office.reopened(li)
    assert place(li).exists()


def test_a_map_comes_by_itself_slowly_unless_it_was_stopped(office: Office, tmp_path: Path) -> None:
    """Say each time whether it may: by setting, when nobody works."""
    publish(office)
    li = office.seat("li")
    notices = li.desk.store.map_notices
    assert not notices.let_come(may=True)  # nothing is known of yet
    sync(li)
    assert not notices.let_come(may=False)
    assert not state(li).wanted
    assert notices.let_come(may=True)
    assert (state(li).wanted, state(li).by_itself) == (True, True)
    waited: list[float] = []
    clock = iter(range(10_000))
    slow = Pace(lambda: next(clock) / 1000, waited.append, 100_000)
    sync(li, map_pace=slow, cancelled=lambda: len(waited) >= 2)
    assert len(waited) == 2
    assert all(0.9 < seconds <= 1 for seconds in waited)  # pieces of a second each
    begun = sum(p.stat().st_size for p in (li.laptop.home / "maps").rglob("*.*"))
    assert 0 < begun < MAP.stat().st_size
    assert not notices.let_come(may=False)  # somebody works again: what is here is kept
    assert not state(li).wanted
    notices.want(False)
    assert not notices.let_come(may=True)  # a person has stopped it
    notices.want(True)
    assert not notices.let_come(may=True)  # it is asked for, and no longer comes by itself
    assert (state(li).wanted, state(li).by_itself) == (True, False)
    seen: list[Progress] = []
    sync(li, on_progress=seen.append)
    assert next(p.bytes_done for p in seen if p.phase == "map") == begun
    assert place(li).read_bytes() == MAP.read_bytes()
    assert not notices.let_come(may=True)
    notices.want(False)
    publish(office, another(tmp_path))
    sync(li)
    assert notices.let_come(may=True)  # the next one is another matter
    notices.note(MapDistrust.GONE)
    assert not notices.let_come(may=True)


def test_a_cut_line_goes_on_where_it_was(office: Office) -> None:
    publish(office)
    li = office.seat("li")
    sync(li)
    want(li)
    with relay_to(office.server.address) as relay:
        relay.spoiled, relay.left, relay.spoil = "/map/", 1, raw(b"")
        line = li.line_to(relay.address)
        with pytest.raises(Trouble):
            sync(li, line)
        line.close()
    [part] = (li.laptop.home / "maps").rglob("*.part")
    assert part.stat().st_size == CHUNK
    assert state(li).wanted
    li = office.reopened(li)
    seen: list[Progress] = []
    sync(li, on_progress=seen.append)
    assert [p.bytes_done for p in seen if p.phase == "map"] == [CHUNK]
    assert place(li).read_bytes() == MAP.read_bytes()


def test_a_stopped_fetch_leaves_what_came(office: Office) -> None:
    publish(office)
    li = office.seat("li")
    sync(li)
    want(li)
    done: list[int] = []

    def note(step: Progress) -> None:
        if step.phase == "map":
            done.append(step.bytes_done)

    sync(li, on_progress=note, cancelled=lambda: bool(done))
    assert state(li).here is None
    assert maps_here(li)[0].endswith(".part")
    sync(li)
    assert place(li).exists()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"content_hash": "ab" * 32}, MapDistrust.DAMAGED),
        ({"region": (1.0, 2.0, 3.0, 4.0)}, MapDistrust.OTHER_REGION),
        ({"format": 99}, MapDistrust.OTHER_FORMAT),
    ],
    ids=["content", "region", "format"],
)
def test_a_map_that_is_not_what_was_signed_is_not_taken(
    office: Office, tmp_path: Path, changed: dict[str, object], why: MapDistrust
) -> None:
    publish(office)
    li = office.seat("li")
    sync(li)
    want(li)
    sync(li)
    before = place(li)
    publish(office, another(tmp_path))
    forge(office, **changed)
    sync(li)
    want(li)
    sync(li)
    if why is not MapDistrust.OTHER_FORMAT:  # that one is not even fetched
        assert state(li).trouble == why
        assert not state(li).wanted
    assert place(li) == before
    assert maps_here(li) == [before.name]


def test_bytes_that_were_changed_at_the_server_are_not_taken(office: Office) -> None:
    publish(office)
    told = at_the_server(office.server, lambda s: maps.newest(s, BRANCH))
    assert told is not None
    file = file_of(office.server.data, BRANCH, told.sha256)
    spoiled = bytearray(file.read_bytes())
    spoiled[len(spoiled) // 2] ^= 1
    file.write_bytes(spoiled)
    li = office.seat("li")
    sync(li)
    want(li)
    sync(li)
    assert state(li).trouble == MapDistrust.DAMAGED
    assert maps_here(li) == []
    file.unlink()
    want(li)
    sync(li)
    assert state(li).trouble == MapDistrust.GONE


def test_a_forged_or_an_older_description_is_not_believed(office: Office) -> None:
    publish(office)
    li = office.seat("li")
    sync(li)
    first = state(li).offered
    assert first is not None
    forged = msgspec.structs.replace(first, serial=7, name="假")
    at_the_server(office.server, lambda s: maps.add(s, forged))
    sync(li)
    assert state(li).trouble == MapDistrust.BAD_SIGNATURE
    assert state(li).offered == first
    at_the_server(office.server, lambda s: s.run("DELETE FROM map_notice"))
    sync(li)
    assert state(li).trouble == MapDistrust.OLDER
    assert state(li).offered == first


def test_the_key_that_follows_brings_no_map_twice(office: Office) -> None:
    publish(office)
    li = office.seat("li")
    sync(li)
    want(li)
    sync(li)
    administer(office.server.data, "policy", "rotate-key")
    sync(li)
    offered = state(li).offered
    assert offered is not None
    assert offered.serial == 2
    assert state(li).newer is None
    administer(office.server.data, "mappack", "withdraw")
    sync(li)
    assert state(li).withdrawn
    assert place(li).exists()


def test_a_full_disk_is_told_and_nothing_is_lost(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(office)
    li = office.seat("li")
    sync(li)
    want(li)

    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(map_files.os, "fsync", full)
        sync(li)
    assert state(li).trouble == MapDistrust.FULL_DISK
    assert not state(li).wanted
    with monkeypatch.context() as patched:
        patched.setattr(map_files, "SPARE", 1 << 62)
        want(li)
        sync(li)
    assert state(li).trouble == MapDistrust.FULL_DISK
    want(li)
    sync(li)
    assert place(li).read_bytes() == MAP.read_bytes()
    assert isinstance(state(li).here, PublishedMap)
