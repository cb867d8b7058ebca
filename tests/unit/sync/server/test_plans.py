"""No statement of push and pull walks what a branch has: SQLite reaches every row by its key."""

import asyncio
import re
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from sync.domain.ids import BranchId, CaseId
from sync.domain.snapshot import Needs
from sync.protocol.pages import Cursor, FeedRow, Op
from sync.server.compacting import GONE_LONG_AGO, SUPERSEDED
from sync.server.in_hand import InHand
from sync.server.repositories import audit, digests, mutations, records
from sync.server.repositories.session import Row, Session
from sync.server.repositories.sqlite import SqliteSession
from sync.server.tables import metadata

MAIN = BranchId("main")
GROWING = "record|feed|mutation|audit_leaf|audit_tile|scope_row|scope_sum"
WALKS = re.compile(
    rf"SCAN ({GROWING})\b|SEARCH ({GROWING}) .*\(branch_id=\?\)"
    r"|SEARCH scope_row .*\(branch_id=\? AND scope=\?\)"
)


class Explained(SqliteSession):
    """A session that notes how each statement reaches its rows."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._plain = connection
        self.steps: list[str] = []

    def _explain(self, sql: str, values: Sequence[Any]) -> None:
        plan = self._plain.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
        self.steps += [str(step[3]) for step in plan]

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        self._explain(sql, values)
        return await super().rows(sql, *values)

    async def row(self, sql: str, *values: Any) -> Row | None:
        self._explain(sql, values)
        return await super().row(sql, *values)

    async def run(self, sql: str, *values: Any) -> None:
        self._explain(sql, values)
        await super().run(sql, *values)

    async def run_many(self, sql: str, rows: Sequence[Row]) -> None:
        for values in rows:
            self._explain(sql, values)
        await super().run_many(sql, rows)

    async def rows_many(self, sql: str, rows: Sequence[Row]) -> list[Row]:
        for values in rows:
            self._explain(sql, values)
        return await super().rows_many(sql, rows)


OPS = [
    (scope, FeedRow(2, idx, op, kind, f"r{idx}", 1, "c1", b"{}" if op is Op.PUT else None))
    for scope in ("team:north", "officer:li")
    for idx, (kind, op) in enumerate(
        (("case", Op.PUT), ("contact", Op.PUT), ("contact", Op.EXIT), ("visit", Op.PUT))
    )
]

NEEDED = [Needs((CaseId(f"c{n}"),), ("li",), (f"r{n}",)) for n in range(3)]

ASKED: dict[str, Callable[[Session], Awaitable[object]]] = {
    "a case's records": lambda s: records.of_case(s, MAIN, CaseId("c1")),
    "what a batch reads": lambda s: InHand(s, MAIN).read(NEEDED, [("contact", "n1")]),
    "a record": lambda s: records.get(s, MAIN, "visit", "v1"),
    "a page": lambda s: records.feed_page(s, MAIN, "team:north", Cursor(1, 0), 1000, 16384),
    "answers": lambda s: mutations.answered(s, MAIN, ["m1", "m2"]),
    "a feed to follow": lambda s: digests.follow(s, MAIN, OPS),
    "a scope's digest": lambda s: digests.whole(s, MAIN, "team:north"),
    "whether a scope holds": lambda s: digests.holds(s, MAIN, "team:north", ("case", "c1")),
    "the branch's head": lambda s: audit.head(s, MAIN),
}
# For a laptop that is to be mended; these look at a whole scope, once.
TO_MEND: dict[str, Callable[[Session], Awaitable[object]]] = {
    "a scope's buckets": lambda s: digests.buckets(s, MAIN, "team:north"),
    "what is in a bucket": lambda s: digests.rows_of(s, MAIN, "team:north", (1, 2, 3)),
}
# These look at a whole scope, each of its ops once.
OF_A_SCOPE = {
    "what was told again": (SUPERSEDED, (MAIN, "team:north")),
    "what left long ago": (GONE_LONG_AGO, (MAIN, "team:north", 9)),
}


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Explained]:
    path = tmp_path / "server.db"
    engine = create_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    engine.dispose()
    connection = sqlite3.connect(path)
    try:
        yield Explained(connection)
    finally:
        connection.close()


@pytest.mark.parametrize("what", ASKED)
def test_a_statement_finds_its_rows_by_key(session: Explained, what: str) -> None:
    asyncio.run(_whole(ASKED[what](session)))
    assert session.steps
    assert not [step for step in session.steps if WALKS.search(step)]


@pytest.mark.parametrize("what", TO_MEND)
def test_mending_looks_at_one_scope(session: Explained, what: str) -> None:
    asyncio.run(_whole(TO_MEND[what](session)))
    [step] = session.steps
    assert re.fullmatch(r"SEARCH scope_row USING .*\(branch_id=\? AND scope=\?\)", step)


@pytest.mark.parametrize("what", OF_A_SCOPE)
def test_compacting_looks_at_an_op_once(session: Explained, what: str) -> None:
    sql, values = OF_A_SCOPE[what]
    asyncio.run(_whole(session.rows(sql, *values)))
    reached = [step for step in session.steps if "feed" in step]
    assert len(reached) == 1
    assert re.search(r"SEARCH feed USING .*\(branch_id=\? AND scope=\?", reached[0])
    assert not [step for step in session.steps if "CORRELATED" in step]


async def _whole(asked: Awaitable[object]) -> None:
    await asked


def test_a_walk_would_be_seen() -> None:
    assert WALKS.search("SCAN record USING INDEX record_of_case")
    assert WALKS.search("SEARCH record USING INDEX sqlite_autoindex_record_1 (branch_id=?)")
    assert not WALKS.search("SEARCH record USING INDEX record_of_case (branch_id=? AND case_id=?)")
    assert not WALKS.search("SCAN feed_head")
