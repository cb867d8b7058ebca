"""Reading again when something changed: never twice at once, never for each of many changes."""

import asyncio
from collections.abc import Awaitable, Callable

from field_app.background.tasks import Tasks


class Reloading:
    """Calls `load` after `ask`, once for a burst of askings, and again when asked meanwhile."""

    def __init__(self, load: Callable[[], Awaitable[None]], pause_s: float = 0.03) -> None:
        self._load = load
        self._pause_s = pause_s
        self._tasks = Tasks()
        self._task: asyncio.Task[None] | None = None
        self._again = False

    def ask(self) -> None:
        """Wish for a reload."""
        self._again = True
        if self._task is None or self._task.done():
            self._task = self._tasks.start(self._work())

    async def settled(self) -> None:
        """Wait until nothing is being read."""
        while self._task is not None and not self._task.done():
            await asyncio.shield(self._task)

    def stop(self) -> None:
        """Give up what is being read."""
        self._tasks.cancel()

    async def _work(self) -> None:
        while self._again:
            await asyncio.sleep(self._pause_s)
            self._again = False
            await self._load()
