"""This computer's own parts: clock, randomness, ids, the folder of the vault, the line."""

import os
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from field_app.settings.settings import resources_folder
from field_app.storage.held_key import SLOT
from field_app.storage.keys import KdfWork
from field_app.storage.slot_file import SecretStore
from sync.domain.ids import uuid7
from sync.domain.time import Clock

if TYPE_CHECKING:  # not for the way in: see `rest`
    from field_app.background.sync_times import SyncTimes
    from sync.engine.ports import Transport

VAULT = "vault"  # of the first officer; the folders of others are numbered


class MachineClock:
    """The computer's clock."""

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        return datetime.now(UTC)  # noqa: TID251  # here is where the injected clock comes from


class FreshIds:
    """UUIDv7 from the clock and the system's randomness."""

    def __init__(self, clock: Clock, random: Callable[[int], bytes]) -> None:
        self._clock = clock
        self._random = random

    def fresh(self) -> str:
        """Return a new id."""
        # An id of a clock before 1970 has its noise alone: the work is kept all the same.
        return uuid7(max(0, int(self._clock.now().timestamp() * 1000)), self._random(10))


def mono_ms() -> int:
    """Return milliseconds of a clock that nobody sets and that counts sleep: clock_gettime(2)."""
    if sys.platform == "linux":
        passed = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    elif sys.platform == "darwin":
        passed = time.clock_gettime_ns(time.CLOCK_MONOTONIC)  # Python's own stands still asleep
    else:
        passed = time.monotonic_ns()
    return passed // 1_000_000


type Connect = Callable[[str, str, bytes], Transport]  # address, token, device key
type Times = Callable[[Clock], SyncTimes]


def line(authority: str = "") -> Connect:
    """Return what opens the real line; `authority` is the file of a bank's own CA."""
    known = Path(authority) if authority else None

    def connect(address: str, token: str, key: bytes) -> "Transport":
        from sync.engine.http_transport import HttpTransport

        return HttpTransport(address, token=token, key=key, authority=known)

    return connect


def usual_times(clock: Clock) -> "SyncTimes":
    """Return when the program syncs by itself."""
    from field_app.background.sync_times import SyncTimes

    return SyncTimes(clock, random.Random())  # noqa: S311  # spreads load, guards nothing


@dataclass(frozen=True, slots=True)
class Laptop:
    """What differs between the real program and a test of it. `work` None = measure."""

    home: Path
    clock: Clock
    secrets: SecretStore
    random: Callable[[int], bytes] = os.urandom
    connect: Connect = field(default_factory=line)
    times: Times = usual_times
    work: KdfWork | None = None
    mono_ms: Callable[[], int] = mono_ms
    name: str = ""
    resources: Path = field(default_factory=resources_folder)
    folder: str = VAULT

    @property
    def vault(self) -> Path:
        """Return the folder of this officer's vault."""
        return self.home / self.folder

    @property
    def slot(self) -> Path:
        """Return the wrapped key's file; written last, so it says that enrolling was finished."""
        return self.vault / SLOT

    @property
    def enrolled(self) -> bool:
        """Say whether there is a vault to unlock."""
        return self.slot.exists()

    @property
    def tries(self) -> Path:
        """Return the file in which wrong passphrases are counted."""
        return self.home / f"{self.folder}.tries"

    def every_officers(self) -> "list[Laptop]":
        """Return this laptop as each officer who has a vault on it sees it, the first one first."""
        names = sorted(p.parent.name for p in self.home.glob(f"{VAULT}*/{SLOT}"))
        names = [n for n in names if n == VAULT or n.removeprefix(f"{VAULT}-").isdecimal()]
        return [replace(self, folder=name) for name in names]

    def for_another(self) -> "Laptop":
        """Return this laptop as one more officer will see it."""
        taken = {one.folder for one in self.every_officers()}
        names = (VAULT, *(f"{VAULT}-{n}" for n in range(2, len(taken) + 3)))
        return replace(self, folder=next(name for name in names if name not in taken))

    def ids(self) -> FreshIds:
        """Return the source of ids."""
        return FreshIds(self.clock, self.random)
