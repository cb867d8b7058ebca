"""The production database: PostgreSQL through asyncpg, transactions retried when they clash."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache
from itertools import count
from typing import Any

import asyncpg
from asyncpg.connect_utils import SessionAttribute

from sync.server.repositories.session import Away, Clash, NoRoom, Row, Work

TRIES = 6
CLASHES = (
    Clash,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.UniqueViolationError,
)

# What a database says that goes, is gone, or follows another one.
GONE = (
    OSError,  # refused, reset, timed out
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.TargetServerAttributeNotMatched,
    asyncpg.InternalClientError,  # the driver's own, when the line breaks in a COMMIT
)
CLOSED = "connection"  # what asyncpg's own error of a closed line speaks of
CONNECT_S = 5.0
ACQUIRE_S = 15.0


@contextmanager
def _told_apart() -> Iterator[None]:
    """Raise NoRoom and Away for what is no bug."""
    try:
        yield
    except asyncpg.DiskFullError as error:
        raise NoRoom from error
    except GONE as error:
        raise Away from error
    except asyncpg.InterfaceError as error:
        if CLOSED not in str(error):
            raise
        raise Away from error


@lru_cache(maxsize=512)
def numbered(sql: str) -> str:
    """Return the statement with `$1…` in place of `?`."""
    numbers = count(1)
    return re.sub(r"\?", lambda _: f"${next(numbers)}", sql)


class PostgresSession:
    """Statements on one connection of the pool."""

    locking = " FOR UPDATE"

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        """Return every row."""
        return list(await self._connection.fetch(numbered(sql), *values))

    async def row(self, sql: str, *values: Any) -> Row | None:
        """Return the first row, or None."""
        found: Row | None = await self._connection.fetchrow(numbered(sql), *values)
        return found

    async def run(self, sql: str, *values: Any) -> None:
        """Run a statement."""
        await self._connection.execute(numbered(sql), *values)

    async def run_many(self, sql: str, rows: Sequence[Row]) -> None:
        """Run a statement for many rows."""
        if rows:
            await self._connection.executemany(numbered(sql), rows)


class PostgresDatabase:
    """A pool of connections to one database, which may have several hosts: the primary is taken.

    A line that breaks is given up; the next transaction looks for the primary anew.
    """

    def __init__(self, url: str, connections: int = 8) -> None:
        self._url = url
        self._connections = connections
        self._pool: Any = None

    async def open(self) -> None:
        """Open the pool; raises Away."""
        with _told_apart():
            self._pool = await asyncpg.create_pool(
                self._url,
                min_size=1,
                max_size=self._connections,
                timeout=CONNECT_S,
                target_session_attrs=SessionAttribute.read_write,
                reset=_as_it_is,
            )

    async def close(self) -> None:
        """Close the pool when every connection is back."""
        if self._pool is not None:
            await self._pool.close()

    @asynccontextmanager
    async def _transaction(self, **how: Any) -> AsyncIterator[PostgresSession]:
        with _told_apart():
            async with (
                self._pool.acquire(timeout=ACQUIRE_S) as connection,
                connection.transaction(**how),
            ):
                yield PostgresSession(connection)

    async def read[T](self, work: Work[T]) -> T:
        """Run reads inside one snapshot."""
        async with self._transaction(isolation="repeatable_read", readonly=True) as session:
            return await work(session)

    async def glance[T](self, work: Work[T]) -> T:
        """Run reads, each of which sees its own moment."""
        with _told_apart():
            async with self._pool.acquire(timeout=ACQUIRE_S) as connection:
                return await work(PostgresSession(connection))

    async def write[T](self, work: Work[T]) -> T:
        """Run the work, again when it clashed with another transaction."""
        for attempt in range(TRIES):
            try:
                async with self._transaction() as session:
                    return await work(session)
            except CLASHES:
                if attempt == TRIES - 1:
                    raise
                await asyncio.sleep(0.01 * 2**attempt)
        raise AssertionError("the last try either returned or raised")


async def _as_it_is(_connection: Any) -> None:
    """Hand a connection on: no work leaves a setting, a cursor or a lock that outlives its end."""
