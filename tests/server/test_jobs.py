"""What is done every day: by one process of many, twice without harm, told of nobody."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from sync.server.jobs import daily, running
from sync.server.jobs.daily import CHECKPOINTS, FRAGMENTS_KEPT, JOBS
from sync.server.jobs.running import Outcome, is_due, run
from sync.server.repositories import jobs
from sync.server.repositories.session import Database, Session
from sync.server.service import Service
from tests.server.acts import call
from tests.server.house import House, Staffed, service_of
from tests.server.laptop import PRIVATE_WORDS, now
from tests.server.terminal import contents, tell
from tests.server.test_leaving import Up, data
from tests.server.test_together import at_once
from tests.sync.office import DATABASE_URL

LOCKED = timedelta(minutes=5)
DONE_WITHIN_S = 60

__all__ = ["data"]  # a fixture


def told(house: House) -> dict[str, tuple[str, int]]:
    """Run the jobs as cron would; return what became of each."""
    said = tell(house.data, "jobs", "run")
    assert said.code == 0, said
    parts = (line.split("\t") for line in said.out.splitlines() if line.count("\t") == 2)
    return {job: (state, int(count)) for job, state, count in parts}


def within[T](house: House, act: Callable[[Service], Awaitable[T]]) -> T:
    """Do something with a service of one's own, as another process would."""
    service = service_of(house.data)

    async def work() -> T:
        await service.database.open()
        try:
            return await act(service)
        finally:
            await service.database.close()

    return asyncio.run(work())


def test_a_day_of_jobs_and_the_same_again(own_house: House) -> None:
    li, case_id = own_house.crew["li"], own_house.cases["own"]
    for _ in range(3):
        li.push(call(li, case_id))
    feed = len(contents(own_house.data)["feed"])
    folder = own_house.data / "attachments" / "main"
    old, young = folder / "old.part", folder / "young.part"
    for part in (old, young):
        part.write_bytes(b"half")
    long_ago = (now() - FRAGMENTS_KEPT - timedelta(days=1)).timestamp()
    os.utime(old, (long_ago, long_ago))
    expire(own_house)

    first = told(own_house)
    assert {state for state, _ in first.values()} == {"done"}
    assert set(first) == set(JOBS)
    assert (first["fragments"][1], old.exists(), young.exists()) == (1, False, True)
    assert first["codes"][1] == 1
    assert first["checkpoint"][1] == 1
    assert first["compact"][1] == feed - len(contents(own_house.data)["feed"]) > 0
    before = contents(own_house.data)
    again = told(own_house)
    assert [again[name] for name in ("fragments", "codes", "compact")] == [("done", 0)] * 3
    after = contents(own_house.data)
    assert before | {"job": []} == after | {"job": []}
    witnessed = str(own_house.data / CHECKPOINTS)
    assert "is whole" in tell(own_house.data, "audit", "verify", "--checkpoints", witnessed).out
    assert len((own_house.data / CHECKPOINTS).read_bytes().splitlines()) == 2


def expire(house: House) -> None:
    """Let one code have expired a year ago."""
    house.code("li")

    async def work(session: Session) -> None:
        await session.run("DELETE FROM enrol_code WHERE used_at IS NOT NULL")
        await session.run(
            "UPDATE enrol_code SET expires_at = ?", (now() - timedelta(days=365)).isoformat()
        )

    async def act(database: Database) -> None:
        await database.write(work)

    house.at_database(act)


def test_one_of_many_does_a_job(own_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let four processes begin in the same moment: each job is done by one at a time."""
    inside: list[str] = []
    at_once_most: list[int] = []

    async def careful(name: str, _service: Service) -> int:
        inside.append(name)
        at_once_most.append(inside.count(name))
        await asyncio.sleep(0)
        inside.remove(name)
        return 0

    monkeypatch.setattr(running, "JOBS", {name: partial(careful, name) for name in JOBS})
    outcomes: list[list[Outcome]] = at_once(*[lambda: within(own_house, run)] * 4)
    states = [one.state for outcome in outcomes for one in outcome]
    assert set(states) <= {"done", "held"}
    assert max(at_once_most) == 1
    assert len(at_once_most) == states.count("done") >= len(JOBS)


def test_who_holds_a_job_keeps_the_others_out_until_it_died(own_house: House) -> None:
    at = now()

    async def held(until: datetime, service: Service, done_at: str = "") -> bool:
        return await service.database.write(lambda s: jobs.hold(s, "compact", at, until, done_at))

    assert within(own_house, partial(held, at + LOCKED))
    assert told(own_house)["compact"] == ("held", 0)

    async def died(session: Session) -> None:
        await session.run("UPDATE job SET held_until = ?", (at - LOCKED).isoformat())

    own_house.at_database(lambda database: database.write(died))
    assert told(own_house)["compact"][0] == "done"
    # Who looked before it was done comes too late.
    assert not within(own_house, partial(held, at + LOCKED))


def test_a_job_that_fails_is_told_and_tried_again(
    own_house: House, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    async def broken(_service: Service) -> int:
        raise ValueError(PRIVATE_WORDS)

    with monkeypatch.context() as then:
        then.setitem(daily.JOBS, "codes", broken)
        said = tell(own_house.data, "jobs", "run")
        assert said.code == 1
        assert "codes\tfailed\t0" in said.out
    assert PRIVATE_WORDS not in "".join(capfd.readouterr()) + said.out + said.err
    assert "codes\tnever" in tell(own_house.data, "jobs", "list").out
    assert told(own_house)["codes"][0] == "done"


def test_only_what_is_due_is_done(own_house: House) -> None:
    hour = now().hour
    assert {o.state for o in within(own_house, partial(run, hour=hour))} == {"done"}
    assert within(own_house, partial(run, hour=hour)) == []
    figures = own_house.client.get("/metrics").text
    assert 'yuefang_job_runs_total{job="compact",outcome="done"}' in figures


def test_the_server_does_them_by_itself(data: Path, staffed: Staffed) -> None:
    """Serve at the hour of the jobs, with two processes where there can be: each is done once."""
    processes = "2" if (data / DATABASE_URL).exists() else "1"
    when = ("--jobs-at", str(now().hour), "--jobs-look", "1")
    with closing(Up(data, staffed, "--processes", processes, *when)) as up:
        began = time.monotonic()
        while "\tnever\t" in (said := tell(data, "jobs", "list").out):
            assert time.monotonic() - began < DONE_WITHIN_S, said
        assert [line.split("\t")[0] for line in said.splitlines()] == sorted(JOBS)
        figures = up.client.get("/metrics").text
    for job in JOBS:
        assert f'yuefang_job_runs_total{{job="{job}",outcome="done"}} 1.0' in figures


@pytest.mark.parametrize(
    ("done", "due"),
    [
        ("", True),
        ("2026-03-02T17:59:00+00:00", True),
        ("2026-03-02T18:00:00+00:00", False),
        ("2026-03-03T11:00:00+00:00", False),
        ("2026-03-03T12:00:05+00:00", False),  # by a process whose clock is a little ahead
        ("2027-03-03T12:00:00+00:00", True),  # by a clock that was wrong by a year
    ],
)
def test_the_hour_strikes_once_a_day(done: str, due: bool) -> None:
    assert is_due(done, datetime(2026, 3, 3, 12, tzinfo=UTC), 18) is due
