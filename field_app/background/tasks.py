"""Starting coroutines from places that cannot await, without losing them or their errors."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any


class Tasks:
    """Tasks of one owner: held until done, errors go to `sys.excepthook`, ended together."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self._under_way: list[tuple[object, ...]] = []  # few, and not all can be hashed

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Start work on the running loop."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._done)
        return task

    def once[*A](self, work: Callable[[*A], Coroutine[Any, Any, Any]], *of: *A) -> None:
        """Start an act unless it is under way: who presses twice wants it done once.

        A button that rests does so from the loop's next turn on, and the second press came before.
        `of` is what the act is about: the same of another is another act.
        """
        act = (work, of)
        if act not in self._under_way:
            self._under_way.append(act)
            task = self.start(work(*of))
            task.add_done_callback(lambda _task: self._under_way.remove(act))

    def cancel(self) -> None:
        """Ask every task to end."""
        for task in tuple(self._running):
            task.cancel()

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            sys.excepthook(type(error), error, error.__traceback__)
