"""Vaults of other versions: older ones grow with all they hold, newer ones are left alone."""

import os
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from field_app.storage import schema
from field_app.storage.case_lists import Wanted
from field_app.storage.outbox import Outbox, Signer
from field_app.storage.profile import keep_profile
from field_app.storage.trouble import TooNew
from field_app.storage.vault import Vault
from sync.domain.commands import RecordContact
from sync.domain.ids import BranchId, MutationId
from sync.domain.outcome import Change
from sync.domain.records import case_of, encode_record, kind_of
from sync.protocol.envelope import envelope_hash, verifies
from tests.storage.acts import call
from tests.storage.feed import MINE
from tests.storage.furnished_vault import (
    DEVICE,
    FIRST_PULL,
    KEY,
    KNOWN,
    LI,
    NOW,
    OTHERS,
    Furnished,
    laptop_at,
    profile_of_li,
    reminder,
)

NEXT = max(schema.steps()) + 1
COLUMN = "ALTER TABLE outbox ADD COLUMN looked_at TEXT NOT NULL DEFAULT 'never'"
BROKEN = f"{COLUMN}; CREATE INDEX outbox_mid ON outbox (no_such_column)"


def with_next_step(monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    """Let the program be one release newer, with this migration."""
    grown = schema.steps() | {NEXT: sql}
    monkeypatch.setattr(schema, "steps", lambda: grown)


def version(furnished: Furnished) -> int:
    return schema.version(furnished.vault.connection)


def columns(furnished: Furnished, table: str) -> list[object]:
    return [row[1] for row in furnished.rows(f"PRAGMA table_info({table})")]


@pytest.fixture
def busy(furnished: Furnished) -> Furnished:
    """Fill the outbox, keep a draft and close."""
    for number in range(30):
        call(furnished, (KNOWN, *OTHERS)[number % 3].id, f"第 {number} 次")
    furnished.store.drafts.save("visit/c1", b"half", furnished.clock.at)
    furnished.close()
    return furnished


def test_migrations_are_numbered_without_a_gap() -> None:
    assert list(schema.steps()) == list(range(1, NEXT))


def test_an_older_vault_grows_with_its_full_outbox(
    busy: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_next_step(monkeypatch, COLUMN)
    store = busy.open()
    assert version(busy) == schema.MAJOR * 1000 + NEXT
    assert "looked_at" in columns(busy, "outbox")
    envelopes = store.replica.waiting(100, 1 << 20)
    assert [e.seq for e in envelopes] == list(range(1, 31))
    key = busy.desk.signer.key.public_key()
    assert all(verifies(e, key) for e in envelopes)
    assert all(later.prev_hash == envelope_hash(e) for e, later in pairwise(envelopes))
    assert store.drafts.load("visit/c1") == b"half"
    assert call(busy, KNOWN.id).seq == 31
    assert store.audit.first_broken() is None


@pytest.mark.parametrize("released", schema.steps())
def test_a_vault_of_every_released_version_grows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, released: int
) -> None:
    """Made as that release made it, with cases in it and work unsent."""
    older = laptop_at(tmp_path / "home")
    vault = made_by(older, monkeypatch, released)
    fill(vault)
    vault.close()

    store = older.open()
    assert version(older) == schema.MAJOR * 1000 + NEXT - 1
    assert store.replica.waiting_count() == 3
    assert [r.id for r in store.lists.page(Wanted(text="shanxiaoming"), None, 9)] == [KNOWN.id]
    listed = store.lists.page(Wanted(), None, 9)
    assert {row.id: row.pending for row in listed} == {"c1": 1, "c2": 0, "c3": 0}
    assert call(older, KNOWN.id).seq == 4
    older.close()


def made_by(older: Furnished, monkeypatch: pytest.MonkeyPatch, released: int) -> Vault:
    """Make a vault as a release made it."""
    older.laptop.vault.mkdir(parents=True)
    with monkeypatch.context() as then:
        known = {n: sql for n, sql in schema.steps().items() if n <= released}
        then.setattr(schema, "steps", lambda: known)
        vault = Vault.create(older.laptop.vault, KEY, os.urandom)
    assert schema.version(vault.connection) == schema.MAJOR * 1000 + released
    return vault


@pytest.mark.parametrize("released", schema.steps())
def test_every_row_of_every_released_version_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, released: int
) -> None:
    older = laptop_at(tmp_path / "home")
    vault = made_by(older, monkeypatch, released)
    fill(vault)
    fill_tables(vault, released)
    held = everything(vault)
    assert [table for table in held if not held[table]] == []
    vault.close()
    vault = Vault.open(older.laptop.vault, KEY, os.urandom)
    assert schema.version(vault.connection) == schema.MAJOR * 1000 + NEXT - 1
    assert everything(vault, tuple(held)) == held
    vault.close()


