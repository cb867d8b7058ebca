"""The central server of a run: the real application on a database in memory, with its own deaths.

The application is built once for the process; each run hands it a service of its own. A request is
the ASGI call that granian would make, so that routes, limits and problems are the real ones.
"""

import asyncio
import errno
import sqlite3
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from litestar import Litestar

from field_app.settings.settings import resources_folder
from sync.domain.commands import Command, name_of
from sync.domain.curriculum import Curriculum
from sync.domain.ids import BranchId
from sync.domain.outcome import Outcome
from sync.domain.question import Question
from sync.policy.lessons import load_curriculum
from sync.protocol.versions import VERSION
from sync.server.administration import Administration
from sync.server.admission import Gate
from sync.server.app import create_app
from sync.server.handlers import push as pushes
from sync.server.leaving import Leaving
from sync.server.replays import Remembered
from sync.server.repositories import session as sessions
from sync.server.repositories.session import Row, Session, Work
from sync.server.repositories.sqlite import SqliteSession
from sync.server.rules_in_force import RulesInForce
from sync.server.service import Service
from tests.sync.simulator.chance import Chance, Ids, Time

BRANCH = BranchId("main")
NO_LIMIT = 10**9  # a run's minutes pass in no time
NO_ROOM = "database or disk is full"
WRITES = ("INSERT", "UPDATE", "DELETE")
# Every feed row there ever was, beside a feed that may be compacted; it is in no backup.
COLUMNS = "scope, commit_no, idx, op, kind, id, rev, body"
REMEMBER_ALL = (
    f"CREATE TEMP TABLE told AS SELECT {COLUMNS} FROM feed",
    "CREATE TEMP TRIGGER remember AFTER INSERT ON main.feed BEGIN INSERT INTO told "
    f"VALUES ({', '.join('new.' + name for name in COLUMNS.split(', '))}); END",
)


class ServerDied(BaseException):
    """The server's process ended at this place."""


class NoRoom(sqlite3.OperationalError):
    """The server's disk is full."""


class Fault(AssertionError):
    """A bug of the server's program met a command."""


@dataclass
class Doom:
    """What befalls the next transactions: after so many writes the disk is full, or a death.

    `die` is "before" or "after" the next COMMIT.
    """

    die: str = ""
    full_after: int = -1

    def write(self) -> None:
        if self.full_after == 0:
            raise NoRoom(errno.ENOSPC, NO_ROOM)
        self.full_after -= self.full_after > 0

    def commit(self, when: str) -> None:
        if self.die == when:
            self.die = ""
            raise ServerDied(when)


class MemorySession:
    """Statements on the connection in memory."""

    locking = SqliteSession.locking
    spliced = SqliteSession.spliced

    def __init__(self, connection: sqlite3.Connection, doom: Doom) -> None:
        self._connection = connection
        self._doom = doom

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        self._look(sql)
        return self._connection.execute(sql, values).fetchall()

    async def row(self, sql: str, *values: Any) -> Row | None:
        self._look(sql)
        found: Row | None = self._connection.execute(sql, values).fetchone()
        return found

    async def run(self, sql: str, *values: Any) -> None:
        self._look(sql)
        self._connection.execute(sql, values)

    async def run_many(self, sql: str, rows: list[Row]) -> None:
        self._look(sql)
        self._connection.executemany(sql, rows)

    async def rows_many(self, sql: str, rows: list[Row]) -> list[Row]:
        self._look(sql)
        return [row for values in rows for row in self._connection.execute(sql, values).fetchall()]

    def _look(self, sql: str) -> None:
        if sql.startswith(WRITES):
            self._doom.write()


