"""Locks after a while without keys or mouse, and at once when the laptop slept longer."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from sync.domain.time import Clock

LONGEST_NAP = timedelta(seconds=15)


class LockTimer:
    """Counts idle time by the injected clock; `on_lock` is called once."""

    def __init__(self, clock: Clock, limit: timedelta, on_lock: Callable[[], None]) -> None:
        self._clock = clock
        self.limit = limit
        self._on_lock = on_lock
        self._last: datetime = clock.now()

    def touch(self) -> None:
        """Note that a person is here."""
        self._last = self._clock.now()

    @property
    def left(self) -> timedelta:
        """Return how long until the lock; negative once it is due.

        A clock that was set back begins the count anew: it must not put the lock off by a day.
        """
        now = self._clock.now()
        self._last = min(self._last, now)
        return self._last + self.limit - now

    async def watch(self) -> None:
        """Wait until the lock is due, then lock; short naps notice a laptop that slept."""
        while self.left > timedelta(0):  # noqa: ASYNC110  # time passing has no event to wait for
            await asyncio.sleep(min(self.left, LONGEST_NAP).total_seconds())
        self._on_lock()
