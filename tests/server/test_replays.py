"""What is remembered of used proofs: in one process's memory, and in the table of several."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from sync.protocol.messages import Codes
from sync.protocol.proof import WINDOW
from sync.server.problems import Refusal
from sync.server.replays import CLEARED_EVERY, Remembered, Shared
from sync.server.repositories.session import Database
from sync.server.repositories.sqlite import SqliteDatabase
from tests.server.house import Staffed, at_database
from tests.server.test_leaving import ON_POSTGRESQL
from tests.server.turned import Turned
from tests.sync.office import copied

SECOND = timedelta(seconds=1)
NONE = SqliteDatabase(Path("never-opened"))  # what one process remembers asks no database


def test_one_process_remembers(clock: Turned) -> None:
    async def work() -> list[bool]:
        kept = Remembered(clock)
        found = [await kept.first(NONE, "laptop", "a", clock.at)]
        found.append(await kept.first(NONE, "laptop", "a", clock.at))
        found.append(await kept.first(NONE, "another", "a", clock.at))
        clock.at += 2 * WINDOW
        found.append(await kept.first(NONE, "laptop", "a", clock.at))
        return found

    assert asyncio.run(work()) == [True, False, True, False]


def test_what_was_signed_before_it_began_is_not_believed(clock: Turned) -> None:
    kept = Remembered(clock)
    assert not asyncio.run(kept.first(NONE, "laptop", "a", clock.at - SECOND))
    assert asyncio.run(kept.first(NONE, "laptop", "a", clock.at))


def test_its_memory_is_bounded_and_empties(clock: Turned) -> None:
    async def work() -> bool:
        kept = Remembered(clock, most=3)
        for one in "abc":
            assert await kept.first(NONE, "laptop", one, clock.at)
        with pytest.raises(Refusal) as caught:
            await kept.first(NONE, "laptop", "d", clock.at)
        assert (caught.value.status, caught.value.code) == (503, Codes.BUSY)
        clock.at += 2 * WINDOW + SECOND
        return await kept.first(NONE, "laptop", "d", clock.at)

    assert asyncio.run(work())


@ON_POSTGRESQL
def test_several_processes_share(
    request: pytest.FixtureRequest, staffed: Staffed, tmp_path: Path, clock: Turned
) -> None:
    """Show the same proof to both of two processes at once; and forget what is too old."""
    with copied(request, staffed.data, tmp_path / "srv") as data:

        async def work(database: Database) -> tuple[list[bool], int]:
            first, second = Shared(clock), Shared(clock)
            shown = [kept.first(database, "laptop", "a", clock.at) for kept in (first, second) * 5]
            found = sorted(await asyncio.gather(*shown))
            clock.at += 2 * WINDOW + SECOND
            for n in range(CLEARED_EVERY):
                await first.first(database, "laptop", f"b{n}", clock.at)
            rows = await database.read(lambda s: s.rows("SELECT 1 FROM proof_used WHERE id = 'a'"))
            return found, len(rows)

        assert at_database(data, work) == ([False] * 9 + [True], 0)
