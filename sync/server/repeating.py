"""What a server does beside its requests, again and again, until it ends."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress


@asynccontextmanager
async def repeated(act: Callable[[], Awaitable[object]], every_s: float) -> AsyncIterator[None]:
    """Act every so many seconds as long as the context lasts; an error ends that, and comes out."""
    task = asyncio.create_task(_again_and_again(act, every_s))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _again_and_again(act: Callable[[], Awaitable[object]], every_s: float) -> None:
    while True:
        await asyncio.sleep(every_s)
        await act()
