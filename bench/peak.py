"""Thousands of laptops at 08:00 and at 18:00: `python -m bench.peak --laptops N`.

The server as `field-server serve` runs it, in several processes, on a PostgreSQL of its own. Each
laptop was enrolled by a code, signs with its own key, and runs the client's engine over the
client's transport; only its store is in memory. In the morning everybody reads their cases and a
few send a call; in the evening everybody sends a day of calls and visits and reads the echo.

They arrive evenly over the span that the client's own spreading gives them (`sync.engine.rush`),
at most; with fewer laptops over so much less that as many come in a second. Who is asked to come
again does so as the client does (`sync.engine.retry`). Afterwards every answer is compared with
what the database holds, and each laptop's scopes with the server's sums.
"""

import argparse
import asyncio
import heapq
import random
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from bench.bank import Laptop, Size, call, furnished, visit
from bench.figures import OUT, ROOT, Goal, Metric, percentile, publish, within
from bench.light_laptop import LightReplica
from bench.serving import Serving, read_figures
from sync.domain.ids import MutationId
from sync.domain.vocabulary import Role
from sync.engine.engine import sync_once
from sync.engine.http_transport import HttpTransport
from sync.engine.retry import delay
from sync.engine.rush import SPREAD_S
from sync.engine.trouble import PASSING, Trouble
from sync.protocol.messages import Status
from sync.server.app import build_service
from sync.server.machine import MachineIds
from sync.server.repositories.session import Session
from sync.server.settings import ServerSettings
from tools.postgres import running

OF_A_BRANCH = 50
LINES = 400  # threads that sync; who waits for one has arrived already
STACK = 512 * 1024
QUIET = 5  # laptops that sync alone, for the limit
SENDS_AT_MORNING = 10  # one laptop in so many
VISITS = 3  # one act in so many is a visit
GOALS = {"acknowledged_not_stored": Goal(0.0), "stored_twice": Goal(0.0)}


@dataclass
class Seat:
    """A laptop, its store, and how its sync went."""

    laptop: Laptop
    replica: LightReplica
    failures: int = 0
    arrived: float = 0.0
    troubles: Counter[str] = field(default_factory=Counter)


class Peak(msgspec.Struct, frozen=True):
    """How one peak went: each laptop's seconds from its arrival to its end, and until all ended."""

    span_s: float
    quiet_s: float
    each_s: list[float]
    all_s: float
    requests: dict[str, int]
    tries: int


class Stored(msgspec.Struct, frozen=True):
    """What the database holds: the answered envelopes, and records that are told more than once."""

    mids: frozenset[str]
    told_twice: int


