"""The real clock and the real source of ids, for the process that serves."""

import os
import time
from datetime import UTC, datetime

from sync.domain.ids import uuid7


class MachineClock:
    """The machine's clock in UTC."""

    def now(self) -> datetime:
        """Return the present instant."""
        return datetime.fromtimestamp(time.time(), UTC)


class MachineIds:
    """UUIDv7 from the machine's clock and random bytes."""

    def fresh(self) -> str:
        """Return a new id."""
        return uuid7(time.time_ns() // 1_000_000, os.urandom(10))
