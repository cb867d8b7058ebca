"""The embedded database: one SQLite file, one writer thread, one reader thread.

A transaction runs on its connection's thread from beginning to end. Its work is a coroutine, as
PostgreSQL wants it, but here no statement ever waits: hopping to the thread for each of the
dozen statements of an envelope took longer than the statements.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sync.server.repositories.session import NoRoom, Row, Work

FULL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE})  # the log's index too
BUSY_S = 60.0  # how long an import in another process may hold the file


class SqliteSession:
    """Statements on one connection; every method ends without waiting."""

    locking = ""
    spliced = "CAST({text} || {body} AS BLOB)"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        """Return every row."""
        return self._connection.execute(sql, values).fetchall()

    async def row(self, sql: str, *values: Any) -> Row | None:
        """Return the first row, or None."""
        found: Row | None = self._connection.execute(sql, values).fetchone()
        return found

    async def run(self, sql: str, *values: Any) -> None:
        """Run a statement."""
        self._connection.execute(sql, values)

    async def run_many(self, sql: str, rows: Sequence[Row]) -> None:
        """Run a statement for many rows."""
        self._connection.executemany(sql, rows)

    async def rows_many(self, sql: str, rows: Sequence[Row]) -> list[Row]:
        """Run a statement for many rows; return what they gave."""
        execute = self._connection.execute
        return [row for values in rows for row in execute(sql, values).fetchall()]


class _Line:
    """A connection with the one thread it lives on."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"sqlite-{name}")
        self._connection: sqlite3.Connection | None = None

    async def open(self, path: Path) -> None:
        """Connect."""
        self._connection = await self._on_thread(lambda: _connected(path))

    async def close(self) -> None:
        """Disconnect, behind whatever still runs."""
        if self._connection is not None:
            await self._on_thread(self._connection.close)
        self._thread.shutdown()

    async def transaction[T](self, begin: str, work: Work[T]) -> T:
        """Run the work as one transaction; raises RuntimeError before `open`."""
        connection = self._connection
        if connection is None:
            raise RuntimeError("the database is not open")
        return await self._on_thread(lambda: _driven(_bracket(connection, begin, work)))

    async def _on_thread[T](self, act: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, act)


class SqliteDatabase:
    """Transactions queue for the one writer and the one reader; reads see the last commit."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer = _Line("writer")
        self._reader = _Line("reader")

    async def open(self) -> None:
        """Open both connections."""
        await self._writer.open(self._path)
        await self._reader.open(self._path)

    async def close(self) -> None:
        """Close both connections."""
        await self._writer.close()
        await self._reader.close()

    async def read[T](self, work: Work[T]) -> T:
        """Run reads inside one snapshot."""
        return await self._reader.transaction("BEGIN", work)

    async def glance[T](self, work: Work[T]) -> T:
        """Run reads; one snapshot costs nothing here."""
        return await self.read(work)

    async def write[T](self, work: Work[T]) -> T:
        """Run the work as the one writer."""
        return await self._writer.transaction("BEGIN IMMEDIATE", work)


def _connected(path: Path) -> sqlite3.Connection:
    # The log is moved into the file by whose commit made it long, never by a connection beside it:
    # before 3.51.3 that may lose a commit (sqlite.org/wal.html, "the WAL-reset bug").
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -65536"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


async def _bracket[T](connection: sqlite3.Connection, begin: str, work: Work[T]) -> T:
    try:
        connection.execute(begin)
        result = await work(SqliteSession(connection))
        connection.execute("COMMIT")
    except BaseException as error:
        # Nothing is open when BEGIN failed or COMMIT was already through.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        if isinstance(error, sqlite3.Error) and _is_full(error):
            raise NoRoom from error
        raise
    return result


def _is_full(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", None) in FULL


def _driven[T](work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end; raises RuntimeError when it waits for more than its session."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    work.close()
    raise RuntimeError("a transaction may wait for nothing but its session")
