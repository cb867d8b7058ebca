"""The production database: PostgreSQL through asyncpg, transactions retried when they clash."""

import asyncio
import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from typing import Any

import asyncpg

from sync.server.repositories.session import Clash, Row, Work

TRIES = 6
CLASHES = (
    Clash,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.UniqueViolationError,
)


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
        await self._connection.executemany(numbered(sql), rows)


class PostgresDatabase:
    """A pool of connections to one database."""

    def __init__(self, url: str, connections: int = 8) -> None:
        self._url = url
        self._connections = connections
        self._pool: Any = None

    async def open(self) -> None:
        """Open the pool."""
        self._pool = await asyncpg.create_pool(self._url, min_size=1, max_size=self._connections)

    async def close(self) -> None:
        """Close the pool when every connection is back."""
        if self._pool is not None:
            await self._pool.close()

    async def read[T](self, work: Work[T]) -> T:
        """Run reads inside one snapshot."""
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            return await work(PostgresSession(connection))

    async def write[T](self, work: Work[T]) -> T:
        """Run the work, again when it clashed with another transaction."""
        for attempt in range(TRIES):
            try:
                async with self._pool.acquire() as connection, connection.transaction():
                    return await work(PostgresSession(connection))
            except CLASHES:
                if attempt == TRIES - 1:
                    raise
                await asyncio.sleep(0.01 * 2**attempt)
        raise AssertionError("the last try either returned or raised")
