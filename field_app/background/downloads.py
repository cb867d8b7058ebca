"""Fetches a file that is not on this laptop, behind the sync that may be under way."""

import asyncio
import threading
import time
from collections.abc import Callable

from field_app.background.runner import Runner
from sync.domain.records import Attachment
from sync.engine.downloads import download
from sync.engine.pace import Pace
from sync.engine.ports import Transport


class Downloads:
    """One file at a time, on the network thread; `stop` ends the one under way."""

    def __init__(self, runner: Runner, transport: Transport) -> None:
        self._runner = runner
        self._transport = transport
        self._stopped = threading.Event()

    async def fetch(self, fact: Attachment, on_bytes: Callable[[int], None]) -> bytes | None:
        """Return the proven bytes, None when stopped; raises Trouble.

        `on_bytes` hears on the caller's thread how many are here.
        """
        self._stopped = stopped = threading.Event()
        loop = asyncio.get_running_loop()

        def tell(count: int) -> None:
            if not stopped.is_set():
                loop.call_soon_threadsafe(on_bytes, count)

        pace = Pace(time.monotonic, stopped.wait)
        return await self._runner.on_network(
            lambda: download(self._transport, fact, pace, tell, stopped.is_set)
        )

    def stop(self) -> None:
        """Want the file no longer."""
        self._stopped.set()
