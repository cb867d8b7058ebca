"""The server's speed on PostgreSQL: `python -m bench.server`.

A PostgreSQL of its own, the server as `field-server serve` runs it with several processes, a
connection for each laptop. A pull is a page of 500 records; a push is a batch of signed
acts, calls and visits, decided by every rule. The limit is pgbench running the very statements
that these requests run, on a copy of the same data (see `pgbench`); both take turns. The figures
of one SQLite file stand beside. Then twelve writers push while readers follow a cursor: none may
lose a row.
"""

import argparse
import asyncio
import itertools
import logging
import math
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec
import structlog

from bench import cursor_losses
from bench.bank import Laptop, Size, furnished
from bench.closed_loop import Driven, drive, request, sign_in
from bench.cursor_losses import Losses
from bench.figures import OUT, ROOT, Goal, Metric, beside, publish
from bench.pgbench import rate
from bench.pgbench_together import rate_together
from bench.server_limit import (
    PARTS,
    Limits,
    Pull,
    day_of,
    full_pages,
    push_body,
    write_scripts,
)
from bench.serving import Serving
from sync.domain.vocabulary import Role
from sync.server.app import build_service
from sync.server.machine import MachineIds
from sync.server.repositories.session import Session
from sync.server.settings import ServerSettings
from tools.postgres import Cluster, running

PER_S = "1/s"
FIRST_RATE = 50.0  # batches a second of the first round
FIRST_PULL_RATE = 500.0  # pages
PLENTY = 2.0  # times the expected rate: a laptop may be quicker than its neighbours
CURSORS = 5
GOALS = {
    "pull_pages": Goal(0.60, at_least=True),
    "push_batches": Goal(0.40, at_least=True),
    "cursor_rows_lost": Goal(0.0),
    "cursor_rows_twice": Goal(0.0),
}


def main(argv: list[str], out: Path = OUT) -> int:
    """Measure, print a table and write the figures; 1 when a cursor lost a row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--branches", type=int, default=2)
    parser.add_argument(
        "--officers", type=int, default=12, help="of each branch, with a laptop each"
    )
    parser.add_argument("--cases", type=int, default=180, help="of each officer")
    parser.add_argument("--page", type=int, default=500, help="records of a pull")
    parser.add_argument("--batch", type=int, default=20, help="acts of a push")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2, help="of each figure of a round")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args(argv)
    _hush()
    with tempfile.TemporaryDirectory() as folder, running("shared_buffers=512MB") as cluster:
        metrics, losses = _measure(asked, Path(folder), cluster)
    publish("server", metrics, GOALS, out)
    print(
        f"{losses.batches} batches by {asked.officers} writers, {losses.rows} rows: "
        f"lost {losses.lost}, twice {losses.twice}"
    )
    return 1 if losses.lost or losses.twice else 0


def _hush() -> None:
    """Let the app that is heard for pgbench's scripts log into this process nothing but trouble."""
    quiet = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(wrapper_class=quiet, cache_logger_on_first_use=True)


def _measure(
    asked: argparse.Namespace, folder: Path, cluster: Cluster
) -> tuple[dict[str, Metric], Losses]:
    began = time.perf_counter()
    name = cluster.database()
    size = Size(asked.branches, asked.officers, asked.cases)
    ours = Bench(
        _settings(folder / "postgres", cluster.url(name)), size, asked.page, asked.processes
    )
    file = Bench(_settings(folder / "sqlite", ""), size, asked.page, 1)
    scratch, limit = cluster.database(name), cluster.database(name)
    at_scratch = msgspec.structs.replace(ours.settings, database_url=cluster.url(scratch))
    limits = write_scripts(at_scratch, ours.pulls, ours.officers, asked.batch, folder)
    cluster.drop(scratch)
    print(f"two banks furnished, pgbench's scripts written in {time.perf_counter() - began:.0f} s")
    ours.serving.start()
    file.serving.start()
    try:
        rounds = []
        for number in range(1, asked.rounds + 1):
            rounds.append(_round(asked, ours, file, limits, cluster.url(limit)))
            print(f"round {number} of {asked.rounds}: {rounds[-1].line}", flush=True)
        losses = ours.losses(asked.batch, asked.seconds)
    finally:
        ours.serving.stop()
        file.serving.stop()
    for one in (ours, file):
        one.check_all_is_kept(asked.batch)
    return _metrics(rounds, losses), losses


class Round(msgspec.Struct, frozen=True):
    """Rates of one round, right behind each other."""

    pull: float
    pull_limit: float
    push: float
    push_limit: float
    file_pull: float
    file_push: float
    seconds: float

    @property
    def line(self) -> str:
        """Return the round in a line, rates a second."""
        return (
            f"pulls {self.pull:.0f} of {self.pull_limit:.0f}, pushes {self.push:.1f} of "
            f"{self.push_limit:.1f}; one file {self.file_pull:.0f} and {self.file_push:.1f}; "
            f"{self.seconds:.0f} s"
        )


def _round(
    asked: argparse.Namespace, ours: "Bench", file: "Bench", limits: Limits, url: str
) -> Round:
    began, clients = time.perf_counter(), len(ours.officers)
    pull_limit = rate(limits.pull, url, clients, asked.seconds)
    pull, file_pull = (one.pull(asked.seconds).rate for one in (ours, file))
    push_limit = rate_together(limits.push, url, clients, asked.seconds)
    push, file_push = (one.push(asked.batch, asked.seconds).rate for one in (ours, file))
    seconds = time.perf_counter() - began
    return Round(pull, pull_limit, push, push_limit, file_pull, file_push, seconds)


