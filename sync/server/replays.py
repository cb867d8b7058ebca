"""Remembers the proofs that were used, as long as they would still be believed.

One process that serves one file remembers by itself: what was signed before it began is not
believed, so it need not know what its forerunner knew. Several processes share a table.
"""

from collections import deque
from datetime import UTC, datetime
from typing import Protocol

from sync.domain.time import Clock
from sync.protocol.messages import Codes
from sync.protocol.proof import WINDOW
from sync.server.problems import Refusal
from sync.server.repositories import device_sessions
from sync.server.repositories.session import Database

MOST = 500_000  # of one process's memory: about 100 MB; beyond them it takes nothing new
CLEARED_EVERY = 1000  # proofs


class Replays(Protocol):
    """Where used proofs are noted."""

    async def first(self, database: Database, device_id: str, proof_id: str, at: datetime) -> bool:
        """Note a proof signed at this instant; False when it was used, or may have been.

        Raises Refusal 503 when there is no more room.
        """
        ...


class Remembered:
    """In this process's memory."""

    def __init__(self, clock: Clock, most: int = MOST) -> None:
        self._clock = clock
        # Proofs are dated to the millisecond.
        self._began = datetime.fromtimestamp(int(clock.now().timestamp() * 1000) / 1000, UTC)
        self._most = most
        self._used: set[tuple[str, str]] = set()
        self._order: deque[tuple[datetime, tuple[str, str]]] = deque()

    async def first(self, database: Database, device_id: str, proof_id: str, at: datetime) -> bool:
        """Note a proof, and say whether it is a new one; the database is not asked.

        Raises Refusal 503 when more are remembered than there is room for.
        """
        now = self._clock.now()
        while self._order and self._order[0][0] < now:
            self._used.discard(self._order.popleft()[1])
        if at < self._began or (device_id, proof_id) in self._used:
            return False
        if len(self._used) >= self._most:
            raise Refusal(503, Codes.BUSY, retry_after_s=int(WINDOW.total_seconds()))
        self._used.add((device_id, proof_id))
        # However early it was signed, it is believed no longer than this.
        self._order.append((now + 2 * WINDOW, (device_id, proof_id)))
        return True


class Shared:
    """In a table, for every process that serves the database."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._noted = 0

    async def first(self, database: Database, device_id: str, proof_id: str, at: datetime) -> bool:
        """Note a proof, and now and then forget those that nobody would believe."""
        self._noted += 1
        if self._noted % CLEARED_EVERY == 1:
            long_ago = self._clock.now() - 2 * WINDOW
            await database.write(lambda s: device_sessions.forget_proofs(s, long_ago))
        return await database.glance(
            lambda s: device_sessions.note_proof(s, device_id, proof_id, at)
        )
