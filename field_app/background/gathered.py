"""What a sync changed, told in few pieces: the first at once, then at most twice a second.

Each telling lets the lists on the screen be read anew on the thread that is busy writing them.
"""

import asyncio
from collections.abc import Callable

from field_app.operations.submit import Changes

PAUSE_S = 0.5


class Gathered:
    """Collects changes and tells them together; on the loop's thread only."""

    def __init__(self, tell: Callable[[Changes], None], pause_s: float = PAUSE_S) -> None:
        self._tell = tell
        self._pause_s = pause_s
        self._kept: list[Changes] = []
        self._due: asyncio.TimerHandle | None = None

    def add(self, changes: Changes) -> None:
        """Tell this now, or in one go with what else comes in the next half second."""
        self._kept.append(changes)
        if self._due is None:
            self._work()

    def end(self) -> None:
        """Tell what is left; the next changes are told at once again."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        self._flush()

    def _work(self) -> None:
        """Tell what there is, and look again when there was any."""
        self._due = None
        if self._kept:
            self._due = asyncio.get_running_loop().call_later(self._pause_s, self._work)
            self._flush()

    def _flush(self) -> None:
        kept, self._kept = self._kept, []
        for changes in dict.fromkeys(kept):
            self._tell(changes)
