"""The primary database is killed, or hangs, while laptops push: its follower has all of it.

The follower is synchronous. `--failovers N` says how often it is killed (once in the plain run).
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from random import Random

import httpx
import pytest

from sync.server.repositories.postgres_lines import ACQUIRE_S
from tests.server.house import Staffed
from tests.server.pushing import Pusher, all_beyond, check_feed, check_kept, pushing, until
from tests.server.test_leaving import ON_POSTGRESQL, Up
from tests.sync.office import DATABASE_URL, copied
from tests.sync.replicated import Pair, pair_of
from tools.postgres import Cluster

type Tell = Callable[[str, object], None]
LONG = 40
MOST_BEFORE = 40  # records answered between two failovers
SILENT_S = 3
ANSWERED_WITHIN_S = ACQUIRE_S + SILENT_S + 10  # the last for a machine that does much else


@pytest.fixture
def pair(
    request: pytest.FixtureRequest, staffed: Staffed, tmp_path: Path
) -> Iterator[tuple[Pair, Path]]:
    """Bring the staffed branch into a pair of databases."""
    cluster: Cluster = request.getfixturevalue("cluster")
    with copied(request, staffed.data, tmp_path / "srv") as data:
        url = (data / DATABASE_URL).read_text()
        dump = cluster.folder / "for-a-pair.sql"
        cluster.run("pg_dump", url, "--no-owner", "--no-privileges", "-f", str(dump))
        with pair_of(dump) as pair:
            (data / DATABASE_URL).write_text(pair.url)
            yield pair, data
            (data / DATABASE_URL).write_text(url)


def fail_over(pair: Pair, data: Path, staffed: Staffed, times: int) -> int:
    """Kill the primary so often; return how many answered records were found again."""
    random = Random(times)
    with ExitStack() as stack:
        up = stack.enter_context(closing(Up(data, staffed, "--processes", "2")))
        lines = {
            login: stack.enter_context(httpx.Client(base_url=up.server.address, timeout=60))
            for login in ("li", "wang", "zhao")
        }
        with pushing(up.house, lines) as pushers:
            for _ in range(times):
                wanted = sum(len(p.acked) for p in pushers) + random.randrange(1, MOST_BEFORE)
                until(pushers, lambda goal=wanted: sum(len(p.acked) for p in pushers) >= goal)
                pair.fail_over()
                again = [len(p.acked) for p in pushers]
                until(pushers, partial(all_beyond, pushers, again))
                pair.follow()
        check_feed(up.house.crew["sun"], "team:south", pushers[2:])
        assert up.client.get("/ready").status_code == 200
        return check_kept(up.house, pushers)


@ON_POSTGRESQL
def test_the_primary_is_killed(
    pair: tuple[Pair, Path],
    staffed: Staffed,
    request: pytest.FixtureRequest,
    record_property: Tell,
) -> None:
    times = request.config.getoption("--failovers")
    kept = fail_over(*pair, staffed, times)
    record_property("crash", f"Failovers: tried {times}, lost 0 (of {kept} answered records)")


def hang(pair: Pair, data: Path, staffed: Staffed, times: int) -> tuple[int, float]:
    """Let the primary fall silent so often; return the records found again, the longest wait."""
    options = ("--processes", "2", "--database-silence", str(SILENT_S))
    with ExitStack() as stack:
        up = stack.enter_context(closing(Up(data, staffed, *options)))
        lines = {
            login: stack.enter_context(httpx.Client(base_url=up.server.address, timeout=60))
            for login in ("li", "wang", "zhao")
        }
        with pushing(up.house, lines) as pushers:
            for _ in range(times):
                before = [len(p.acked) for p in pushers]
                until(pushers, partial(all_beyond, pushers, before))
                pair.primary.silence()
                told = [p.asked_to_wait for p in pushers]
                until(pushers, partial(all_told, pushers, told))
                silent = pair.promote()
                again = [len(p.acked) for p in pushers]
                until(pushers, partial(all_beyond, pushers, again))
                silent.kill()
                pair.follow()
        assert up.client.get("/ready").status_code == 200
        return check_kept(up.house, pushers), max(p.longest_s for p in pushers)


def all_told(pushers: list[Pusher], before: list[int]) -> bool:
    """Say whether each laptop was asked to wait once more."""
    return all(p.asked_to_wait > n for p, n in zip(pushers, before, strict=True))


@ON_POSTGRESQL
@pytest.mark.parametrize(
    "times", [pytest.param(1, id="once"), pytest.param(6, marks=pytest.mark.long, id="often")]
)
def test_the_primary_hangs(
    pair: tuple[Pair, Path], staffed: Staffed, times: int, record_property: Tell
) -> None:
    """Stop its processes with every line open: laptops are asked to wait, and lose nothing."""
    kept, longest_s = hang(*pair, staffed, times)
    assert longest_s < ANSWERED_WITHIN_S
    record_property("crash", f"Silent primaries: tried {times}, lost 0 (of {kept} records)")


@ON_POSTGRESQL
@pytest.mark.long
def test_the_primary_is_killed_often(
    pair: tuple[Pair, Path], staffed: Staffed, record_property: Tell
) -> None:
    kept = fail_over(*pair, staffed, LONG)
    record_property("crash", f"Failovers: tried {LONG}, lost 0 (of {kept} answered records)")
