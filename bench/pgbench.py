"""The limit of a server on PostgreSQL: pgbench runs the very statements that a request ran.

They are noted while the real app answers one request on a scratch copy of the database, and written
as a script with their values in them. What must differ from run to run is put in by the database:
ids of new rows, and the numbers that follow from the rows a script locks. Left out are HTTP,
JSON, compression, rules, hashes and signatures, and every Python.
"""

import re
import statistics
import subprocess
from collections.abc import Iterable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from sync.domain.ids import BranchId, DeviceId
from sync.protocol.envelope import FIRST_PREVIOUS
from sync.server.repositories.session import Database, Row, Session, Work
from tools.postgres import programs

BEGIN_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
# What a scratch copy's counters stand at, so that what follows from them is known by its value.
LAST_SEQ, COMMIT_NO, LEAVES = 700_000_000, 800_000_000, 1 << 30
NEAR = 10_000
WARM_S = 1
PROGRESS = re.compile(r"^progress: [0-9.]+ s, ([0-9.]+) tps", re.MULTILINE)


class Statement(msgspec.Struct, frozen=True):
    """One statement with its values; several rows of values when it ran for many."""

    sql: str
    rows: tuple[tuple[Any, ...], ...] = ((),)


class _Ear:
    """A session that notes what it is asked."""

    def __init__(self, session: Session, heard: list[Statement]) -> None:
        self._session = session
        self._heard = heard
        self.locking = session.locking
        self.spliced = session.spliced

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        """Note and return every row."""
        self._heard.append(Statement(sql, (values,)))
        return await self._session.rows(sql, *values)

    async def row(self, sql: str, *values: Any) -> Row | None:
        """Note and return the first row."""
        self._heard.append(Statement(sql, (values,)))
        return await self._session.row(sql, *values)

    async def run(self, sql: str, *values: Any) -> None:
        """Note and run."""
        self._heard.append(Statement(sql, (values,)))
        await self._session.run(sql, *values)

    async def run_many(self, sql: str, rows: Sequence[Row]) -> None:
        """Note and run for many rows."""
        if rows:
            self._heard.append(Statement(sql, tuple(tuple(row) for row in rows)))
        await self._session.run_many(sql, rows)

    async def rows_many(self, sql: str, rows: Sequence[Row]) -> list[Row]:
        """Note and run for many rows, and return what they gave."""
        if rows:
            self._heard.append(Statement(sql, tuple(tuple(row) for row in rows)))
        return await self._session.rows_many(sql, rows)


