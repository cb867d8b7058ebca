"""The clock that says what has ended: never behind the latest time that was told here.

A machine's clock may be set back. Codes, tokens, requests for a key and used proofs that have
ended must not come to life again with it; when something was received is the machine's clock's to
say all the same.
"""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sync.domain.time import Clock


class LatestTime:
    """The machine's clock, or while that is behind, the latest time and what has passed since.

    `since` is the latest time that is known from before; `passed` counts seconds that nobody sets.
    """

    def __init__(
        self,
        clock: Clock,
        since: datetime | None = None,
        passed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._passed = passed
        self._lock = threading.Lock()
        self._latest, self._told_at = since or clock.now(), passed()

    def now(self) -> datetime:
        """Return the present instant, as far as it is known."""
        with self._lock:
            now, at = self._clock.now(), self._passed()
            if now < self._latest:
                now = self._latest + timedelta(seconds=at - self._told_at)
            self._latest, self._told_at = now, at
            return now
