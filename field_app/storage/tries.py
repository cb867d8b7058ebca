"""Wrong passphrases, counted in a file beside the vault so that a restart does not shorten a pause.

It holds off a colleague at the keyboard. Whoever has the disk guesses elsewhere: against that
stand the passphrase and the work of each guess.
"""

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from field_app.storage.durable_files import write_whole
from sync.domain.time import Clock

FREE_TRIES = 2
LONGEST_PAUSE_S = 900
MANY = 10  # after so many the lease's secret is destroyed: the server is asked again


def pause_after(wrong: int) -> int:
    """Return seconds to wait after so many wrong tries: 0, 0, 2, 4, 8 … 900."""
    if wrong <= FREE_TRIES:
        return 0
    return int(min(LONGEST_PAUSE_S, 2 ** min(wrong - FREE_TRIES, 20)))


class Counted(msgspec.Struct, frozen=True):
    """How many were wrong since the last right one, and when the last was."""

    wrong: int
    at: datetime


class Tries:
    """The tries at one vault; `on_many` destroys what only its server can give again."""

    def __init__(self, path: Path, clock: Clock, on_many: Callable[[], None]) -> None:
        self._path = path
        self._clock = clock
        self._on_many = on_many

    def pause_s(self) -> int:
        """Return how many seconds are still to wait."""
        counted = self._read()
        if counted is None:
            return 0
        pause = timedelta(seconds=pause_after(counted.wrong))
        # A clock that was set back waits for the whole pause again.
        since = max(self._clock.now() - counted.at, timedelta())
        return max(0, math.ceil((pause - since).total_seconds()))

    def wrong(self) -> None:
        """Count a wrong passphrase."""
        counted = self._read()
        number = 1 + (counted.wrong if counted else 0)
        write_whole(self._path, msgspec.json.encode(Counted(number, self._clock.now())))
        if number >= MANY:
            self._on_many()

    def right(self) -> None:
        """Forget the tries: the passphrase was right."""
        self._path.unlink(missing_ok=True)

    def _read(self) -> Counted | None:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Counted)
        except (FileNotFoundError, msgspec.DecodeError):
            return None
