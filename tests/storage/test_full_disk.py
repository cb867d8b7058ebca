"""A full disk: said plainly, nothing half written, and the work goes on once there is room."""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from field_app.background.runner import Runner
from field_app.background.store_thread import StoreThread
from field_app.bootstrap.desk_setup import unlock
from field_app.operations import attachments, contacts
from field_app.operations.desk import Desk
from field_app.operations.submit import Changes, Saved, Written
from field_app.storage.trouble import DiskFull, VaultTrouble
from field_app.storage.vault import FILES
from sync.domain.outcome import refused
from sync.domain.vocabulary import Channel, ContactResult
from tests.storage.acts import call
from tests.storage.feed import MINE, page, put
from tests.storage.furnished_vault import KNOWN, PASSPHRASE, Furnished, case

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="needs a device that is full")
PNG = b"\x89PNG\r\n\x1a\n"


@contextmanager
def no_room_in_the_vault(furnished: Furnished) -> Iterator[None]:
    """Let the database grow by not one page."""
    [(pages,)] = furnished.rows("PRAGMA page_count")
    furnished.vault.connection.execute(f"PRAGMA max_page_count = {pages}")
    yield
    furnished.vault.connection.execute("PRAGMA max_page_count = 1073741823")


@contextmanager
def in_place_of(path: Path, device: str) -> Iterator[None]:
    """Put a device where a file was."""
    aside = path.with_name("aside")
    path.replace(aside)
    path.symlink_to(device)
    yield
    path.unlink()
    aside.replace(path)


def test_a_draft_too_large_leaves_the_one_before(furnished: Furnished) -> None:
    drafts = furnished.store.drafts
    drafts.save("visit/c1", b"first", furnished.clock.at)
    with no_room_in_the_vault(furnished):
        with pytest.raises(DiskFull):
            drafts.save("visit/c1", os.urandom(1 << 20), furnished.clock.at)
        assert drafts.load("visit/c1") == b"first"
    drafts.save("visit/c1", b"second", furnished.clock.at)
    assert furnished.reopened().drafts.load("visit/c1") == b"second"


def test_a_page_from_the_server_that_has_no_room_is_asked_again(furnished: Furnished) -> None:
    replica = furnished.store.replica
    before = list(replica.scope_states())
    coming = page(*(put(case(f"n{n}", "陈" * 400), commit=2, idx=n) for n in range(200)))
    with no_room_in_the_vault(furnished):
        with pytest.raises(DiskFull):
            replica.apply_page(coming)
        assert replica.scope_states() == before
        assert furnished.rows("SELECT count(*) FROM case_index") == [(3,)]
        assert furnished.rows("SELECT count(*) FROM replica WHERE id LIKE 'n%'") == [(0,)]
    replica.apply_page(coming)
    assert [s.cursor.commit_no for s in replica.scope_states() if s.scope == MINE] == [2]
    assert furnished.rows("SELECT count(*) FROM case_index") == [(203,)]


@linux_only
def test_without_room_for_the_journal_nothing_is_saved(furnished: Furnished) -> None:
    call(furnished, KNOWN.id)
    with in_place_of(furnished.journal, "/dev/full"), pytest.raises(DiskFull):
        call(furnished, KNOWN.id)
    assert furnished.store.replica.waiting_count() == 1
    assert call(furnished, KNOWN.id).seq == 2
    assert furnished.vault.journal.read().missing == ()


@linux_only
def test_without_room_for_a_photo_it_is_not_written(furnished: Furnished) -> None:
    folder = furnished.laptop.vault / FILES
    name = furnished.desk.ids.fresh()
    (folder / name).symlink_to("/dev/full")
    with pytest.raises(DiskFull):
        furnished.store.files.write(name, PNG)


def test_a_photo_whose_fact_has_no_room_leaves_no_file(furnished: Furnished) -> None:
    with no_room_in_the_vault(furnished), pytest.raises(DiskFull):
        attachments.add(furnished.desk, KNOWN.id, "照" * 30_000, PNG)
    assert list((furnished.laptop.vault / FILES).iterdir()) == []
    assert furnished.rows("SELECT count(*) FROM upload") == [(0,)]


@linux_only
def test_unlocking_on_a_disk_that_takes_nothing_is_trouble_and_opens_later(
    furnished: Furnished,
) -> None:
    import resource

    furnished.close()
    furnished.lock_with(None)
    before = furnished.database.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with pytest.raises(VaultTrouble):
            unlock(furnished.laptop, PASSPHRASE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert furnished.database.read_bytes() == before
    furnished.sit(unlock(furnished.laptop, PASSPHRASE))


def test_an_act_that_finds_no_room_is_answered_and_not_lost_in_a_log(
    furnished: Furnished,
) -> None:
    """The windows show a refusal's code in words; the same act goes through once there is room."""
    runner = Runner(StoreThread(), furnished.desk)
    told: list[Changes] = []
    runner.subscribe(told.append)
    note = "长" * 20_000

    def ring(desk: Desk) -> Written:
        return contacts.record(desk, KNOWN.id, Channel.PHONE, ContactResult.NO_ANSWER, note)

    with no_room_in_the_vault(furnished):
        assert asyncio.run(runner.act(ring)) == refused("vault.disk_full")
        assert told == []
        many = asyncio.run(runner.act_many(lambda desk: (ring(desk),)))
        assert many == (refused("vault.disk_full"),)
        assert told == [Changes()]
    assert isinstance(asyncio.run(runner.act(ring)), Saved)
    assert told[1:] == [Changes(frozenset({KNOWN.id}), frozenset({"contact"}))]
    runner.close()