def main(argv: list[str], out: Path = OUT) -> int:
    """Run both peaks, print tables and write the figures; 1 when something was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--laptops", type=int, default=300)
    parser.add_argument("--cases", type=int, default=6, help="of each officer, three records each")
    parser.add_argument("--acts", type=int, default=8, help="of an officer's day")
    parser.add_argument("--arrivals", type=float, default=30.0, help="a second, when they are few")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args(argv)
    threading.stack_size(STACK)
    with tempfile.TemporaryDirectory() as folder, running("shared_buffers=512MB") as cluster:
        url = cluster.url(cluster.database())
        settings = ServerSettings(url, Path(folder), ROOT / "resources" / "policies")
        metrics = _peaks(asked, settings)
    publish("peak", metrics, GOALS, out)
    wrong = [name for name, goal in GOALS.items() if not goal.kept_by(metrics[name].ratio)]
    return 1 if wrong else 0


def _peaks(asked: argparse.Namespace, settings: ServerSettings) -> dict[str, Metric]:
    branches = -(-(asked.laptops + QUIET) // OF_A_BRANCH)
    officers = -(-(asked.laptops + QUIET) // branches)
    began = time.perf_counter()
    laptops = asyncio.run(furnished(settings, Size(branches, officers, asked.cases)))
    print(f"{len(laptops)} laptops enrolled in {time.perf_counter() - began:.0f} s")
    seats = [Seat(x, LightReplica(x)) for x in laptops if x.enrolled.officer.role is Role.OFFICER]
    serving = Serving(settings, settings.data / "server.log", asked.processes)
    crowd = Crowd(serving, seats[: asked.laptops + QUIET], asked)
    serving.start()
    try:
        morning = crowd.peak(lambda n: 1 if n % SENDS_AT_MORNING == 0 else 0)
        evening = crowd.peak(lambda _n: asked.acts)
    finally:
        serving.stop()
    for name, peak in (("08:00", morning), ("18:00", evening)):
        print(_story(name, peak))
    stored = asyncio.run(_stored(settings))
    return _told("morning", morning) | _told("evening", evening) | crowd.compared(stored)


class Crowd:
    """Everybody's laptops in front of one server."""

    def __init__(self, serving: Serving, seats: Sequence[Seat], asked: argparse.Namespace) -> None:
        self._serving = serving
        self._alone, self._seats = seats[:QUIET], seats[QUIET:]
        self._chance = random.Random(8)
        self._span_s = min(SPREAD_S, len(self._seats) / asked.arrivals)
        self._ids = MachineIds()

    def peak(self, acts: Callable[[int], int]) -> Peak:
        """Let everybody come; `acts` says how many a laptop has to send."""
        for n, seat in enumerate((*self._alone, *self._seats)):
            self._work(seat, acts(n))
        quiet = [self._timed_alone(seat) for seat in self._alone]
        before = self._figures()
        began = time.perf_counter()
        each = self._come(began)
        all_s = time.perf_counter() - began
        asked = self._figures()
        asked.subtract(before)
        tries = sum(1 + seat.failures for seat in self._seats)
        return Peak(self._span_s, percentile(quiet, 50), each, all_s, dict(asked), tries)

    def _work(self, seat: Seat, acts: int) -> None:
        """Let an officer record so many calls and visits; the laptop signs them now."""
        commands = []
        for n in range(acts):
            case_id = seat.laptop.cases[n % len(seat.laptop.cases)]
            act = visit if n % VISITS == VISITS - 1 else call
            commands.append(act(seat.laptop, case_id, self._chance, self._ids))
        seat.replica.record(commands, self._ids)
        seat.failures = 0

    def _timed_alone(self, seat: Seat) -> float:
        began = time.perf_counter()
        again = self._sync(seat)
        assert again is None, seat.troubles
        return time.perf_counter() - began

    def _come(self, began: float) -> list[float]:
        """Let everybody arrive and come again as they are told; return what each took."""
        due = [(began + self._chance.uniform(0, self._span_s), n) for n in range(len(self._seats))]
        for at, n in due:
            self._seats[n].arrived = at
        heapq.heapify(due)
        under_way: dict[Future[float | None], int] = {}
        took: list[float] = []
        with ThreadPoolExecutor(LINES) as lines:
            while due or under_way:
                now = time.perf_counter()
                while due and due[0][0] <= now:
                    _, n = heapq.heappop(due)
                    under_way[lines.submit(self._sync, self._seats[n])] = n
                pause = max(0.0, due[0][0] - now) if due else None
                if not under_way:
                    threading.Event().wait(pause)  # until the next one arrives
                    continue
                done, _ = wait(under_way, pause, FIRST_COMPLETED)
                for future in done:
                    n, again = under_way.pop(future), future.result()
                    if again is not None:
                        heapq.heappush(due, (time.perf_counter() + again, n))
                    else:
                        took.append(time.perf_counter() - self._seats[n].arrived)
        return took

    def _sync(self, seat: Seat) -> float | None:
        """Sync once as the client does; return after how many seconds to come again, if at all."""
        me = seat.laptop
        line = HttpTransport(
            self._serving.address, token=me.enrolled.token, key=me.key.private_bytes_raw()
        )
        try:
            sync_once(seat.replica, line, on_progress=lambda _p: None, cancelled=lambda: False)
        except Trouble as trouble:
            if trouble.code not in PASSING:
                raise
            seat.failures += 1
            seat.troubles[str(trouble.code)] += 1
            return delay(seat.failures, self._chance, trouble.retry_after)
        finally:
            line.close()
        return None

    def _figures(self) -> Counter[str]:
        """Return how many requests had which answer, as the server counts them itself."""
        text = read_figures(self._serving.port)
        found: Counter[str] = Counter()
        for status, count in ANSWERED.findall(text):
            found[status] += int(float(count))
        for why, count in TURNED_AWAY.findall(text):
            found["429" if why == "often" else "503"] += int(float(count))
        return found

    def compared(self, stored: Stored) -> dict[str, Metric]:
        """Compare what was acknowledged with what is stored."""
        answers: dict[MutationId, Status] = {}
        for seat in (*self._alone, *self._seats):
            assert not seat.replica.waiting_count(), "somebody's work was not answered"
            answers |= seat.replica.answers
        statuses = Counter(answers.values())
        lost = len(answers.keys() - stored.mids)
        more = len(stored.mids - answers.keys())
        troubles = sum((seat.troubles for seat in self._seats), Counter[str]())
        print(
            f"{len(answers)} acknowledged {dict(statuses)}, {len(stored.mids)} stored: "
            f"lost {lost}, stored and never acknowledged {more}, told twice {stored.told_twice}; "
            f"troubles {dict(troubles)}"
        )
        every = float(len(answers))
        return {
            "acknowledged_not_stored": Metric(lost, every, lost / every, "acts"),
            "stored_twice": Metric(stored.told_twice, every, stored.told_twice / every, "acts"),
        }


ANSWERED = re.compile(r'^yuefang_requests_total\{.*status="(\d+)"\} ([0-9.e+]+)$', re.MULTILINE)
TURNED_AWAY = re.compile(
    r'^yuefang_requests_turned_away_total\{.*why="(\w+)"\} ([0-9.e+]+)$', re.MULTILINE
)


def _story(name: str, peak: Peak) -> str:
    asked = ", ".join(f"{count} × {status}" for status, count in sorted(peak.requests.items()))
    p50, p95, p99 = (percentile(peak.each_s, p) for p in (50, 95, 99))
    return (
        f"{name}: {len(peak.each_s)} laptops arrive within {peak.span_s:.0f} s; requests {asked}; "
        f"{peak.tries} tries; whole sync p50 {p50:.2f} s, p95 {p95:.2f} s, p99 {p99:.2f} s; "
        f"everybody is done after {peak.all_s:.1f} s"
    )


def _told(name: str, peak: Peak) -> dict[str, Metric]:
    """Return a peak's figures: a sync beside one in quiet, the whole beside the arrivals' span."""
    metrics = {
        f"{name}_sync_p{p}": within([percentile(peak.each_s, p)], peak.quiet_s)
        for p in (50, 95, 99)
    }
    return metrics | {f"{name}_all_done": within([peak.all_s], peak.span_s)}


async def _stored(settings: ServerSettings) -> Stored:
    database = build_service(settings).database
    await database.open()
    try:
        return await database.read(_look)
    finally:
        await database.close()


async def _look(session: Session) -> Stored:
    mids = await session.rows("SELECT mid FROM mutation")
    twice = await session.rows(
        "SELECT branch_id, id FROM feed WHERE scope LIKE 'officer:%' AND kind IN ('contact', "
        "'visit') GROUP BY branch_id, id HAVING count(*) > 1"
    )
    return Stored(frozenset(row[0] for row in mids), len(twice))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
