"""The embedded database: one SQLite file, one writer thread, one reader thread."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sync.server.repositories.session import Row, Work

BUSY_S = 60.0  # how long an import in another process may hold the file


class SqliteSession:
    """Statements on one connection, each run on the connection's own thread."""

    locking = ""

    def __init__(self, connection: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._thread = thread

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        """Return every row."""
        return await self.on_thread(lambda: self._connection.execute(sql, values).fetchall())

    async def row(self, sql: str, *values: Any) -> Row | None:
        """Return the first row, or None."""
        return await self.on_thread(lambda: self._connection.execute(sql, values).fetchone())

    async def run(self, sql: str, *values: Any) -> None:
        """Run a statement."""
        await self.on_thread(lambda: self._connection.execute(sql, values))

    async def run_many(self, sql: str, rows: Sequence[Row]) -> None:
        """Run a statement for many rows."""
        await self.on_thread(lambda: self._connection.executemany(sql, rows))

    def roll_back(self) -> None:
        """Undo what is open; nothing is when BEGIN failed or COMMIT was already through."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    async def on_thread[T](self, act: Callable[[], T]) -> T:
        """Run an act on the connection's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, act)


class SqliteDatabase:
    """Writes queue behind one lock, so that nobody fights; reads see the last commit."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writing = asyncio.Lock()
        self._reading = asyncio.Lock()
        self._writer: SqliteSession | None = None
        self._reader: SqliteSession | None = None

    async def open(self) -> None:
        """Open both connections."""
        self._writer = await self._session("writer")
        self._reader = await self._session("reader")

    async def _session(self, name: str) -> SqliteSession:
        thread = ThreadPoolExecutor(1, thread_name_prefix=f"sqlite-{name}")
        loop = asyncio.get_running_loop()
        connection = await loop.run_in_executor(thread, self._connect)
        return SqliteSession(connection, thread)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=BUSY_S, isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -65536"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    async def close(self) -> None:
        """Close both connections on their own threads."""
        for session in (self._writer, self._reader):
            if session is not None:
                await session.on_thread(session._connection.close)
                session._thread.shutdown()

    async def read[T](self, work: Work[T]) -> T:
        """Run reads inside one snapshot."""
        async with self._reading:
            return await _bracket(_opened(self._reader), "BEGIN", work)

    async def write[T](self, work: Work[T]) -> T:
        """Run the work as the one writer."""
        async with self._writing:
            return await _bracket(_opened(self._writer), "BEGIN IMMEDIATE", work)


def _opened(session: SqliteSession | None) -> SqliteSession:
    if session is None:
        raise RuntimeError("the database is not open")
    return session


async def _bracket[T](session: SqliteSession, begin: str, work: Work[T]) -> T:
    try:
        await session.run(begin)
        result = await work(session)
        await session.run("COMMIT")
    except BaseException:
        await session.on_thread(session.roll_back)
        raise
    return result
