"""Lines to PostgreSQL: lent to one at a time, so many at most, given up when they are spoilt."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from sync.server.repositories import postgres_lines
from sync.server.repositories.postgres import PostgresDatabase
from sync.server.repositories.session import Away, Session
from tools.postgres import Cluster

WITHIN_S = 20.0
OWN_PROCESS = "SELECT pg_backend_pid()"
OPEN = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
)


class NoMore(Exception):
    """What a work stumbles over."""


async def own_process(session: Session) -> int:
    row = await session.row(OWN_PROCESS)
    assert row is not None
    return int(row[0])


async def slowly(session: Session) -> None:
    await session.row("SELECT pg_sleep(60)")


async def fails(session: Session) -> None:
    await own_process(session)
    raise NoMore


def on_lines[T](cluster: Cluster, most: int, act: Callable[[PostgresDatabase], Awaitable[T]]) -> T:
    """Run an act on a database reached over so many lines; hang up behind it."""

    async def run() -> T:
        database = PostgresDatabase(cluster.url("postgres"), connections=most)
        await database.open()
        try:
            return await act(database)
        finally:
            await database.close()

    return asyncio.run(asyncio.wait_for(run(), WITHIN_S))


def test_a_line_is_lent_again_and_no_more_than_there_may_be(cluster: Cluster) -> None:
    async def act(database: PostgresDatabase) -> list[int]:
        one_by_one = [await database.glance(own_process) for _ in range(3)]
        assert len(set(one_by_one)) == 1
        return await asyncio.gather(*(database.read(own_process) for _ in range(30)))

    assert len(set(on_lines(cluster, 3, act))) <= 3


def test_who_finds_no_line_in_time_is_told_that_it_is_away(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_lines, "ACQUIRE_S", 0.05)

    async def act(database: PostgresDatabase) -> None:
        async def keeps_it(session: Session) -> None:
            await own_process(session)
            with pytest.raises(Away):
                await database.glance(own_process)

        await database.glance(keeps_it)
        await database.glance(own_process)  # it is there again

    on_lines(cluster, 1, act)


@pytest.mark.parametrize("kind", ["read", "write"])
def test_a_work_that_fails_leaves_nothing_open(cluster: Cluster, kind: str) -> None:
    async def act(database: PostgresDatabase) -> int:
        with pytest.raises(NoMore):
            await getattr(database, kind)(fails)
        return await database.glance(how_many_are_open)

    assert on_lines(cluster, 1, act) == 0


async def how_many_are_open(session: Session) -> int:
    row = await session.row(OPEN)
    assert row is not None
    return int(row[0])


def test_a_snapshot_ends_behind_its_reading(cluster: Cluster) -> None:
    """Its end is not waited for, but it comes before whatever is asked next on the line."""

    async def act(database: PostgresDatabase) -> tuple[int, int]:
        await database.read(own_process)
        return await database.read(own_process), await database.glance(how_many_are_open)

    assert on_lines(cluster, 1, act)[1] == 0


def test_a_line_whose_statement_was_given_up_is_not_lent_again(cluster: Cluster) -> None:
    async def act(database: PostgresDatabase) -> tuple[int, int]:
        before = await database.glance(own_process)
        asked = asyncio.ensure_future(database.glance(slowly))
        async with PostgresWatch(cluster) as watch:
            await watch.until_it_sleeps(before)
            asked.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asked
        return before, await database.glance(own_process)

    before, after = on_lines(cluster, 1, act)
    assert after != before


def test_a_line_that_was_cut_is_replaced(cluster: Cluster) -> None:
    async def act(database: PostgresDatabase) -> tuple[int, int]:
        before = await database.glance(own_process)
        with pytest.raises(Away):
            await database.glance(ends_itself)
        return before, await database.glance(own_process)

    before, after = on_lines(cluster, 1, act)
    assert after != before


async def ends_itself(session: Session) -> None:
    await session.row("SELECT pg_terminate_backend(pg_backend_pid())")


def test_a_line_is_worn_out_at_some_time(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_lines, "MOST_LENT", 3)

    async def act(database: PostgresDatabase) -> list[int]:
        return [await database.glance(own_process) for _ in range(5)]

    assert len(set(on_lines(cluster, 1, act))) == 2


def test_a_line_that_nobody_needs_is_hung_up(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(database: PostgresDatabase) -> int:
        many = await asyncio.gather(*(database.read(own_process) for _ in range(9)))
        monkeypatch.setattr(postgres_lines, "IDLE_S", 0.0)
        again = [await database.glance(own_process) for _ in range(9)]
        assert len(set(again)) == 1
        return len(set(many))

    assert on_lines(cluster, 3, act) == 3


class PostgresWatch:
    """A look at what the processes of a database do, from beside."""

    def __init__(self, cluster: Cluster) -> None:
        self._beside = PostgresDatabase(cluster.url("postgres"), connections=1)

    async def __aenter__(self) -> "PostgresWatch":
        await self._beside.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._beside.close()

    async def until_it_sleeps(self, process: int) -> None:
        """Wait until a process of the database is in the midst of its long statement."""

        async def sleeps(session: Session) -> bool:
            event = "SELECT wait_event FROM pg_stat_activity WHERE pid = ?"
            row = await session.row(event, process)
            return row is not None and row[0] == "PgSleep"

        while not await self._beside.glance(sleeps):
            pass
