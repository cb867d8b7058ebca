"""A file that is not the vault that was written: always noticed, never half believed."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from field_app.storage import cipher
from field_app.storage.cipher import PAGE_SIZE, open_database
from field_app.storage.trouble import Damaged, VaultTrouble
from field_app.storage.vault import DATABASE, Vault
from sync.domain.records import Contact
from tests.storage.feed import page, put
from tests.storage.furnished_vault import KEY, KNOWN, Furnished, reminder

SALT = 16  # the first bytes of the file: random, and not needed, for the slot has the salt


@pytest.fixture
def closed(furnished: Furnished) -> Furnished:
    """Fill the vault to some dozens of pages and close it."""
    told = [reminder(KNOWN, days_ago) for days_ago in range(1, 60)]
    renamed = [put(_named(c, f"sms-{n}"), commit=2, idx=n) for n, c in enumerate(told)]
    furnished.store.replica.apply_page(page(*renamed))
    furnished.close()
    assert [p.name for p in furnished.laptop.vault.glob("*-wal")] == []
    return furnished


def _named(contact: Contact, record_id: str) -> Contact:
    return Contact(
        record_id, contact.case_id, contact.channel, contact.at, contact.result, note="约" * 400
    )


def opened(folder: Path) -> Vault:
    return Vault.open(folder, KEY, os.urandom)


def checked(folder: Path) -> Vault:
    """Open the vault as unlocking does, every page looked at."""
    vault = opened(folder)
    try:
        vault.verify()
    except Damaged:
        vault.close()
        raise
    return vault


def is_refused(furnished: Furnished, data: bytes) -> None:
    """Check that this content is no vault, that it is left as it is, and that others still are."""
    whole = furnished.database.read_bytes()
    furnished.database.write_bytes(data)
    with pytest.raises(Damaged):
        checked(furnished.laptop.vault)
    assert furnished.database.read_bytes() == data
    furnished.database.write_bytes(whole)
    checked(furnished.laptop.vault).close()


CUTS: dict[str, Callable[[int], int]] = {
    "to nothing": lambda _size: 0,
    "to one byte": lambda _size: 1,
    "inside the first page": lambda _size: PAGE_SIZE - 1,
    "to the first page": lambda _size: PAGE_SIZE,
    "in the middle of a page": lambda size: size // 2 + 77,
    "on a page's border": lambda size: size // 2 // PAGE_SIZE * PAGE_SIZE,
    "by the last page": lambda size: size - PAGE_SIZE,
    "by the last byte": lambda size: size - 1,
}


@pytest.mark.parametrize("cut", CUTS)
def test_a_cut_file_is_refused(closed: Furnished, cut: str) -> None:
    whole = closed.database.read_bytes()
    is_refused(closed, whole[: CUTS[cut](len(whole))])


def test_a_missing_file_is_not_made_anew(closed: Furnished) -> None:
    closed.database.unlink()
    with pytest.raises(Damaged):
        opened(closed.laptop.vault)
    assert not closed.database.exists()


def test_a_plain_database_in_its_place_is_refused(closed: Furnished, tmp_path: Path) -> None:
    plain = tmp_path / "plain.db"
    connection = sqlite3.connect(plain)
    connection.execute("CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL)")
    connection.execute(f"PRAGMA application_id = {cipher.APPLICATION_ID}")
    connection.commit()
    connection.close()
    is_refused(closed, plain.read_bytes())


def test_another_encrypted_file_in_its_place_is_refused(closed: Furnished, tmp_path: Path) -> None:
    foreign = open_database(tmp_path / "foreign.db", KEY, create=True)
    foreign.execute("CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL)")
    foreign.close()
    is_refused(closed, (tmp_path / "foreign.db").read_bytes())
    is_refused(closed, os.urandom(4 * PAGE_SIZE))


def flipped(data: bytes, at: int) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 0x10
    return bytes(changed)


@pytest.mark.parametrize("at", [SALT, 100, PAGE_SIZE - 1])
def test_a_flipped_bit_in_the_header_is_refused(closed: Furnished, at: int) -> None:
    is_refused(closed, flipped(closed.database.read_bytes(), at))


def test_a_torn_first_sector_costs_no_data(closed: Furnished) -> None:
    """With the salt kept in the slot, the bytes before the first page's content do not matter."""
    whole = closed.database.read_bytes()
    closed.database.write_bytes(bytes(SALT) + whole[SALT:])
    store = closed.open()
    store.vault.verify()
    assert closed.rows("SELECT count(*) FROM case_index") == [(3,)]