class MemoryDatabase:
    """The server's database; every transaction is whole or did not happen."""

    def __init__(self, image: bytes) -> None:
        self.doom = Doom()
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        self.connection.deserialize(image)
        for statement in REMEMBER_ALL:
            self.connection.execute(statement)

    async def open(self) -> None:
        """Nothing is to be opened."""

    async def close(self) -> None:
        self.connection.close()

    def image(self) -> bytes:
        """Return the file as it stands."""
        return self.connection.serialize()

    async def read[T](self, work: Work[T]) -> T:
        return await work(MemorySession(self.connection, Doom()))

    async def glance[T](self, work: Work[T]) -> T:
        return await self.read(work)

    async def write[T](self, work: Work[T]) -> T:
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            result = await work(MemorySession(self.connection, self.doom))
            self.doom.commit("before")
            self.connection.execute("COMMIT")
        except BaseException as error:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            if isinstance(error, NoRoom):
                raise sessions.NoRoom from error
            raise
        self.doom.commit("after")
        return result

    def ask(self, sql: str, *values: Any) -> list[Any]:
        """Look at the database from outside."""
        return self.connection.execute(sql, values).fetchall()


@dataclass(frozen=True)
class Answer:
    """An HTTP answer as it leaves the server."""

    status: int
    headers: dict[str, str]
    body: bytes


@cache
def lessons() -> Curriculum:
    """Return the program's own lessons."""
    return load_curriculum(resources_folder() / "learning")


@cache
def _application() -> Litestar:
    nothing: Any = SimpleNamespace(leaving=Leaving())  # each Central brings its own service
    return create_app(nothing, Gate(a_minute=NO_LIMIT))


@dataclass
class Central:
    """The server: its file, its clock, whether it runs."""

    time: Time
    chance: Chance
    data: Path
    image: bytes
    up: bool = True
    admin_leaves: int = 0
    newest: int = VERSION
    compacted_at: int = 0
    fault: str = ""  # the name of the commands over which its program stumbles
    stumbled: int = 0

    def __post_init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self.database = MemoryDatabase(self.image)
        self.start()

    @contextmanager
    def fallible(self) -> Iterator[None]:
        """Let the server's program have its `fault`."""
        real = pushes.decide

        def decide(question: Question, command: Command) -> Outcome:
            if name_of(command) == self.fault:
                self.stumbled += 1
                raise Fault(self.fault)
            return real(question, command)

        with mock.patch.object(pushes, "decide", decide):
            yield

    def start(self) -> None:
        """Begin a process: whatever was only remembered is forgotten."""
        self.service = Service(
            self.database,
            RulesInForce(lessons()),
            self.time,
            self.time,
            Ids(self.time, self.chance),
            self.data,
            Remembered(self.time),
            newest=self.newest,
        )
        self.up = True

    def become(self, image: bytes) -> None:
        """Go on with another database file; what was ever told before it is still remembered."""
        told = self.database.ask(f"SELECT {COLUMNS} FROM told ORDER BY rowid")
        self.database.connection.close()
        self.database = MemoryDatabase(image)
        head = self.head
        self.database.connection.execute("DELETE FROM told")
        marks = ", ".join("?" * len(COLUMNS.split(", ")))
        kept = [row for row in told if row[1] <= head]
        self.database.connection.executemany(f"INSERT INTO told VALUES ({marks})", kept)
        self.start()

    def answer(self, scope: dict[str, Any], body: bytes) -> Answer:
        """Answer one request; raises ServerDied when the process ended over it."""
        app = _application()
        app.state.service = self.service
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        asked: Any = app
        # A scope of its own: the application keeps what it knows of a request there.
        self.done(asked({**scope, "state": {}}, receive, send))
        head, *rest = sent
        headers = {k.decode().lower(): v.decode() for k, v in head["headers"]}
        return Answer(head["status"], headers, b"".join(m.get("body", b"") for m in rest))

    def administer[T](self, act: Callable[[Administration], Any]) -> T:
        """Let the administrator do something, with one entry in the audit chain."""
        self.admin_leaves += 1
        result: T = self.done(act(Administration(self.service)))
        return result

    def write(self, work: Callable[[Session], Any]) -> Any:
        """Change the database from outside."""
        return self.done(self.database.write(work))

    @property
    def epoch(self) -> str:
        [(found,)] = self.database.ask("SELECT value FROM server_meta WHERE name = 'epoch'")
        return str(found)

    @property
    def head(self) -> int:
        return int(self.database.ask("SELECT n FROM feed_head")[0][0])

    def done[T](self, work: Coroutine[Any, Any, T]) -> T:
        """Run a piece of the server's work to its end."""
        return self._loop.run_until_complete(work)

    def close(self) -> None:
        self.database.connection.close()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()
