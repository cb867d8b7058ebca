"""The embedded database: one SQLite file, one writer thread, one reader thread, one for its log.

A transaction runs on its connection's thread from beginning to end. Its work is a coroutine, as
PostgreSQL wants it, but here no statement ever waits: hopping to the thread for each of the
dozen statements of an envelope took longer than the statements.

A commit is flushed into SQLite's log; from there it is moved into the file behind the answer.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import structlog

from sync.server.repositories.session import NoRoom, Row, Work

FULL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE})  # the log's index too
BUSY_S = 60.0  # how long an import in another process may hold the file
MOVED_AFTER = 1_000  # changed rows: 360 pages of a large push, 2 000 of many small ones
UNDISTURBED = 2
LONGEST_LOG = 4_000  # pages: behind a commit that finds more, it is moved within the commit

log = structlog.get_logger("yuefang.server")


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

    async def on_connection[T](self, act: Callable[[sqlite3.Connection], T]) -> T:
        """Do something with the connection."""
        connection = self._opened()
        return await self._on_thread(lambda: act(connection))

    def begin(self, act: Callable[[sqlite3.Connection], None]) -> Future[None]:
        """Begin something with the connection, for whoever does not wait for it."""
        return self._thread.submit(act, self._opened())

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            raise RuntimeError("the database is not open")
        return self._connection

    async def _on_thread[T](self, act: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, act)


class _Mover:
    """Moves the log into the file on a line of its own, one move at a time.

    Python's SQLite does not tell how long the log is, so changed rows are counted. A log is begun
    anew only by a transaction that finds it wholly moved and no move in hand, which under steady
    load moves alone would prevent. So two transactions without one lie between any two moves: the
    first moves a log that became too long within its commit, the second begins it anew.
    """

    def __init__(self) -> None:
        self.line = _Line("log")
        self._move: Future[None] | None = None
        self._counted = 0
        self._undisturbed = 0

    @property
    def is_at_rest(self) -> bool:
        """Return whether no move runs."""
        return self._move is None or self._move.done()

    def undisturbed(self, changed: int) -> None:
        """Hear of a commit that no move ran beside, and of all rows changed so far; move if due."""
        self._undisturbed += 1
        if self._undisturbed >= UNDISTURBED and changed - self._counted >= MOVED_AFTER:
            self._counted, self._undisturbed = changed, 0
            self._move = self.line.begin(_move_log)


class SqliteDatabase:
    """Transactions queue for the one writer and the one reader; reads see the last commit."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer = _Line("writer")
        self._reader = _Line("reader")
        self._mover = _Mover()

    async def open(self) -> None:
        """Open all connections."""
        await self._writer.open(self._path)
        await self._reader.open(self._path)
        await self._mover.line.open(self._path)

    async def close(self) -> None:
        """Close all connections: first the one whose commits begin moves."""
        await self._writer.close()
        await self._mover.line.close()
        await self._reader.close()

    async def read[T](self, work: Work[T]) -> T:
        """Run reads inside one snapshot."""
        return await self._reader.on_connection(lambda c: _driven(_bracket(c, "BEGIN", work)))

    async def glance[T](self, work: Work[T]) -> T:
        """Run reads; one snapshot costs nothing here."""
        return await self.read(work)

    async def write[T](self, work: Work[T]) -> T:
        """Run the work as the one writer."""
        return await self._writer.on_connection(lambda c: self._written(c, work))

    def _written[T](self, connection: sqlite3.Connection, work: Work[T]) -> T:
        was_at_rest = self._mover.is_at_rest
        result = _driven(_bracket(connection, "BEGIN IMMEDIATE", work))
        if was_at_rest:
            self._mover.undisturbed(connection.total_changes)
        return result


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "cache_size = -65536",
        f"wal_autocheckpoint = {LONGEST_LOG}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _move_log(connection: sqlite3.Connection) -> None:
    """Move what no reader holds back; nothing is lost when it fails, the log only grows."""
    try:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    except sqlite3.Error as error:
        log.error("log not moved", error=str(error))


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
