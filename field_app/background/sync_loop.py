"""When to sync: at start, every few minutes, on a click, shortly after an act, later after trouble.

One sync at a time; a wish during a sync asks for one more. State and progress are told on the
loop's thread. The engine runs on the network thread with a replica that hops to the store thread.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from field_app.background.gathered import Gathered
from field_app.background.map_shelf import MapShelfHop
from field_app.background.replica_hop import ReplicaHop
from field_app.background.runner import Runner
from field_app.background.sync_times import SyncTimes
from field_app.maps.map_files import MapFiles
from field_app.operations import outbox
from field_app.operations.outbox import SyncRun
from field_app.operations.submit import Changes
from field_app.storage.trouble import VaultTrouble
from sync.domain.time import Clock
from sync.engine.engine import SyncReport, sync_once
from sync.engine.pace import Pace
from sync.engine.ports import Progress, Transport
from sync.engine.trouble import PASSING, Trouble

STEP_S = 0.1
IDLE_S = 60.0  # since the last act, before a map comes by itself
IDLE_PER_S = 100_000  # bytes a second of a map that nobody waits for


class SyncStatus(msgspec.Struct, frozen=True):
    """How syncing stands now; `trouble` is a code with words in the catalogues, empty when well.

    `for_person`: asking again does not help by itself, somebody has to do something.
    `files_trouble` is the same as `trouble` of a photo or paper alone: all else was synced.
    `next_at` is when the next try is planned; None while one runs.
    """

    running: bool = False
    progress: Progress | None = None
    trouble: str = ""
    trouble_params: dict[str, object] = {}
    for_person: bool = False
    files_trouble: str = ""
    last_report: SyncReport | None = None
    next_at: datetime | None = None


class Following(Protocol):
    """What follows each sync, on the network thread."""

    def after(self, transport: Transport) -> None:
        """Follow one that ended well; may raise Trouble, which is then the sync's."""
        ...

    def refused(self, trouble: Trouble, transport: Transport) -> None:
        """Follow one that the server refused."""
        ...