def _metrics(rounds: Sequence[Round], losses: Losses) -> dict[str, Metric]:
    rows = float(losses.rows)
    return {
        "pull_pages": beside([(r.pull, r.pull_limit) for r in rounds], PER_S),
        "push_batches": beside([(r.push, r.push_limit) for r in rounds], PER_S),
        "sqlite_pull_pages": beside([(r.file_pull, r.pull) for r in rounds], PER_S),
        "sqlite_push_batches": beside([(r.file_push, r.push) for r in rounds], PER_S),
        "cursor_rows_lost": Metric(losses.lost, rows, losses.lost / rows, "rows"),
        "cursor_rows_twice": Metric(losses.twice, rows, losses.twice / rows, "rows"),
    }


def _settings(folder: Path, url: str) -> ServerSettings:
    folder.mkdir(parents=True)
    url = url or f"sqlite:///{folder / 'server.db'}"
    return ServerSettings(url, folder, ROOT / "resources" / "policies")


class Bench:
    """One bank on one database, its server, and what its laptops ask."""

    def __init__(self, settings: ServerSettings, size: Size, page: int, processes: int) -> None:
        self.settings = settings
        laptops = asyncio.run(furnished(settings, size))
        self.officers = [x for x in laptops if x.enrolled.officer.role is Role.OFFICER]
        self._lead = next(x for x in laptops if x.enrolled.officer.role is Role.LEAD)
        self.pulls: list[Pull] = full_pages(settings, self.officers, page, CURSORS)
        self.serving = Serving(settings, settings.data / "server.log", processes)
        self._ids = MachineIds()
        self._chance = random.Random(1)
        self._kept = 0
        self._rate = FIRST_RATE
        self._pull_rate = FIRST_PULL_RATE

    def pull(self, seconds: float) -> Driven:
        """Pull as fast as it goes."""
        sign_in(self.serving.port, self.officers)
        each = math.ceil(self._pull_rate * seconds / len(self.officers) * PLENTY) + 1
        driven = drive(self.serving.port, [self._pulling(x, each) for x in self.officers], seconds)
        self._pull_rate = driven.rate
        return driven

    def _pulling(self, laptop: Laptop, each: int) -> Iterator[bytes]:
        """Return a laptop's requests, so many made beforehand, more while the time runs."""
        asked = (request(laptop, "GET", p.path) for p in itertools.cycle(self._pulls_of(laptop)))
        return itertools.chain(list(itertools.islice(asked, each)), asked)

    def _pulls_of(self, laptop: Laptop) -> list[Pull]:
        return [pull for pull in self.pulls if pull.laptop is laptop]

    def push(self, batch: int, seconds: float) -> Driven:
        """Push as fast as it goes."""
        lines = self._pushing(self.officers, batch, seconds)
        driven = drive(self.serving.port, lines, seconds)
        self._settle(lines)
        self._rate = driven.rate
        return driven

    def losses(self, batch: int, seconds: float) -> Losses:
        """Let the officers of one branch write and its lead read."""
        writers = [x for x in self.officers if x.branch == self._lead.branch]
        lines = self._pushing(writers, batch, seconds)
        port = self.serving.port
        found = cursor_losses.count(self.settings, port, self._lead, lines, seconds)
        self._settle(lines)
        return found

    def _pushing(self, laptops: Sequence[Laptop], batch: int, seconds: float) -> list["Pushing"]:
        sign_in(self.serving.port, [*laptops, self._lead])
        each = math.ceil(self._rate * seconds / len(laptops) * PLENTY) + 1
        return [Pushing(x, self._batches(x, batch), each) for x in laptops]

    def _batches(self, laptop: Laptop, batch: int) -> Iterator[tuple[bytes, int, str]]:
        for n in itertools.count():
            commands = day_of(laptop, n % PARTS, batch, self._chance, self._ids)
            body = push_body(laptop, commands, self._ids)
            yield request(laptop, "POST", "/push", body), laptop.seq, laptop.chain

    def _settle(self, lines: Sequence["Pushing"]) -> None:
        self._kept += sum(line.settle() for line in lines)

    def check_all_is_kept(self, batch: int) -> None:
        """Compare what was answered with what is stored; fails when they differ."""
        stored = asyncio.run(self._applied())
        assert stored == self._kept * batch, f"{self._kept * batch} answered, {stored} stored"

    async def _applied(self) -> int:
        database = build_service(self.settings).database
        await database.open()
        try:
            return await database.read(partial(_count_applied))
        finally:
            await database.close()


async def _count_applied(session: Session) -> int:
    rows = await session.rows("SELECT result FROM mutation")
    return sum(b'"status":"applied"' in bytes(row[0]) for row in rows)


class Pushing:
    """A laptop's batches, so many made beforehand; goes back to the last that was sent.

    Should it need more, they are made while the time runs: what is measured is less then, not more.
    """

    def __init__(
        self, laptop: Laptop, batches: Iterator[tuple[bytes, int, str]], beforehand: int
    ) -> None:
        self._laptop = laptop
        self._stood = laptop.seq, laptop.chain
        self._batches = batches
        self._made = list(itertools.islice(batches, beforehand))
        self._sent = 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._sent == len(self._made):
            self._made.append(next(self._batches))
        self._sent += 1
        return self._made[self._sent - 1][0]

    def settle(self) -> int:
        """Let the laptop stand behind what was sent; return how many batches that were."""
        stands = self._made[self._sent - 1][1:] if self._sent else self._stood
        self._laptop.seq, self._laptop.chain = stands
        return self._sent


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