def test_a_flipped_bit_is_found_in_every_page_by_its_number(closed: Furnished) -> None:
    whole = closed.database.read_bytes()
    pages = len(whole) // PAGE_SIZE
    assert pages > 30
    for number in range(2, pages + 1):
        at = (number - 1) * PAGE_SIZE + number * 131 % PAGE_SIZE
        closed.database.write_bytes(flipped(whole, at))
        vault = opened(closed.laptop.vault)
        try:
            [problem] = cipher.integrity_problems(vault.connection)
            assert problem.endswith(f"page {number}")
            with pytest.raises(Damaged):
                vault.verify()
        finally:
            vault.close()


def test_swapped_pages_are_found(closed: Furnished) -> None:
    whole = closed.database.read_bytes()
    third, fourth = (whole[n * PAGE_SIZE : (n + 1) * PAGE_SIZE] for n in (2, 3))
    swapped = whole[: 2 * PAGE_SIZE] + fourth + third + whole[4 * PAGE_SIZE :]
    closed.database.write_bytes(swapped)
    vault = opened(closed.laptop.vault)
    assert len(cipher.integrity_problems(vault.connection)) == 2
    vault.close()


def test_a_broken_page_met_in_the_day_is_damage_and_not_a_crash(closed: Furnished) -> None:
    whole = closed.database.read_bytes()
    closed.open()
    [(root,)] = closed.rows("SELECT rootpage FROM sqlite_master WHERE name = 'audit'")
    assert isinstance(root, int)
    closed.close()
    closed.database.write_bytes(flipped(whole, (root - 1) * PAGE_SIZE + 500))
    store = closed.open()
    with pytest.raises(Damaged):
        store.audit.first_broken()
    # SQLCipher lets nothing more be written to a file it found broken.
    with pytest.raises(VaultTrouble):
        store.drafts.save("visit/c1", b"half", closed.clock.at)


def test_what_a_power_cut_left_in_the_log_is_whole(closed: Furnished, tmp_path: Path) -> None:
    store = closed.open()
    store.drafts.save("visit/c1", b"half filled in", closed.clock.at)
    left = tmp_path / "left"
    shutil.copytree(closed.laptop.vault, left)
    assert (left / f"{DATABASE}-wal").stat().st_size > 0
    vault = checked(left)
    row = vault.connection.execute("SELECT body FROM draft").fetchone()
    assert row == (b"half filled in",)
    vault.close()


def test_a_torn_page_whose_copy_is_in_the_log_is_no_damage(
    closed: Furnished, tmp_path: Path
) -> None:
    store = closed.open()
    store.drafts.save("visit/c1", b"half filled in", closed.clock.at)
    [(root,)] = closed.rows("SELECT rootpage FROM sqlite_master WHERE name = 'draft'")
    assert isinstance(root, int)
    left = tmp_path / "left"
    shutil.copytree(closed.laptop.vault, left)
    torn = (left / DATABASE).read_bytes()
    (left / DATABASE).write_bytes(flipped(torn, (root - 1) * PAGE_SIZE + 4096))
    checked(left).close()


def test_an_empty_log_beside_a_whole_file_changes_nothing(closed: Furnished) -> None:
    (closed.laptop.vault / f"{DATABASE}-wal").write_bytes(b"")
    closed.open().vault.verify()
    assert closed.rows("SELECT count(*) FROM case_index") == [(3,)]


def test_a_bug_in_a_statement_is_not_called_trouble(furnished: Furnished) -> None:
    connection = furnished.vault.connection
    for statement in ("SELEC 1", "SELECT fullname FROM draft", "INSERT INTO draft VALUES (1)"):
        with pytest.raises(Exception, match=r"syntax|no such column|columns") as caught:
            connection.execute(statement)
        assert not isinstance(caught.value, VaultTrouble)
    with pytest.raises(Exception, match="UNIQUE") as unique:
        connection.executemany("INSERT INTO draft VALUES (?, ?, ?)", [("a", b"", "")] * 2)
    assert not isinstance(unique.value, VaultTrouble)