class SyncLoop:
    """The one loop that talks to the server."""

    def __init__(
        self,
        runner: Runner,
        transport: Transport,
        clock: Clock,
        times: SyncTimes,
        on_bug: Callable[[Exception], None],
        following: Following | None = None,
        maps: MapFiles | None = None,
    ) -> None:
        self._maps = maps
        self._following = following
        self._runner = runner
        self._transport = transport
        self._clock = clock
        self._times = times
        self._on_bug = on_bug
        self._wanted = asyncio.Event()
        self._cancel = threading.Event()
        self._pace = Pace(time.monotonic, self._cancel.wait)
        self._idle_pace = Pace(time.monotonic, self._cancel.wait, IDLE_PER_S)
        self._maps_by_themselves = self._map_comes = False
        self._acted_at: float | None = None
        self._failures = 0
        self._due_s = self._times.after_start(synced_before=False)
        self._planned = False  # a sync for the acts since the last one
        self._listeners: list[Callable[[SyncStatus], None]] = []
        self._hush = False
        self._gathered = Gathered(self._publish)
        self._progressed_at = 0.0
        self.status = SyncStatus()

    def listen(self, listener: Callable[[SyncStatus], None]) -> Callable[[], None]:
        """Tell `listener` of every new state and progress until what is returned is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def request(self) -> None:
        """Sync as soon as possible: a person asked."""
        self._due_s = 0.0
        self._failures = 0
        self._wanted.set()

    def limit_files(self, kb_per_s: int) -> None:
        """Let photos and papers take no more of the line than this; 0 is no limit."""
        self._pace.most_per_s = kb_per_s * 1000
        self._idle_pace.most_per_s = min(IDLE_PER_S, kb_per_s * 1000 or IDLE_PER_S)

    def let_maps_come(self, *, by_themselves: bool) -> None:
        """Let a newer map come without being asked for, while nothing else is to be done."""
        self._maps_by_themselves = by_themselves

    def cancel(self) -> None:
        """Stop the sync under way after its present step, and take back the wish for one.

        Nothing done is undone, and what was recorded goes up with the next planned sync.
        """
        if self.status.running:
            self._cancel.set()
        if self._due_s == 0:
            times = self._times
            self._due_s = times.after_act() if self._planned else times.after_success()

    async def run(self) -> None:
        """Sync again and again until the task is cancelled."""
        stop = self._runner.subscribe(self._on_changes)
        try:
            if await self._runner.run(outbox.has_synced) and self._due_s:
                self._due_s = self._times.after_start(synced_before=True)
            while True:
                await self._wait()
                await self._sync()
        finally:
            self._cancel.set()
            self._gathered.end()
            stop()

    def _on_changes(self, _changes: Changes) -> None:
        """Plan a sync shortly after an act; changes that came down with a sync plan none."""
        if not self._hush:
            self._acted_at = time.monotonic()
        if self._hush or self._failures or self._planned:
            return  # later acts go with the first: they must not put it off for ever
        self._planned = True
        self._due_s = min(self._due_s, self._times.after_act())
        self._wanted.set()

    async def _wait(self) -> None:
        """Wait until the planned time; a wish or an act brings it nearer."""
        while self._due_s > 0:
            self._wanted.clear()
            wait_s = self._due_s
            self._tell(next_at=self._clock.now() + timedelta(seconds=wait_s))
            try:
                async with asyncio.timeout(wait_s):
                    await self._wanted.wait()
            except TimeoutError:
                return
        self._wanted.clear()

    async def _sync(self) -> None:
        self._cancel.clear()
        began = self._clock.now()
        self._due_s, self._planned = self._times.after_success(), False
        self._tell(running=True, progress=Progress("hello", 0, 0), next_at=None)
        try:
            await self._look_for_maps()
            report = await self._runner.on_network(self._engine(asyncio.get_running_loop()))
            await self._succeeded(began, report)
        except Trouble as trouble:
            await self._failed(began, str(trouble.code), trouble.params, trouble)
        except VaultTrouble as trouble:
            await self._failed(began, trouble.code, {}, None)
        except Exception as bug:
            self._on_bug(bug)
            await self._failed(began, "sync.bug", {}, None)

    async def _look_for_maps(self) -> bool:
        """Say whether a newer map comes by itself now: nobody works, and the settings allow it."""
        idle = self._acted_at is None or time.monotonic() - self._acted_at >= IDLE_S
        may = self._maps is not None and self._maps_by_themselves and idle
        self._map_comes = await self._runner.run(
            lambda desk: desk.store.map_notices.let_come(may=may)
        )
        return self._map_comes

    def _engine(self, loop: asyncio.AbstractEventLoop) -> Callable[[], SyncReport]:
        replica = ReplicaHop(
            self._runner.store,
            self._runner.desk.store.replica,
            lambda changes: _call(loop, lambda: self._gathered.add(changes)),
        )

        notices = self._runner.desk.store.map_notices
        maps = self._maps
        shelf = MapShelfHop(self._runner.store, notices, maps) if maps is not None else None

        def once() -> SyncReport:
            return sync_once(
                replica,
                self._transport,
                on_progress=lambda p: _call(loop, lambda: self._progress(p)),
                cancelled=self._cancel.is_set,
                pace=self._pace,
                shelf=shelf,
                map_pace=self._idle_pace if self._map_comes else None,
            )

        return lambda: self._followed(once)

    def _followed(self, once: Callable[[], SyncReport]) -> SyncReport:
        if self._following is None:
            return once()
        try:
            report = once()
            if not report.cancelled:
                self._following.after(self._transport)
        except Trouble as trouble:
            self._following.refused(trouble, self._transport)
            raise
        return report

    def _publish(self, changes: Changes) -> None:
        self._hush = True
        try:
            self._runner.publish(changes)
        finally:
            self._hush = False

    def _progress(self, progress: Progress) -> None:
        """Tell each new phase, and no more than ten steps a second of the same one."""
        now, before = time.monotonic(), self.status.progress
        same = before is not None and before.phase == progress.phase
        if self.status.running and not (same and now - self._progressed_at < STEP_S):
            self._progressed_at = now
            self._tell(progress=progress)

    def _end(self) -> None:
        """Tell what is left to tell of a sync that has ended, itself last."""
        self._gathered.add(Changes())
        self._gathered.end()

    async def _succeeded(self, began: datetime, report: SyncReport) -> None:
        self._failures = 0
        # What hello told of a newer map is known only now.
        came = self._map_comes
        more = report.files_left or (await self._look_for_maps() and not came)
        if more and not report.cancelled:
            self._due_s = 0.0
        run = SyncRun(began, self._clock.now(), report.sent, report.received, "")
        await self._runner.run(lambda desk: outbox.note_run(desk, run))
        self._tell(
            running=False,
            progress=None,
            trouble="",
            trouble_params={},
            for_person=False,
            files_trouble=report.files_trouble,
            last_report=report,
        )
        self._end()

    async def _failed(
        self, began: datetime, code: str, params: dict[str, object], trouble: Trouble | None
    ) -> None:
        self._failures += 1
        passing = trouble is not None and trouble.code in PASSING
        wish = trouble.retry_after if trouble else None
        if self._due_s > 0:  # else a person asked once more meanwhile
            self._due_s = self._times.after_failure(self._failures, wish, passing=passing)
        run = SyncRun(began, self._clock.now(), 0, 0, code)
        try:
            await self._runner.run(lambda desk: outbox.note_run(desk, run))
        except VaultTrouble as full:
            code, params, passing = full.code, {}, False
        self._tell(
            running=False,
            progress=None,
            trouble=code,
            trouble_params=params,
            for_person=not passing,
        )
        self._end()

    def _tell(self, **news: object) -> None:
        self.status = msgspec.structs.replace(self.status, **news)
        for listener in tuple(self._listeners):
            listener(self.status)


def _call(loop: asyncio.AbstractEventLoop, act: Callable[[], None]) -> None:
    """Run `act` on the loop's thread, unless the loop has ended meanwhile."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(act)
