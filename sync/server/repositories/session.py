"""One transaction on either database, and the database that opens it.

Statements are written once with `?`; the PostgreSQL half turns these into `$1…`.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

type Row = Sequence[Any]


class Clash(Exception):
    """Another transaction changed a row first; what was decided must be decided again."""


class NoRoom(Exception):
    """The database's disk is full; the transaction left nothing behind."""


class Away(Exception):
    """The database cannot be reached, or went away; whether a commit was made is not known."""


class Session(Protocol):
    """Statements inside one transaction."""

    locking: str  # what a SELECT adds to lock its rows; empty where one writer is the rule
    spliced: str  # how "{text}" and a "{body}" of bytes behind it are told as one value of bytes

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        """Return every row."""
        ...

    async def row(self, sql: str, *values: Any) -> Row | None:
        """Return the first row, or None."""
        ...

    async def run(self, sql: str, *values: Any) -> None:
        """Run a statement."""
        ...

    async def run_many(self, sql: str, rows: Sequence[Row]) -> None:
        """Run a statement for many rows."""
        ...

    async def rows_many(self, sql: str, rows: Sequence[Row]) -> list[Row]:
        """Run a statement for many rows; return what they gave, in their order."""
        ...


type Work[T] = Callable[[Session], Awaitable[T]]


class Database(Protocol):
    """Where transactions come from.

    `write` may run its work again after a clash: work has no effect outside its session.
    """

    async def open(self) -> None:
        """Connect."""
        ...

    async def close(self) -> None:
        """Disconnect."""
        ...

    async def read[T](self, work: Work[T]) -> T:
        """Run reads that see one moment."""
        ...

    async def glance[T](self, work: Work[T]) -> T:
        """Run reads that need not see one moment: a single statement is one by itself."""
        ...

    async def write[T](self, work: Work[T]) -> T:
        """Run reads and writes as one transaction, again when they clashed with another."""
        ...
