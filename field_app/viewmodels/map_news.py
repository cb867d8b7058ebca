"""The bank's map pack as a person is told of it: a newer one, how far it is, what went wrong.

Signals: `changed()` after reading and with each step of a fetch.
"""

import msgspec
from PySide6.QtCore import QObject, Signal

from field_app.background.runner import Runner
from field_app.background.sync_loop import SyncLoop, SyncStatus
from field_app.storage.map_notices import MapState
from field_app.viewmodels.problem import Problem, attempt
from field_app.viewmodels.reloading import Reloading
from sync.protocol.published_map import PublishedMap

MB = 1_000_000


class MapNewsViewModel(QObject):
    """`shown` is the content hash of the map that the window shows, empty without one."""

    changed = Signal()

    def __init__(self, runner: Runner, loop: SyncLoop, shown: str) -> None:
        super().__init__()
        self._runner = runner
        self._loop = loop
        self._shown = shown
        self._running = False
        self.state = MapState()
        self.reloading = Reloading(self.load)
        self.stop_listening = loop.listen(self._on_status)

    @property
    def newer(self) -> PublishedMap | None:
        """Return the map that may be fetched."""
        return self.state.newer

    @property
    def ready(self) -> bool:
        """Say whether the bank's map is here and another one, or none, is shown."""
        here = self.state.here
        if here is None or self.state.withdrawn:
            return False
        return self.newer is None and here.content_hash != self._shown

    @property
    def is_withdrawn(self) -> bool:
        """Say whether the map that is shown was taken back by the bank."""
        here = self.state.here
        return self.state.withdrawn and here is not None and here.content_hash == self._shown

    @property
    def megabytes(self) -> tuple[float, float]:
        """Return how much of the wanted map is here, and its size."""
        size = self.newer.size / MB if self.newer else 0.0
        step = self._loop.status.progress
        done = step.bytes_done / MB if step is not None and step.phase == "map" else 0.0
        return done, size

    def _on_status(self, status: SyncStatus) -> None:
        ended, self._running = self._running and not status.running, status.running
        if ended:
            self.reloading.ask()
        elif status.progress is not None and status.progress.phase == "map":
            self.changed.emit()

    async def load(self) -> None:
        """Read how the map stands."""
        self.state = await self._runner.run(lambda desk: desk.store.map_notices.state())
        self.changed.emit()

    async def fetch(self) -> None:
        """Ask for the newer map; it comes behind everything else."""
        if await self._wished(True):
            await self.load()
            self._loop.request()

    async def _wished(self, wanted: bool) -> bool:
        """Keep the wish, or say that this laptop has no room even for that."""
        found = await attempt(
            lambda: self._runner.run(lambda desk: desk.store.map_notices.want(wanted))
        )
        if isinstance(found, Problem):
            self.state = msgspec.structs.replace(self.state, trouble=found.code)
            self.changed.emit()
        return not isinstance(found, Problem)

    async def give_up(self) -> None:
        """Ask for it no longer; what came of it is kept for another time."""
        if not await self._wished(False):
            return
        step = self._loop.status.progress
        if step is not None and step.phase == "map":
            self._loop.cancel()
        await self.load()
