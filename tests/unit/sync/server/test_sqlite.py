"""Transactions on the embedded database: whole or not at all, each on the connection's thread."""

import asyncio
import shutil
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from sync.server.repositories import sqlite
from sync.server.repositories.session import Session
from sync.server.repositories.sqlite import MOVED_AFTER, SqliteDatabase

PAGE = 4096


class NoMore(Exception):
    """What a work stumbles over."""


async def table(session: Session) -> None:
    await session.run("CREATE TABLE kept (n INTEGER PRIMARY KEY)")


def keeps(number: int) -> Callable[[Session], Awaitable[int]]:
    async def work(session: Session) -> int:
        await session.run("INSERT INTO kept VALUES (?)", number)
        return number

    return work


async def kept(session: Session) -> list[int]:
    return [row[0] for row in await session.rows("SELECT n FROM kept ORDER BY n")]


def with_database[T](path: Path, act: Callable[[SqliteDatabase], Awaitable[T]]) -> T:
    """Run an act on an open database with its table and close it again."""

    async def run() -> T:
        database = SqliteDatabase(path)
        await database.open()
        try:
            await database.write(table)
            return await act(database)
        finally:
            await database.close()

    return asyncio.run(run())


async def stumbles(session: Session) -> None:
    await keeps(1)(session)
    raise NoMore


async def waits(session: Session) -> None:
    await keeps(1)(session)
    await asyncio.sleep(0)


@pytest.mark.parametrize(("work", "trouble"), [(stumbles, NoMore), (waits, RuntimeError)])
def test_a_work_that_does_not_end_well_leaves_nothing(
    tmp_path: Path, work: Callable[[Session], Awaitable[None]], trouble: type[Exception]
) -> None:
    async def act(database: SqliteDatabase) -> list[int]:
        with pytest.raises(trouble):
            await database.write(work)
        await database.write(keeps(2))
        return await database.read(kept)

    assert with_database(tmp_path / "some.db", act) == [2]


def test_many_writers_come_one_after_the_other(tmp_path: Path) -> None:
    async def act(database: SqliteDatabase) -> list[int]:
        works = [database.write(keeps(number)) for number in range(50)]
        assert await asyncio.gather(*works) == list(range(50))
        return await database.read(kept)

    assert with_database(tmp_path / "some.db", act) == list(range(50))


def test_a_caller_who_has_gone_does_not_cut_a_transaction_in_two(tmp_path: Path) -> None:
    begun, going = threading.Event(), threading.Event()

    async def slow(session: Session) -> None:
        await keeps(1)(session)
        begun.set()
        assert going.wait(10)
        await keeps(2)(session)

    async def act(database: SqliteDatabase) -> list[int]:
        caller = asyncio.create_task(database.write(slow))
        await asyncio.to_thread(begun.wait, 10)
        caller.cancel()
        going.set()
        with pytest.raises(asyncio.CancelledError):
            await caller
        await database.write(keeps(3))
        return await database.read(kept)

    assert with_database(tmp_path / "some.db", act) == [1, 2, 3]


def test_what_is_not_open_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="not open"):
        asyncio.run(SqliteDatabase(tmp_path / "some.db").read(kept))


def fills(rows: int) -> Callable[[Session], Awaitable[None]]:
    async def work(session: Session) -> None:
        body = bytes(PAGE // 2)
        await session.run_many("INSERT INTO filled VALUES (?)", [(body,)] * rows)

    return work


async def large(session: Session) -> None:
    await session.run("CREATE TABLE filled (body BLOB)")


def in_the_file_alone(path: Path, folder: Path) -> int:
    """Return how many rows lie in the file itself, whatever its log holds besides."""
    alone = folder / "alone.db"
    shutil.copyfile(path, alone)
    with closing(sqlite3.connect(alone)) as connection:
        [(found,)] = connection.execute("SELECT count(*) FROM filled").fetchall()
    return int(found)


@pytest.mark.parametrize(("rows", "moved"), [(MOVED_AFTER - 1, 0), (MOVED_AFTER, MOVED_AFTER)])
def test_a_log_that_has_grown_is_moved_behind_the_commit(
    tmp_path: Path, rows: int, moved: int
) -> None:
    path = tmp_path / "some.db"

    async def act(database: SqliteDatabase) -> None:
        await database.write(fills(rows))

    with closing(sqlite3.connect(path)) as watcher:
        watcher.execute("CREATE TABLE filled (body BLOB)")
        watcher.execute("PRAGMA journal_mode = WAL")
        watcher.execute("SELECT * FROM filled").fetchall()
        # As long as somebody has the file open, closing the database moves nothing.
        with_database(path, act)
        assert in_the_file_alone(path, tmp_path) == moved


@pytest.mark.parametrize("moved_after", [10, 1_000_000], ids=["often", "never"])
def test_the_log_stays_within_bounds_under_steady_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved_after: int
) -> None:
    monkeypatch.setattr(sqlite, "MOVED_AFTER", moved_after)
    monkeypatch.setattr(sqlite, "LONGEST_LOG", 100)
    path = tmp_path / "some.db"

    async def act(database: SqliteDatabase) -> int:
        await database.write(large)
        for _ in range(400):
            await database.write(fills(20))
        return path.with_name("some.db-wal").stat().st_size // PAGE

    # Some 5 000 pages are written; more than 100 may lie there while a move is in hand.
    assert with_database(path, act) < 1_000


def test_one_move_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, going = threading.Event(), threading.Event()
    moves: list[str] = []

    def slow(connection: sqlite3.Connection) -> None:
        moves.append(threading.current_thread().name)
        begun.set()
        assert going.wait(10)

    monkeypatch.setattr(sqlite, "MOVED_AFTER", 1)
    monkeypatch.setattr(sqlite, "_move_log", slow)

    async def act(database: SqliteDatabase) -> None:
        await database.write(keeps(100))  # behind the table, so the second
        assert await asyncio.to_thread(begun.wait, 10)
        for number in range(5):  # answered while the move goes on
            await database.write(keeps(number))
        going.set()

    with_database(tmp_path / "some.db", act)
    assert moves == ["sqlite-log_0"]


def test_a_log_that_cannot_be_moved_is_told(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "some.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")  # SQLite refuses a move within a transaction
        with capture_logs() as told:
            sqlite._move_log(connection)
    assert told == [
        {"event": "log not moved", "error": "database table is locked", "log_level": "error"}
    ]