class Overheard:
    """A database that notes every statement of its transactions."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.heard: list[Statement] = []

    async def open(self) -> None:
        """Connect."""
        await self._database.open()

    async def close(self) -> None:
        """Disconnect."""
        await self._database.close()

    async def read[T](self, work: Work[T]) -> T:
        """Note a reading transaction."""
        return await self._told(BEGIN_READ, self._database.read, work)

    async def glance[T](self, work: Work[T]) -> T:
        """Note statements outside a transaction."""
        return await self._database.glance(lambda s: work(_Ear(s, self.heard)))

    async def write[T](self, work: Work[T]) -> T:
        """Note a writing transaction."""
        return await self._told("BEGIN", self._database.write, work)

    async def _told[T](self, begin: str, transaction: Any, work: Work[T]) -> T:
        self.heard.append(Statement(begin))
        result: T = await transaction(lambda s: work(_Ear(s, self.heard)))
        self.heard.append(Statement("COMMIT"))
        return result


async def mark_counters(session: Session, branch: BranchId, device: DeviceId) -> None:
    """Let the counters of a scratch copy stand where their followers are known by their values.

    What an earlier request left at these numbers goes.
    """
    await session.run("DELETE FROM feed WHERE commit_no > ?", COMMIT_NO)
    await session.run("DELETE FROM mutation WHERE seq > ?", LAST_SEQ)
    await session.run("DELETE FROM audit_leaf WHERE n >= ?", LEAVES)
    await session.run(
        "UPDATE feed_head SET n = ?, leaves = ?, frontier = ? WHERE branch_id = ?",
        COMMIT_NO,
        LEAVES,
        bytes(32),
        branch,
    )
    await session.run(
        "UPDATE device SET last_seq = ?, chain_hash = ? WHERE id = ?",
        LAST_SEQ,
        FIRST_PREVIOUS,
        device,
    )


class Script:
    """Statements of one request as pgbench reads them; `fresh` are the ids of new rows."""

    def __init__(
        self, heard: Iterable[Statement], fresh: frozenset[str] = frozenset(), leaves: int = 0
    ) -> None:
        self._fresh = fresh
        self._after = LEAVES + leaves  # what the head says once it counts the new ones
        self._is_insert = False
        self.text = "\n".join(self._written(one) for one in heard) + "\n"

    def _written(self, statement: Statement) -> str:
        sql = statement.sql
        self._is_insert = "INSERT INTO" in sql
        lines = [self._filled(sql, row) for row in statement.rows]
        if len(lines) > 1:
            return "\n".join(["\\startpipeline", *(f"{line};" for line in lines), "\\endpipeline"])
        locks = sql.startswith("UPDATE feed_head SET n") or (
            " FROM device " in sql and sql.endswith("FOR UPDATE")
        )
        return f"{lines[0]} \\gset" if locks else f"{lines[0]};"

    def _filled(self, sql: str, values: Sequence[Any]) -> str:
        at = count()
        return re.sub(r"\?", lambda _: self._literal(values[next(at)]), " ".join(sql.split()))

    def _literal(self, value: Any) -> str:
        match value:
            case None:
                return "NULL"
            case bool():
                return "TRUE" if value else "FALSE"
            case int():
                return self._number(value)
            case bytes():
                return f"'\\x{value.hex()}'::bytea"
            case str():
                if self._is_insert and value in self._fresh:
                    return f"left(gen_random_uuid()::text, {len(value)})"
                return _quoted(value)
            case list() | tuple():
                inside = ", ".join(self._literal(one) for one in value)
                return f"ARRAY[{inside}]" if value else "'{}'"
        raise TypeError(f"no literal for {type(value).__name__}")

    def _number(self, value: int) -> str:
        # A commit's own number is the head's after it was counted up.
        marks = (("last_seq", LAST_SEQ), ("n", COMMIT_NO + 1), ("leaves", self._after))
        for name, mark in marks:
            if abs(value - mark) < NEAR:
                return (
                    f"(:{name} + {value - mark})"
                    if value >= mark
                    else f"(:{name} - {mark - value})"
                )
        return str(value)


def _quoted(text: str) -> str:
    """Return a literal without a colon, which would name a variable."""
    plain = text.replace("\\", "\\\\").replace("'", "''")
    return f"E'{plain.replace(':', '\\x3a')}'"


def gathered(lines: Sequence[Sequence[Script]]) -> str:
    """Return one script in which each client runs those of its own line, by chance."""
    parts = ["\\set turn random(0, 1000000)"]
    for client, scripts in enumerate(lines):
        parts.append(f"\\if :client_id = {client}")
        for n, script in enumerate(scripts):
            parts += [f"\\if :turn % {len(scripts)} = {n}", script.text.rstrip(), "\\endif"]
        parts.append("\\endif")
    return "\n".join(parts) + "\n"


def rate(script: Path, url: str, clients: int, seconds: int) -> float:
    """Return how often a second the script is run to its end, a connection for each client.

    The first second, in which connections prepare their statements, is left out, unless the
    machine was too busy for a second figure. Raises RuntimeError when it was not run like that.
    """
    command = [str(programs() / "pgbench"), "-n", "-M", "prepared", "-P", "1", "-j", "2"]
    command += ["-c", str(clients), "-T", str(WARM_S + seconds), f"--file={script}", url]
    done = subprocess.run(command, capture_output=True, text=True)
    found = [float(tps) for tps in PROGRESS.findall(done.stderr)]
    if done.returncode or "aborted" in done.stderr or not found:
        raise RuntimeError(f"pgbench: {done.stderr[-2000:]}{done.stdout[-1000:]}")
    return statistics.mean(found[WARM_S:] or found)
