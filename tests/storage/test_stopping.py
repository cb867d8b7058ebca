"""Syncing is stopped: the one under way, the one that was only asked for, and no later one."""

import asyncio
import random
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from field_app.background.runner import Runner
from field_app.background.store_thread import StoreThread
from field_app.background.sync_loop import SyncLoop, SyncStatus
from field_app.background.sync_times import SyncTimes
from field_app.operations import outbox
from field_app.storage.trouble import DiskFull
from sync.engine.trouble import Trouble
from sync.protocol.messages import Codes, Hello
from sync.protocol.versions import PROGRAM, VERSION
from tests.storage.furnished_vault import Furnished, profile_of_li
from tests.storage.test_epochs import hello

WITHIN_S = 30.0


class Line:
    """A line to a branch without news, whose first answer comes when it is let."""

    version, program = VERSION, PROGRAM

    def __init__(self, said: Hello) -> None:
        self.said = said
        self.asked = 0
        self.trouble: Codes | None = None
        self.heard, self.let = threading.Event(), threading.Event()
        self.let.set()

    def hello(self, *_asked: object) -> Hello:
        """Say that there is nothing, or fail."""
        self.asked += 1
        self.heard.set()
        assert self.let.wait(WITHIN_S)
        if self.trouble is not None:
            raise Trouble(self.trouble)
        return self.said


class Stage:
    """The real loop over a real vault, and what it told."""

    def __init__(self, furnished: Furnished) -> None:
        said = hello(furnished.clock, "e1")
        self.line = Line(_of_my_server(said))
        self.runner = Runner(StoreThread(), furnished.desk)
        line: Any = self.line
        times = SyncTimes(furnished.clock, random.Random(1))
        self.loop = SyncLoop(self.runner, line, furnished.clock, times, _bug)
        self.told: asyncio.Queue[SyncStatus] = asyncio.Queue()
        self.loop.listen(self.told.put_nowait)

    async def until(self, holds: Callable[[SyncStatus], bool]) -> SyncStatus:
        """Wait until something is told that holds."""
        async with asyncio.timeout(WITHIN_S):
            while not holds(status := await self.told.get()):
                pass
        return status

    async def rest(self) -> None:
        """Wait until the loop waits for its next time."""
        await self.until(lambda status: status.next_at is not None)

    async def ended(self) -> bool:
        """Wait until a sync has ended; say whether it was cancelled."""
        await self.until(lambda status: status.running)
        status = await self.until(lambda status: not status.running)
        assert status.last_report is not None, status.trouble
        return status.last_report.cancelled


def _of_my_server(said: Hello) -> Hello:
    return msgspec.structs.replace(said, server_id=profile_of_li().server_id)


def _bug(bug: Exception) -> None:
    raise bug


@asynccontextmanager
async def staged(furnished: Furnished) -> AsyncIterator[Stage]:
    """Run the loop; it has synced once and rests."""
    stage = Stage(furnished)
    task = asyncio.create_task(stage.loop.run())
    try:
        stage.loop.request()
        assert not await stage.ended()
        await stage.rest()
        yield stage
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.to_thread(stage.runner.close)


async def asked_for_and_stopped(stage: Stage) -> None:
    """Stop before it has begun: nobody is asked, and the next is planned as ever."""
    before = stage.line.asked
    stage.loop.request()
    stage.loop.cancel()
    await stage.rest()
    assert (stage.line.asked, stage.loop.status.running) == (before, False)


async def stopped_in_between(stage: Stage) -> None:
    """Stop while the server is asked, with one more asked for meanwhile: both end."""
    before = stage.line.asked
    stage.line.heard.clear()
    stage.line.let.clear()
    stage.loop.request()
    await stage.until(lambda status: status.running)
    assert await asyncio.to_thread(stage.line.heard.wait, WITHIN_S)
    stage.loop.request()
    stage.loop.cancel()
    stage.line.let.set()
    status = await stage.until(lambda status: not status.running)
    assert status.last_report is not None
    assert status.last_report.cancelled
    await stage.rest()
    assert stage.line.asked == before + 1


async def stopped_at_its_beginning(stage: Stage) -> None:
    """Stop when it is told that it runs, before anything is asked."""
    stop = stage.loop.listen(lambda status: stage.loop.cancel() if status.running else None)
    stage.loop.request()
    assert await stage.ended()
    stop()
    await stage.rest()


async def stopped_at_rest(stage: Stage) -> None:
    """Stop while nothing runs: the next sync is whole."""
    stage.loop.cancel()
    stage.loop.request()
    assert not await stage.ended()
    await stage.rest()


@pytest.mark.parametrize(
    "act",
    [asked_for_and_stopped, stopped_in_between, stopped_at_its_beginning, stopped_at_rest],
)
def test_a_sync_is_stopped(furnished: Furnished, act: Callable[[Stage], Awaitable[None]]) -> None:
    async def played() -> None:
        async with staged(furnished) as stage:
            await act(stage)
            # And none of it stops what is asked for afterwards.
            stage.loop.request()
            assert not await stage.ended()

    asyncio.run(played())


@pytest.mark.parametrize("code", [Codes.UNREACHABLE, Codes.FORKED])
def test_what_is_asked_for_during_a_sync_that_fails_follows_at_once(
    furnished: Furnished, code: Codes
) -> None:
    """Else it would come at the end of a pause, or of a quarter of an hour."""

    async def played() -> None:
        async with staged(furnished) as stage:
            line = stage.line
            line.trouble = code
            line.heard.clear()
            line.let.clear()
            stage.loop.request()
            assert await asyncio.to_thread(line.heard.wait, WITHIN_S)
            before = line.asked
            stage.loop.request()
            line.let.set()
            status = await stage.until(lambda status: bool(status.trouble))
            assert status.trouble == code
            status = await stage.until(lambda status: status.running or bool(status.next_at))
            assert status.running, "no pause in between"
            await stage.rest()
            assert line.asked == before + 1, "and once only"

    asyncio.run(played())


def test_a_disk_that_is_full_behind_a_sync_ends_no_later_one(
    furnished: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_run: object) -> None:
        raise DiskFull

    async def played() -> None:
        async with staged(furnished) as stage:
            with monkeypatch.context() as there:
                there.setattr(outbox, "note_run", full)
                stage.loop.request()
                await stage.until(lambda status: status.running)
                status = await stage.until(lambda status: not status.running)
                assert status.trouble == DiskFull.code
                await stage.rest()
            stage.loop.request()
            assert not await stage.ended()
            assert stage.loop.status.trouble == ""

    asyncio.run(played())
