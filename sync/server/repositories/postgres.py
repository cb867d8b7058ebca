"""The production database: PostgreSQL through asyncpg, transactions retried when they clash."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from itertools import count
from typing import Any

import asyncpg

from sync.server.repositories.postgres_lines import Line, Lines, told_apart
from sync.server.repositories.session import Clash, Row, Work

TRIES = 6
CLASHES = (
    Clash,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.UniqueViolationError,
)
BEGIN, BEGIN_READ = "BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


@lru_cache(maxsize=512)
def numbered(sql: str) -> str:
    """Return the statement with `$1…` in place of `?`."""
    numbers = count(1)
    return re.sub(r"\?", lambda _: f"${next(numbers)}", sql)


class PostgresSession:
    """Statements on one line."""

    locking = " FOR UPDATE"
    spliced = "convert_to({text}, 'UTF8') || {body}"

    def __init__(self, line: Line) -> None:
        self._heard = line.heard
        self._connection = line.connection

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        """Return every row."""
        found: list[Row] = await self._heard(self._connection.fetch(numbered(sql), *values))
        return found

    async def row(self, sql: str, *values: Any) -> Row | None:
        """Return the first row, or None."""
        found: Row | None = await self._heard(self._connection.fetchrow(numbered(sql), *values))
        return found

    async def run(self, sql: str, *values: Any) -> None:
        """Run a statement."""
        await self._heard(self._connection.execute(numbered(sql), *values))

    async def run_many(self, sql: str, rows: Sequence[Row]) -> None:
        """Run a statement for many rows."""
        if rows:
            await self._heard(self._connection.executemany(numbered(sql), rows))

    async def rows_many(self, sql: str, rows: Sequence[Row]) -> list[Row]:
        """Run a statement for many rows in one trip; return what they gave."""
        if not rows:
            return []
        found: list[Row] = await self._heard(self._connection.fetchmany(numbered(sql), rows))
        return found


class PostgresDatabase:
    """A database, which may have several hosts: the primary is taken.

    A line that breaks is given up; the next transaction looks for the primary anew. So is one on
    which a statement stays without an answer for `silent_s` seconds, and all others with it.
    """

    def __init__(self, url: str, connections: int = 8, silent_s: float | None = None) -> None:
        self._url = url
        self._connections = connections
        self._silent_s = silent_s
        self._lines: Lines | None = None

    async def open(self) -> None:
        """Connect once; raises Away."""
        self._lines = Lines(self._url, self._connections, self._silent_s)
        await self._lent(_nothing)

    async def close(self) -> None:
        """Hang up when every line is back."""
        if self._lines is not None:
            await self._lines.close()

    async def _lent[T](self, act: Callable[[Line], Awaitable[T]], last: str = "") -> T:
        """Do something on a line; what is asked `last` is not waited for."""
        if self._lines is None:
            raise RuntimeError("the database is not open")
        with told_apart():
            line = await self._lines.take()
            try:
                result = await act(line)
            except BaseException as error:
                if isinstance(error, asyncio.CancelledError):
                    line.end()  # an answer is still on its way
                self._lines.give(line)
                raise
            if last:
                self._lines.give_behind(line, last)
            else:
                self._lines.give(line)
            return result

    async def read[T](self, work: Work[T]) -> T:
        """Run reads inside one snapshot."""
        # Nothing hangs on its end, and what was read goes on while it is near the processor.
        return await self._lent(lambda line: _begun(line, BEGIN_READ, work), "COMMIT")

    async def glance[T](self, work: Work[T]) -> T:
        """Run reads, each of which sees its own moment."""
        return await self._lent(lambda line: work(PostgresSession(line)))

    async def write[T](self, work: Work[T]) -> T:
        """Run the work, again when it clashed with another transaction."""
        for attempt in range(TRIES):
            try:
                return await self._lent(lambda line: _committed(line, work))
            except CLASHES:
                if attempt == TRIES - 1:
                    raise
                await asyncio.sleep(0.01 * 2**attempt)
        raise AssertionError("the last try either returned or raised")


async def _begun[T](line: Line, begin: str, work: Work[T]) -> T:
    """Run the work in a transaction that stays open, unless it fails."""
    await line.heard(line.connection.execute(begin))
    try:
        return await work(PostgresSession(line))
    except BaseException:
        await line.heard(line.connection.execute("ROLLBACK"))
        raise


async def _committed[T](line: Line, work: Work[T]) -> T:
    result = await _begun(line, BEGIN, work)
    await line.heard(line.connection.execute("COMMIT"))
    return result


async def _nothing(_line: Line) -> None:
    """Ask nothing."""
