"""The production database: PostgreSQL through asyncpg, transactions retried when they clash."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache
from itertools import count
from typing import Any
from urllib.parse import urlsplit, urlunsplit

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
HOST_S = 2.0  # for one host to let a line in; a stopped machine takes it and says nothing
ACQUIRE_S = 10.0
# So that the database lets a machine go that died: its open transaction holds a branch's rows.
KEEPALIVE = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}


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


@lru_cache(maxsize=8)
def one_by_one(url: str) -> tuple[str, ...]:
    """Return the URL of each host that a URL names, in their order."""
    parts = urlsplit(url)
    who, at, hosts = parts.netloc.rpartition("@")
    each = (parts._replace(netloc=f"{who}{at}{host}") for host in hosts.split(","))
    return tuple(urlunsplit(one) for one in each)


class Line:
    """A connection of the pool while it is used; broken off when a statement gets no answer.

    The driver's own limit would ask the silent machine to cancel, and wait for that.
    """

    def __init__(self, connection: Any, silent_s: float | None) -> None:
        self.connection = connection
        self.was_silent = False
        self._silent_s = silent_s

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Wait for an answer in this block, so long at most; then it fails as a broken line."""
        if self._silent_s is None:
            yield
            return
        timer = asyncio.get_running_loop().call_later(self._silent_s, self._break_off)
        try:
            yield
        finally:
            timer.cancel()

    def _break_off(self) -> None:
        self.was_silent = True
        self.connection.terminate()


class PostgresSession:
    """Statements on one connection of the pool."""

    locking = " FOR UPDATE"
    spliced = "convert_to({text}, 'UTF8') || {body}"

    def __init__(self, line: Line) -> None:
        self._line = line
        self._connection = line.connection

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        """Return every row."""
        with self._line.heard():
            return list(await self._connection.fetch(numbered(sql), *values))

    async def row(self, sql: str, *values: Any) -> Row | None:
        """Return the first row, or None."""
        with self._line.heard():
            found: Row | None = await self._connection.fetchrow(numbered(sql), *values)
        return found

    async def run(self, sql: str, *values: Any) -> None:
        """Run a statement."""
        with self._line.heard():
            await self._connection.execute(numbered(sql), *values)

    async def run_many(self, sql: str, rows: Sequence[Row]) -> None:
        """Run a statement for many rows."""
        if rows:
            with self._line.heard():
                await self._connection.executemany(numbered(sql), rows)

    async def rows_many(self, sql: str, rows: Sequence[Row]) -> list[Row]:
        """Run a statement for many rows in one trip; return what they gave."""
        if not rows:
            return []
        with self._line.heard():
            return list(await self._connection.fetchmany(numbered(sql), rows))


class PostgresDatabase:
    """A pool of connections to one database, which may have several hosts: the primary is taken.

    A line that breaks is given up; the next transaction looks for the primary anew. So is one on
    which a statement stays without an answer for `silent_s` seconds, and all others with it.
    """

    def __init__(self, url: str, connections: int = 8, silent_s: float | None = None) -> None:
        self._url = url
        self._connections = connections
        self._silent_s = silent_s
        self._host = 0  # the one that was the primary last is asked first
        self._pool: Any = None

    async def open(self) -> None:
        """Open the pool; raises Away."""
        connect: Any = self._connect  # the driver's own types ask for more than it does
        with _told_apart():
            self._pool = await asyncpg.create_pool(
                self._url,
                min_size=1,
                max_size=self._connections,
                connect=connect,
                reset=_as_it_is,
            )

    async def _connect(self, url: str, **how: Any) -> Any:
        """Connect to the primary, asking one host after the other.

        The driver's limit is for all hosts together: a silent one would hide those behind it.
        """
        urls = one_by_one(url)
        trouble: Exception = OSError("no host in the database's address")
        for tried in range(len(urls)):
            host = (self._host + tried) % len(urls)
            try:
                found = await asyncpg.connect(
                    urls[host],
                    timeout=HOST_S,
                    target_session_attrs=SessionAttribute.read_write,
                    server_settings=KEEPALIVE,
                    **how,
                )
            except GONE as error:
                trouble = error
                continue
            self._host = host
            return found
        raise trouble

    async def close(self) -> None:
        """Close the pool when every connection is back."""
        if self._pool is not None:
            await self._pool.close()

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[Line]:
        with _told_apart():
            async with self._pool.acquire(timeout=ACQUIRE_S) as connection:
                line = Line(connection, self._silent_s)
                try:
                    yield line
                finally:
                    if line.was_silent:
                        await self._pool.expire_connections()

    @asynccontextmanager
    async def _transaction(self, **how: Any) -> AsyncIterator[PostgresSession]:
        async with self._line() as line:
            transaction = line.connection.transaction(**how)
            with line.heard():
                await transaction.start()
            try:
                yield PostgresSession(line)
            except BaseException:
                with line.heard():
                    await transaction.rollback()
                raise
            with line.heard():
                await transaction.commit()

    async def read[T](self, work: Work[T]) -> T:
        """Run reads inside one snapshot."""
        async with self._transaction(isolation="repeatable_read", readonly=True) as session:
            return await work(session)

    async def glance[T](self, work: Work[T]) -> T:
        """Run reads, each of which sees its own moment."""
        async with self._line() as line:
            return await work(PostgresSession(line))

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