def fill(vault: Vault) -> None:
    """Write cases and unsent work with the tables that every version has."""
    keep_profile(vault, profile_of_li())
    pen = Ed25519PrivateKey.from_private_bytes(profile_of_li().device_key)
    signer = Signer(BranchId("b1"), LI.id, DEVICE, pen, "boot", lambda: 5)
    with vault.transaction() as connection:
        for record in FIRST_PULL:
            kind, case_id = kind_of(record), case_of(record) or ""
            connection.execute(
                "INSERT INTO replica VALUES (?, ?, 1, ?, ?)",
                (kind, record.id, case_id, encode_record(record)),
            )
            connection.execute("INSERT INTO membership VALUES (?, ?, ?)", (MINE, kind, record.id))
        for number in range(3):
            told = reminder(KNOWN, number + 1)
            fact = msgspec.structs.replace(told, id=f"k{number}", imported=False)
            mid = MutationId(f"m{number}")
            Outbox(vault).add(mid, RecordContact(fact), (Change(fact, 0),), signer, NOW)


# What later steps brought, filled as their program did; each column named, for more may come.
SINCE = {
    1: (
        "INSERT INTO draft VALUES ('visit/c1', x'00ff', '2026-03-02T08:00:00+00:00')",
        "INSERT INTO sync_run (began_at, ended_at, sent, received, trouble) "
        "VALUES ('2026-03-02', '2026-03-02', 3, 40, 'sync.busy')",
        "INSERT INTO upload (id, mid, size, sha256) VALUES ('a1', 'm0', 9, 'ab')",
        "INSERT INTO scope_state (scope, epoch, commit_no, idx) VALUES ('officer:o1', 'e1', 7, 2)",
    ),
    3: ("INSERT INTO policy (serial, bundle) VALUES (4, x'0102')",),
    4: (
        "INSERT INTO checkpoint (size, root, body, state) VALUES (9, 'ab', x'03', 'proven')",
        "INSERT INTO checkpoint (size, root, body, state) VALUES (12, 'cd', x'04', 'seen')",
    ),
    5: ("INSERT INTO incident (at, what, records) VALUES ('2026-03-02', 'repaired', 2)",),
    6: (
        "INSERT INTO scope_state (scope, epoch, commit_no, idx, floor) "
        "VALUES ('team:north', 'e1', 7, 2, 5)",
    ),
}
TABLES = (
    *("outbox", "replica", "membership", "overlay", "draft", "sync_run", "upload", "scope_state"),
    *("policy", "checkpoint", "incident"),
)


def fill_tables(vault: Vault, released: int) -> None:
    """Write a row into every table that this release had and the acts did not fill."""
    with vault.transaction() as connection:
        for step, statements in SINCE.items():
            for statement in statements if step <= released else ():
                connection.execute(statement)


def everything(
    vault: Vault, tables: tuple[str, ...] = TABLES
) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of these tables, as far as there are such, by the columns of the first step.

    A column that came later stands last and is left out.
    """
    ask = vault.connection.execute
    there = {str(row[0]) for row in ask("SELECT name FROM sqlite_master").fetchall()}
    later = {"outbox": {"before"}, "scope_state": {"floor"}}
    found = {}
    for table in (name for name in tables if name in there):
        columns = [str(row[1]) for row in ask(f"PRAGMA table_info({table})").fetchall()]
        wanted = ", ".join(c for c in columns if c not in later.get(table, set()))
        found[table] = ask(f"SELECT {wanted} FROM {table} ORDER BY 1, 2, 3").fetchall()
    return found


def test_growing_twice_changes_nothing(busy: Furnished) -> None:
    busy.open()
    before = busy.rows("SELECT name, sql FROM sqlite_master ORDER BY name")
    assert schema.bring_up_to_date(busy.vault.connection) == version(busy)
    assert busy.rows("SELECT name, sql FROM sqlite_master ORDER BY name") == before


def test_a_migration_that_fails_leaves_the_older_vault(
    busy: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as newer:
        with_next_step(newer, BROKEN)
        with pytest.raises(Exception, match="no_such_column"):
            busy.open()
    store = busy.open()
    assert version(busy) == schema.MAJOR * 1000 + NEXT - 1
    assert "looked_at" not in columns(busy, "outbox")
    assert store.replica.waiting_count() == 30


def test_a_vault_of_a_newer_minor_version_is_used_as_it_is(busy: Furnished) -> None:
    busy.open()
    busy.vault.connection.execute(COLUMN)
    busy.vault.connection.execute(f"PRAGMA user_version = {schema.MAJOR * 1000 + 900}")
    store = busy.reopened()
    assert version(busy) == schema.MAJOR * 1000 + 900
    assert call(busy, KNOWN.id).seq == 31
    assert store.replica.waiting_count() == 31


def test_a_vault_of_a_newer_major_version_is_refused_and_not_touched(busy: Furnished) -> None:
    busy.open()
    busy.vault.connection.execute(f"PRAGMA user_version = {(schema.MAJOR + 1) * 1000 + 1}")
    busy.close()
    before = busy.database.read_bytes()
    for _ in range(2):  # the first refusal lets the vault go
        with pytest.raises(TooNew):
            Vault.open(busy.laptop.vault, KEY, os.urandom)
    assert busy.database.read_bytes() == before
