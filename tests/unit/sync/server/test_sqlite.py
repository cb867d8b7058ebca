"""Transactions on the embedded database: whole or not at all, each on the connection's thread."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from sync.server.repositories.session import Session
from sync.server.repositories.sqlite import SqliteDatabase


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
