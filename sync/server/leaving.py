"""How a process leaves: told by SIGTERM, it says so, takes nothing new, answers what it has begun.

First `ready` answers 503 and everything else goes on for `notice_s`, so that a load balancer sends
nobody here any more. Then requests are asked to come again (503 with Retry-After), and the process
ends when the last answer is out, after `drain_s` at the latest. SIGINT ends it at once. On Windows,
where laptops are tried out, nobody is asked to leave: a process is ended.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
import structlog

log = structlog.get_logger("yuefang.server")

ROUNDING_S = 5  # what the parent waits beyond this before it kills


class Patience(msgspec.Struct, frozen=True):
    """How long a process that leaves goes on, and how long it then waits for its answers."""

    notice_s: int = 0
    drain_s: int = 20

    @property
    def killed_after_s(self) -> int:
        """Return after how long a process that does not end is killed."""
        return self.notice_s + self.drain_s + ROUNDING_S


class Leaving:
    """Whether this process leaves, and how many requests it still answers."""

    def __init__(self) -> None:
        self.told = False  # ready says no
        self.closed = False  # nothing new is taken
        self._inside = 0
        self._empty = asyncio.Event()
        self._empty.set()

    def enter(self) -> None:
        """Count a request in."""
        self._inside += 1
        self._empty.clear()

    def leave(self) -> None:
        """Count it out."""
        self._inside -= 1
        if self._inside == 0:
            self._empty.set()

    async def go(self, patience: Patience, end: Callable[[], None]) -> None:
        """Leave, and end the process."""
        log.info("leaving", inside=self._inside)
        await asyncio.sleep(patience.notice_s)
        self.closed = True
        try:
            async with asyncio.timeout(patience.drain_s):
                await self._empty.wait()
        except TimeoutError:
            log.error("left unanswered", inside=self._inside)
        end()

    @asynccontextmanager
    async def on_signal(self, patience: Patience) -> AsyncIterator[None]:
        """Leave when SIGTERM comes, to one process or to all of them; once."""
        loop = asyncio.get_running_loop()
        tasks: list[asyncio.Task[None]] = []

        def begin() -> None:
            if not self.told:
                self.told = True
                tasks.append(loop.create_task(self.go(patience, _end)))

        if sys.platform != "win32":
            loop.add_signal_handler(signal.SIGTERM, begin)
        yield


def _end() -> None:
    """Let the web server end as it does by itself."""
    os.kill(os.getpid(), signal.SIGINT)
