"""Locks when the lease ends while the program runs, and says so beforehand."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from field_app.background.lock_timer import LONGEST_NAP
from field_app.storage.trouble import VaultTrouble

WARN_BEFORE = timedelta(minutes=15)

type Left = Callable[[], Awaitable[timedelta | None]]


class LeaseWatch:
    """Asks again and again how much is left, None when there is no end: a sync puts it off.

    `on_soon` is told how much is left, once for each time that it runs short; `on_end` is called
    once.
    """

    def __init__(
        self, left: Left, on_soon: Callable[[timedelta], None], on_end: Callable[[], None]
    ) -> None:
        self._left = left
        self._on_soon = on_soon
        self._on_end = on_end
        self._is_told = False

    async def watch(self) -> None:
        """Wait until the lease has ended, then tell."""
        while not await self.look():  # noqa: ASYNC110  # time passing has no event to wait for
            await asyncio.sleep(LONGEST_NAP.total_seconds())
        self._on_end()

    async def look(self) -> bool:
        """Say whether the lease has ended; warn when it is about to.

        What the disk does not tell now it is asked for again: the watch goes on.
        """
        try:
            left = await self._left()
        except VaultTrouble:
            return False
        is_short = left is not None and left <= WARN_BEFORE
        if left is not None and is_short and not self._is_told and left > timedelta(0):
            self._on_soon(left)
        self._is_told = is_short
        return left is not None and left <= timedelta(0)
