"""Lets each daily job be done by one process of many: held in the database while it is done.

A process that dies lets a job go after `HELD`. A job that fails is tried again at the next look.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import msgspec
import structlog
from prometheus_client import Counter, Gauge

from sync.server.jobs.daily import JOBS
from sync.server.repeating import repeated
from sync.server.repositories import jobs
from sync.server.service import Service

log = structlog.get_logger("yuefang.jobs")

RUNS = Counter("yuefang_job_runs_total", "Daily jobs", ("job", "outcome"))
LAST = Gauge(
    "yuefang_job_done_timestamp_seconds", "Done last", ("job",), multiprocess_mode="mostrecent"
)
HELD = timedelta(hours=1)
DAY = timedelta(days=1)


class Outcome(msgspec.Struct, frozen=True):
    """What became of a job: done with `count` things, held by another, or failed."""

    job: str
    state: str
    count: int = 0


def is_due(done_at: str, now: datetime, hour: int) -> bool:
    """Say whether a job was not done since `hour` (UTC) struck last.

    What was done in days to come was done by a clock that was wrong.
    """
    struck = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    if struck > now:
        struck -= DAY
    return not done_at or not struck <= datetime.fromisoformat(done_at) < now + DAY


async def run(service: Service, *, hour: int | None = None) -> list[Outcome]:
    """Do every job, or with an hour those that are due; one after the other."""
    stands = await service.database.read(jobs.every)
    now = service.clock.now()
    told = []
    for name in JOBS:
        done_at = stands[name].done_at if name in stands else ""
        if hour is None or is_due(done_at, now, hour):
            told.append(await _run_one(service, name, done_at))
    return told


async def _run_one(service: Service, name: str, done_at: str) -> Outcome:
    now = service.clock.now()
    if not await service.database.write(lambda s: jobs.hold(s, name, now, now + HELD, done_at)):
        return Outcome(name, "held")
    try:
        count = await JOBS[name](service)
    except Exception as error:
        log.error("job failed", job=name, error=type(error).__name__)
        RUNS.labels(name, "failed").inc()
        await service.database.write(lambda s: jobs.let_go(s, name))
        return Outcome(name, "failed")
    ended = service.clock.now()
    await service.database.write(lambda s: jobs.done(s, name, ended, count))
    log.info("job done", job=name, count=count)
    RUNS.labels(name, "done").inc()
    LAST.labels(name).set(ended.timestamp())
    return Outcome(name, "done", count)


@asynccontextmanager
async def every_day(service: Service, hour: int, look_s: float) -> AsyncIterator[None]:
    """Do what is due as long as the server runs, looking every so many seconds."""
    async with repeated(lambda: _look(service, hour), look_s):
        yield


async def _look(service: Service, hour: int) -> None:
    try:
        await run(service, hour=hour)
    except Exception as error:  # such as a database that is away: looked at again
        log.error("jobs not looked at", error=type(error).__name__)
