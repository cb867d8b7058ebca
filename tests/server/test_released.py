"""Databases as each released program left them grow to the newest schema with all they hold.

`tests/data/released` has the dump of each step on either database, made by the program of that step
after a day with three laptops: an import of thirty cases, a whole visit, calls, a reassignment.
"""

import lzma
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from sync.cli.arguments import build_parser
from sync.cli.program import settings_of
from sync.domain.records import KINDS, decode_record
from sync.protocol.envelope import decode_envelope
from sync.server.migrations.upgrading import NEWEST, STEPS, is_newest, upgrade
from sync.server.repositories.session import Database, Session
from tests.server.house import at_database
from tests.server.terminal import contents, tell
from tests.sync.office import DATABASE_URL, DATABASES, whereabouts
from tools.postgres import Cluster

DUMPS = Path(__file__).parents[1] / "data" / "released"
RELEASED = sorted(path.name[1:5] for path in STEPS.glob("s*.py"))[:-1]
KEPT = ("account", "branch", "feed", "record", "team")  # by every step as they were


# The oldest goes through every step; the plain run tries it on both, and the newest on one.
PLAIN = {(RELEASED[0], "sqlite"), (RELEASED[0], "postgresql"), (RELEASED[-1], "sqlite")}
MADE = [
    pytest.param((step, kind), id=f"{step}-{kind}", marks=() if plain else pytest.mark.long)
    for step in RELEASED
    for kind in DATABASES
    for plain in ((step, kind) in PLAIN,)
]


@pytest.fixture(params=MADE)
def left(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """Bring the database of a release back to life in a folder of its own."""
    step, kind = request.param
    dump = lzma.decompress((DUMPS / f"{step}.{kind}.sql.xz").read_bytes()).decode()
    if kind == "sqlite":
        with sqlite3.connect(tmp_path / "server.db") as database:
            database.executescript(dump)
        database.close()
        yield tmp_path
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = cluster.database("template0")
    script = cluster.folder / "released.sql"
    script.write_text(dump, encoding="utf-8")
    cluster.run("psql", cluster.url(name), "-v", "ON_ERROR_STOP=1", "-q", "-f", str(script))
    (tmp_path / DATABASE_URL).write_text(cluster.url(name))
    yield tmp_path
    cluster.drop(name)


def rows(data: Path, sql: str) -> list[Any]:
    """Return what a statement finds, as plain values."""

    async def read(session: Session) -> list[Any]:
        found = await session.rows(sql)
        return [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in found]

    async def look(database: Database) -> list[Any]:
        return await database.read(read)

    return at_database(data, look)


def standing(data: Path) -> dict[str, list[Any]]:
    """Return every row of the tables no step changes, and of others what all of them have."""
    found = {table: sorted(map(repr, rows(data, f"SELECT * FROM {table}"))) for table in KEPT}
    sent = "SELECT branch_id, mid, device_id, seq, envelope, result, commit_no FROM mutation"
    laptops = (
        "SELECT branch_id, id, account_id, name, public_key, token_hash, state, last_seq, "
        "chain_hash, enrolled_at, seen_at FROM device"
    )
    grown = {"mutation": sent, "device": laptops}
    return found | {table: sorted(map(repr, rows(data, sql))) for table, sql in grown.items()}


@pytest.mark.parametrize("kind", DATABASES)
def test_there_is_a_dump_of_every_release(kind: str) -> None:
    there = sorted(path.name[:4] for path in DUMPS.glob(f"*.{kind}.sql.xz"))
    assert there == RELEASED


def test_a_released_database_grows(left: Path) -> None:
    before = standing(left)
    leaves = rows(left, "SELECT count(*) FROM audit_leaf")[0][0]
    assert min(len(found) for found in before.values()) > 0
    assert len(before["record"]) > 30
    settings = settings_of(build_parser().parse_args(["init", *whereabouts(left)]))
    assert not is_newest(settings)
    assert "older program" in tell(left, "audit", "verify").err

    upgrade(settings)
    assert is_newest(settings)
    assert standing(left) == before
    told = tell(left, "init", "--branch-name", "云川分行")
    assert told.code == 0, told
    assert "is whole" in tell(left, "audit", "verify").out
    assert rows(left, "SELECT count(*) FROM audit_leaf")[0][0] >= leaves
    check_read(left)
    once = contents(left)
    upgrade(settings)
    assert contents(left) == once


def check_read(data: Path) -> None:
    """Let today's program read every record, envelope and sum of it."""
    stands = rows(data, "SELECT kind, body FROM record")
    assert all(isinstance(decode_record(k, body), KINDS[k]) for k, body in stands)
    sent = rows(data, "SELECT mid, seq, envelope FROM mutation")
    assert all(decode_envelope(e).mid == mid for mid, _, e in sent)
    folded = rows(data, "SELECT count(*) FROM scope_row")[0][0]
    assert folded == rows(data, "SELECT sum(n) FROM scope_sum")[0][0] > 0


@contextmanager
def ending(at: int) -> Iterator[list[int]]:
    """End what upgrades a database before its n-th statement; tell how many were left to come."""
    left = [at]

    def count(*_statement: Any) -> None:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt

    event.listen(Engine, "before_cursor_execute", count)
    try:
        yield left
    finally:
        event.remove(Engine, "before_cursor_execute", count)


@pytest.mark.parametrize("step", RELEASED)
def test_an_upgrade_that_was_ended_leaves_the_file_as_it_was(step: str, tmp_path: Path) -> None:
    """SQLite's driver commits a table that was made by itself, unless it is told not to."""
    dump = lzma.decompress((DUMPS / f"{step}.sqlite.sql.xz").read_bytes()).decode()
    with sqlite3.connect(tmp_path / "server.db") as database:
        database.executescript(dump)
    before = list(database.iterdump())
    settings = settings_of(build_parser().parse_args(["init", *whereabouts(tmp_path)]))
    at = 1
    while True:
        with ending(at) as left, suppress(KeyboardInterrupt):
            upgrade(settings)
        if left[0] > 0:
            break
        assert list(database.iterdump()) == before, f"ended before statement {at}"
        at += max(1, at // 8)
    database.close()
    assert is_newest(settings)
    assert at > 10


def test_a_database_of_a_newer_program_is_left_alone(server_data: Path) -> None:
    """Say so in words, for every command, and change nothing."""

    async def newer(session: Session) -> None:
        await session.run("UPDATE alembic_version SET version_num = '0999'")

    async def act(database: Database) -> None:
        await database.write(newer)

    at_database(server_data, act)
    before = contents(server_data)
    for command in (("serve",), ("init",), ("user", "list"), ("backup", "--out", "b.tar")):
        told = tell(server_data, *command)
        assert (told.code, told.out) == (1, "")
        assert "newer than this program" in told.err
        assert f"step 0999, known up to {NEWEST}" in told.err
    assert contents(server_data) == before
