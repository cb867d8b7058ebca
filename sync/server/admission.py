"""The gate before the routes: how many at once, how often one laptop, how long it took.

At 08:00 everybody comes together. So many requests are worked on at once, so many more wait a
little, the rest are asked to come again after a while of their own (503 with Retry-After; RFC 9110,
15.6.4). One laptop or address asks so often a minute at most (429). Health and figures pass.
A process that leaves takes nobody in, and tells each line that its answer is the last one.
"""

import asyncio
import hashlib
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import Counter as Figure
from prometheus_client import Gauge, Histogram

from sync.protocol.messages import Codes
from sync.server.arriving import arrived
from sync.server.leaving import Leaving
from sync.server.problems import Refusal

log = structlog.get_logger("yuefang.requests")

MINUTE_S = 60

REQUESTS = Figure("yuefang_requests_total", "Answered requests", ("route", "status"))
SECONDS = Histogram(
    "yuefang_request_seconds",
    "From the first byte to the last",
    ("route",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
WORKING = Gauge("yuefang_requests_working", "Under way now", multiprocess_mode="livesum")
TURNED_AWAY = Figure("yuefang_requests_turned_away_total", "Asked to come again", ("why",))


@dataclass(frozen=True, slots=True)
class Gate:
    """How much one process takes. `chance` spreads the laptops that are asked to come again."""

    at_once: int = 32
    waiting: int = 128
    wait_s: float = 3.0
    again_s: tuple[int, int] = (5, 60)
    arriving: int = 512  # bodies on their way, which take no place yet
    a_minute: int = 3000  # a first sync with many files is a few hundred
    chance: random.Random = field(default_factory=random.Random)  # noqa: S311  # jitter
    clock: Callable[[], float] = time.perf_counter


class Admission(ASGIMiddleware):
    """Counts, limits and tells of every request; made anew with each app."""

    scopes = (ScopeType.HTTP,)
    exclude_path_pattern = ("^/health$", "^/ready$", "^/metrics$")

    def __init__(self, gate: Gate, leaving: Leaving | None = None) -> None:
        self._gate = gate
        self._leaving = leaving or Leaving()
        self._clock = gate.clock
        self._arriving = 0
        self._room = asyncio.Semaphore(gate.at_once)
        self._queued = 0
        self._minute = 0
        self._asked: Counter[str] = Counter()

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Let a request in when there is room, and note how it went."""
        if self._leaving.closed:
            raise self._come_again("leaving")
        self._ask_how_often(scope)
        self._leaving.enter()
        try:
            receive = await self._taken_in(scope, receive)
            await self._enter()
            began, told = self._clock(), _Told(send, self._leaving)
            WORKING.inc()
            try:
                await next_app(scope, receive, told.send)
            finally:
                WORKING.dec()
                self._room.release()
                _note(scope, told.status, self._clock() - began)
        finally:
            self._leaving.leave()

    async def _taken_in(self, scope: Scope, receive: Receive) -> Receive:
        """Take a body in; so many may be on their way at once."""
        if self._arriving >= self._gate.arriving:
            raise self._come_again("arriving")
        self._arriving += 1
        try:
            return await arrived(scope, receive)
        finally:
            self._arriving -= 1

    def _ask_how_often(self, scope: Scope) -> None:
        """Refuse who asks too often; known by a hash, for a token is a secret."""
        minute, who = int(self._clock() // MINUTE_S), _who(scope)
        if minute != self._minute:
            self._minute = minute
            self._asked.clear()
        self._asked[who] += 1
        if self._asked[who] > self._gate.a_minute:
            TURNED_AWAY.labels("often").inc()
            raise Refusal(429, Codes.BUSY, retry_after_s=60)

    async def _enter(self) -> None:
        if not self._room.locked():
            await self._room.acquire()
            return
        if self._queued >= self._gate.waiting:
            raise self._come_again("full")
        self._queued += 1
        try:
            async with asyncio.timeout(self._gate.wait_s):
                await self._room.acquire()
        except TimeoutError as error:
            raise self._come_again("waited") from error
        finally:
            self._queued -= 1

    def _come_again(self, why: str) -> Refusal:
        TURNED_AWAY.labels(why).inc()
        least, most = self._gate.again_s
        return Refusal(503, Codes.BUSY, retry_after_s=self._gate.chance.randint(least, most))


class _Told:
    """Passes an answer on and remembers its status; the last of a line says so."""

    def __init__(self, send: Send, leaving: Leaving) -> None:
        self._send = send
        self._leaving = leaving
        self.status = 500

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self._leaving.told:
                message["headers"] = [*message["headers"], (b"connection", b"close")]
        await self._send(message)


def _who(scope: Scope) -> str:
    for name, value in scope.get("headers", ()):
        if name == b"authorization":
            return hashlib.sha256(value).hexdigest()
    client = scope.get("client")
    return client[0] if client else ""


def _note(scope: Scope, status: int, seconds: float) -> None:
    """Count and log a request by its route's form, which holds no id."""
    route = str(scope.get("path_template") or "unknown")
    REQUESTS.labels(route, status).inc()
    SECONDS.labels(route).observe(seconds)
    method = str(scope.get("method") or "")
    log.info("request", method=method, route=route, status=status, ms=round(seconds * 1e3))
