"""Everything that happens by chance: one seed, one virtual time, and a digest of what happened.

Two runs of a seed ask for the same numbers in the same order, so they are the same run; the digest
over every request, answer and event proves it.
"""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sync.domain.ids import uuid7

BEGIN = datetime(2026, 9, 7, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in Shanghai


@dataclass
class Time:
    """The one true time of a run; it moves only when the run moves it."""

    at: datetime = BEGIN

    def now(self) -> datetime:
        return self.at

    def pass_by(self, span: timedelta) -> None:
        self.at += span


@dataclass
class LaptopClock:
    """A laptop's own clock, which may be wrong."""

    time: Time
    wrong_by: timedelta = timedelta()
    boot: datetime = BEGIN

    def now(self) -> datetime:
        return self.time.at + self.wrong_by

    def mono_ms(self) -> int:
        return int((self.time.at - self.boot).total_seconds() * 1000)


class Chance:
    """The seed's numbers."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.bytes = self._random.randbytes
        self.among = self._random.randint

    def happens(self, probability: float) -> bool:
        """Say whether something of this probability happens now."""
        return self._random.random() < probability

    def one[T](self, things: Sequence[T]) -> T:
        """Pick one."""
        return things[self._random.randrange(len(things))]

    def weighed[T](self, things: dict[T, float]) -> T:
        """Pick one by its weight."""
        return self._random.choices(list(things), list(things.values()))[0]

    def mixed[T](self, things: Sequence[T]) -> list[T]:
        """Return the things in another order."""
        return self._random.sample(things, len(things))

    def span(self, least: timedelta, most: timedelta) -> timedelta:
        """Return a span between two."""
        return timedelta(
            seconds=self._random.randint(int(least.total_seconds()), int(most.total_seconds()))
        )


@dataclass
class Ids:
    """UUIDv7 from a clock and the seed."""

    clock: Time | LaptopClock
    chance: Chance

    def fresh(self) -> str:
        return uuid7(max(0, int(self.clock.now().timestamp() * 1000)), self.chance.bytes(10))


@dataclass
class Story:
    """What happened, line by line while somebody reads it, and always as one digest."""

    told: list[str] = field(default_factory=list)
    _hash: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def tell(self, line: str, more: bytes = b"") -> None:
        """Add a line; `more` counts for the digest and is not kept."""
        self.told.append(line)
        self._hash.update(line.encode() + b"\n" + more)

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


class Broken(Exception):
    """An oracle found that something is not as it must be."""
