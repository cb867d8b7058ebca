"""Two threads and the way to them: reads and acts on the store thread, requests on the network's.

The store thread alone touches the vault, so database calls never overlap and their order is the
order of the clicks. Subscribers hear of changes on the thread of the event loop.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from field_app.background.store_thread import StoreThread
from field_app.operations.desk import Desk
from field_app.operations.submit import Changes, Saved, Written
from field_app.storage.trouble import VaultTrouble
from sync.domain.outcome import Refused, refused

type Listener = Callable[[Changes], None]


class Runner:
    """What view-models are given: `run` for reads, `act` for acts, `subscribe` for changes."""

    def __init__(self, store: StoreThread, desk: Desk) -> None:
        self.store = store
        self.desk = desk  # only for code that itself goes to the store thread
        self._network = ThreadPoolExecutor(max_workers=1, thread_name_prefix="network")
        self._listeners: list[Listener] = []
        self.saved = 0  # how many acts were

    async def run[T](self, read: Callable[[Desk], T]) -> T:
        """Read on the store thread."""
        return await self.store.do(lambda: read(self.desk))

    async def act[W: Written](self, write: Callable[[Desk], W]) -> W | Refused:
        """Act on the store thread; what was saved is told to every subscriber.

        An act once begun is finished and told of even when its caller is cancelled. What the
        machine cannot do (a full disk) is a refusal with the trouble's code.
        """
        return await asyncio.shield(asyncio.ensure_future(self._act(write)))

    async def _act[W: Written](self, write: Callable[[Desk], W]) -> W | Refused:
        try:
            written = await self.run(write)
        except VaultTrouble as trouble:
            return refused(trouble.code)
        if isinstance(written, Saved):
            self.saved += 1
            self.publish(written.changes)
        return written

    async def act_many(self, write: Callable[[Desk], tuple[Written, ...]]) -> tuple[Written, ...]:
        """Act several times in one go; all changes are told of at once."""

        async def work() -> tuple[Written, ...]:
            try:
                written = await self.run(write)
            except VaultTrouble as trouble:
                self.publish(Changes())  # how far it came is read again
                return (refused(trouble.code),)
            saved = [w.changes for w in written if isinstance(w, Saved)]
            if saved:
                self.saved += len(saved)
                cases = frozenset[Any]().union(*(c.cases for c in saved))
                self.publish(Changes(cases, frozenset[str]().union(*(c.kinds for c in saved))))
            return written

        return await asyncio.shield(asyncio.ensure_future(work()))

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Tell `listener` of every change until the returned function is called."""
        self._listeners.append(listener)
        return lambda: self._forget(listener)

    def gather[T](self, make: Callable[[], T]) -> tuple[T, Callable[[], None]]:
        """Return what `make` makes, and what ends every subscription made by it."""
        before = len(self._listeners)
        made = make()
        listeners = self._listeners[before:]

        def stop() -> None:
            for listener in listeners:
                self._forget(listener)

        return made, stop

    def _forget(self, listener: Listener) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)

    def publish(self, changes: Changes) -> None:
        """Tell every subscriber; on the loop's thread only."""
        for listener in tuple(self._listeners):
            listener(changes)

    async def on_network[T](self, act: Callable[[], T]) -> T:
        """Run something that waits for the line on the network thread."""
        return await asyncio.wrap_future(self._network.submit(act))

    def close(self) -> None:
        """End both threads after what they are doing, then close the vault on its own thread."""
        self._listeners.clear()
        self._network.shutdown(wait=True, cancel_futures=True)
        self.store.end(self.desk.store.close)
        self.store.close()
