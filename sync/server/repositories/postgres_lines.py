"""The lines to PostgreSQL: a few connections to the primary, lent for one transaction each.

The driver has a pool of its own, which begins a task whenever a connection comes back, to look for
what was left on it. Nothing is left on one here, and a page of the feed borrows three times.
"""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from asyncpg.connect_utils import SessionAttribute

from sync.server.repositories.session import Away, NoRoom

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
LOST = (*GONE, asyncpg.PostgresError, asyncpg.InterfaceError)
CLOSED = "connection"  # what asyncpg's own error of a closed line speaks of
HOST_S = 2.0  # for one host to let a line in; a stopped machine takes it and says nothing
ACQUIRE_S = 10.0
IDLE_S = 300.0  # after which a line that nobody needed is let go
MOST_LENT = 20_000  # times; then its process at the database, which only grows, is let go
# So that the database lets a machine go that died: its open transaction holds a branch's rows.
KEEPALIVE = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}


@contextmanager
def told_apart() -> Iterator[None]:
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


@lru_cache(maxsize=8)
def one_by_one(url: str) -> tuple[str, ...]:
    """Return the URL of each host that a URL names, in their order."""
    parts = urlsplit(url)
    who, at, hosts = parts.netloc.rpartition("@")
    each = (parts._replace(netloc=f"{who}{at}{host}") for host in hosts.split(","))
    return tuple(urlunsplit(one) for one in each)


class Line:
    """A connection, broken off when a statement gets no answer.

    The driver's own limit would ask the silent machine to cancel, and wait for that.
    """

    def __init__(self, connection: Any, silent_s: float | None) -> None:
        self.connection = connection
        self.was_silent = False
        self.lent = 0
        self.back_at = 0.0
        self._silent_s = silent_s
        self._asked_at: float | None = None
        self._watch: asyncio.TimerHandle | None = None

    async def heard[T](self, answer: Awaitable[T]) -> T:
        """Wait for an answer, so long at most; then it fails as that of a broken line."""
        if self._silent_s is None:
            return await answer
        loop = asyncio.get_running_loop()
        self._asked_at = loop.time()
        if self._watch is None:
            self._watch = loop.call_at(self._asked_at + self._silent_s, self._look)
        try:
            return await answer
        finally:
            self._asked_at = None

    def _look(self) -> None:
        """Break off when it is time; one watch does for all the statements meanwhile."""
        self._watch = None
        if self._asked_at is None or self._silent_s is None:
            return
        loop, until = asyncio.get_running_loop(), self._asked_at + self._silent_s
        if loop.time() < until:
            self._watch = loop.call_at(until, self._look)
            return
        self.was_silent = True
        self.end()

    def end(self) -> None:
        """Let go of it at once."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        self.connection.terminate()


class Lines:
    """So many lines at most to the primary of a database, which may have several hosts."""

    def __init__(self, url: str, most: int, silent_s: float | None) -> None:
        self._url = url
        self._most = most
        self._silent_s = silent_s
        self._host = 0  # the one that was the primary last is asked first
        self._room = asyncio.Semaphore(most)
        self._idle: list[Line] = []  # the one that came back last is lent first
        self._lent: set[Line] = set()
        self._coming: set[asyncio.Task[None]] = set()

    async def take(self) -> Line:
        """Borrow a line; raises what is GONE, a TimeoutError when none came back in time."""
        is_there = self._idle and not self._room.locked()
        async with asyncio.timeout(None if is_there else ACQUIRE_S):
            await self._room.acquire()
            try:
                line = self._found() or Line(await self._connected(), self._silent_s)
            except BaseException:
                self._room.release()
                raise
        line.lent += 1
        self._lent.add(line)
        return line

    def give(self, line: Line) -> None:
        """Take a line back; all of them are given up when it was silent."""
        self._room.release()
        if line not in self._lent:
            line.end()  # given up meanwhile
            return
        self._lent.discard(line)
        if line.was_silent:
            self._give_up()
        if line.connection.is_closed() or line.connection.is_in_transaction():
            line.end()
            return
        line.back_at = asyncio.get_running_loop().time()
        self._idle.append(line)
        if self._idle[0].back_at < line.back_at - IDLE_S:
            self._idle.pop(0).end()

    def give_behind(self, line: Line, last: str) -> None:
        """Ask one more thing; take the line back behind the answer, for which nobody waits."""
        loop = asyncio.get_running_loop()
        coming = asyncio.Task(self._come_back(line, last), loop=loop, eager_start=True)  # asked now
        if not coming.done():
            self._coming.add(coming)
            coming.add_done_callback(self._coming.discard)

    async def _come_back(self, line: Line, last: str) -> None:
        try:
            await line.heard(line.connection.execute(last))
        except LOST:
            line.end()  # whoever borrows next finds out what became of the database
        finally:
            self.give(line)

    async def close(self) -> None:
        """Wait until every line is back, and hang up."""
        for _ in range(self._most):
            await self._room.acquire()
        while self._idle:
            line = self._idle.pop()
            try:
                await line.connection.close(timeout=HOST_S)
            except GONE:
                line.end()  # nobody is there to hear it

    def _give_up(self) -> None:
        """Let no line that there is be lent once more: their machine says nothing any more."""
        self._lent.clear()
        while self._idle:
            self._idle.pop().end()

    def _found(self) -> Line | None:
        """Return a line that is there, whole and not worn out."""
        while self._idle:
            line = self._idle.pop()
            if line.lent < MOST_LENT and not line.connection.is_closed():
                return line
            line.end()
        return None

    async def _connected(self) -> Any:
        """Connect to the primary, asking one host after the other.

        The driver's limit is for all hosts together: a silent one would hide those behind it.
        """
        urls = one_by_one(self._url)
        trouble: Exception = OSError("no host in the database's address")
        for tried in range(len(urls)):
            host = (self._host + tried) % len(urls)
            try:
                found = await asyncpg.connect(
                    urls[host],
                    timeout=HOST_S,
                    target_session_attrs=SessionAttribute.read_write,
                    server_settings=KEEPALIVE,
                )
            except GONE as error:
                trouble = error
                continue
            self._host = host
            return found
        raise trouble
