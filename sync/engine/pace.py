"""How fast files go up: pieces that suit the line, a limit of bytes a second, turns for others.

A piece takes about a second, so a visit that is saved meanwhile waits no longer than that; a line
that was cut gets smaller pieces until they come through.
"""

from collections.abc import Callable

from sync.protocol.messages import CHUNK

LEAST = 16 * 1024
PIECE_S = 1.0
TURN_S = 20.0


def _still() -> float:
    return 0.0


def _at_once(_seconds: float) -> None:
    """Wait not at all."""


class Pace:
    """One laptop's measure; `clock` tells seconds, `wait` may end early when the sync is stopped.

    `most_per_s` is the limit in bytes, 0 for none.
    """

    def __init__(
        self,
        clock: Callable[[], float] = _still,
        wait: Callable[[float], object] = _at_once,
        most_per_s: int = 0,
    ) -> None:
        self._clock = clock
        self._wait = wait
        self._fits = CHUNK
        self._began = 0.0
        self.most_per_s = most_per_s

    @property
    def piece(self) -> int:
        """Return how many bytes the next piece should have."""
        limit = int(self.most_per_s * PIECE_S) or CHUNK
        return max(LEAST, min(self._fits, limit))

    def begin(self) -> None:
        """Begin a turn of files."""
        self._began = self._clock()

    def is_over(self) -> bool:
        """Say whether commands and the feed have their turn again."""
        return self._clock() - self._began >= TURN_S

    def now(self) -> float:
        """Return the seconds of the clock."""
        return self._clock()

    def passed(self, size: int, began: float) -> None:
        """Take note of a piece that came through, and wait as the limit asks."""
        took = self._clock() - began
        grown = min(2 * self._fits, CHUNK)
        self._fits = min(grown, max(LEAST, int(size * PIECE_S / took))) if took > 0 else grown
        if self.most_per_s:
            left = size / self.most_per_s - took
            if left > 0:
                self._wait(left)

    def cut(self) -> None:
        """Take note of a piece that did not."""
        self._fits = max(LEAST, self._fits // 2)
