"""The thread that alone touches the vault; there before anything of the desk is loaded."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor


class StoreThread:
    """The one thread that may touch the vault; alive before there is a vault to touch."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._ending = False

    def end(self, last: Callable[[], None]) -> None:
        """Run what is queued, then `last`; whoever asks afterwards is cancelled."""
        self._ending = True
        self._pool.submit(last).result()

    async def do[T](self, act: Callable[[], T]) -> T:
        """Run `act` there and return what it returned; the caller's loop stays free."""
        if self._ending:
            raise asyncio.CancelledError
        return await asyncio.wrap_future(self._pool.submit(act))

    def hop[T](self, act: Callable[[], T]) -> T:
        """Run `act` there and wait: for the network thread only, never for the window."""
        return self._pool.submit(act).result()

    def submit[T](self, act: Callable[[], T]) -> Future[T]:
        """Queue `act` and return its future."""
        return self._pool.submit(act)

    def close(self) -> None:
        """Finish what is queued and end the thread."""
        self._pool.shutdown(wait=True)
