"""What the server's clock shows, as far as this laptop can know it, and how far its own is off.

What the server said is carried on by a clock that nobody sets, as long as the program runs; after a
new start only the laptop's own clock is there: as wrong as it was, or more so when it went back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from field_app.storage.vault import Vault
from sync.domain.time import Clock

HEARD = "server_time"
TELLING = timedelta(seconds=2)  # a smaller difference is the line's
BOUND = timedelta(minutes=5)  # beyond it the server marks what is recorded as doubtful


@dataclass(frozen=True, slots=True)
class Uptime:
    """A clock that nobody sets: `mono_ms` counts since boot `boot_id`."""

    boot_id: str
    mono_ms: Callable[[], int]


class _Heard(msgspec.Struct, frozen=True):
    """The server's time, and this laptop's clocks when it was heard."""

    server_at: datetime
    wall_at: datetime
    boot_id: str
    mono_ms: int


class ServerTime:
    """Keeps what was heard; used on the store thread."""

    def __init__(self, vault: Vault, clock: Clock, uptime: Uptime) -> None:
        self._vault = vault
        self._clock = clock
        self._uptime = uptime

    def heard(self, server_at: datetime) -> None:
        """Note what the server's clock showed just now."""
        now, uptime = self._clock.now(), self._uptime
        if abs(now - server_at - self.off_by()) < TELLING and self._in_this_run():
            return
        heard = _Heard(server_at, now, uptime.boot_id, uptime.mono_ms())
        self._vault.set_meta(HEARD, msgspec.json.encode(heard))

    def now(self) -> datetime:
        """Return the present instant, put right where this laptop's clock is known to be off."""
        off = self.off_by()
        here = self._clock.now()
        return here - off if abs(off) > BOUND else here

    def off_by(self) -> timedelta:
        """Return by how much this laptop's clock is ahead of the server's; zero when unknown."""
        heard, here = self._heard(), self._clock.now()
        if heard is None:
            return timedelta()
        if heard.boot_id == self._uptime.boot_id:
            gone = timedelta(milliseconds=self._uptime.mono_ms() - heard.mono_ms)
            return here - (heard.server_at + gone)
        if here >= heard.wall_at:
            return heard.wall_at - heard.server_at
        return min(here - heard.server_at, timedelta())

    def _heard(self) -> _Heard | None:
        noted = self._vault.meta(HEARD)
        return msgspec.json.decode(noted, type=_Heard) if noted else None

    def _in_this_run(self) -> bool:
        heard = self._heard()
        return heard is not None and heard.boot_id == self._uptime.boot_id
