"""At the door: one case, masked; when the officers came and when they left goes into the draft.

Signals: `changed()` after each reading, `gone()` when the case has left this laptop,
`failed(object)` with the `Problem` in the way of what was asked for.
"""

import msgspec
from PySide6.QtCore import QObject, Signal

from field_app.background.runner import Runner
from field_app.operations import cases, doorstep
from field_app.operations.doorstep import AtDoor as AtDoor
from field_app.operations.submit import Changes
from field_app.viewmodels.drafting import Drafting
from field_app.viewmodels.problem import Problem, attempt
from field_app.viewmodels.reloading import Reloading
from field_app.viewmodels.visit_entry import VisitEntry, draft_name
from sync.domain.ids import CaseId, RecordId
from sync.domain.outcome import Gone
from sync.domain.time import Clock, local
from sync.domain.vocabulary import Revealable


class DoorstepViewModel(QObject):
    """The visit that stands at a door now; `address` is empty while it is masked."""

    changed = Signal()
    gone = Signal()
    failed = Signal(object)

    def __init__(self, runner: Runner, clock: Clock, drafting: Drafting) -> None:
        super().__init__()
        self._runner = runner
        self._drafting = drafting
        self._clock = clock
        self._wanted: tuple[CaseId, RecordId | None] | None = None
        self.card: AtDoor | None = None
        self.entry = VisitEntry()
        self.address = ""
        self.reloading = Reloading(self.load)
        runner.subscribe(self._on_changes)

    @property
    def cover_s(self) -> int:
        """Return for how many seconds a click brings the screen back after it was covered."""
        return self._runner.desk.policy.reference.cover_seconds

    def _on_changes(self, changes: Changes) -> None:
        if self._wanted and (not changes.cases or self._wanted[0] in changes.cases):
            self.reloading.ask()

    async def open(self, case_id: CaseId, appointment_id: RecordId | None) -> None:
        """Stand at a door; nothing is shown in clear yet."""
        self._wanted = (case_id, appointment_id)
        self.address = ""
        await self.load()

    def leave(self) -> None:
        """Forget the door, and what was shown there."""
        self._wanted = None
        self.card = None
        self.address = ""

    async def load(self) -> None:
        """Read the visit and its draft."""
        wanted = self._wanted
        if wanted is None:
            return
        card = await self._runner.run(lambda desk: doorstep.at_door(desk, *wanted))
        kept = await self._drafting.recall(draft_name(*wanted))
        if wanted != self._wanted:
            return
        self.card = card
        self.entry = msgspec.json.decode(kept, type=VisitEntry) if kept else VisitEntry()
        if card is None:
            self.gone.emit()
        else:
            self.changed.emit()

    async def show_address(self) -> None:
        """Show where to ring; the look is recorded and sent."""
        card = self.card
        if card is None:
            return
        found = await attempt(
            lambda: self._runner.run(
                lambda desk: cases.reveal(desk, card.case_id, Revealable.ADDRESS)
            )
        )
        if isinstance(found, Problem):
            self.failed.emit(found)
            return
        if isinstance(found, Gone):
            self.gone.emit()
            return
        self.address = found
        self.changed.emit()
        self._runner.publish(Changes(frozenset({card.case_id}), frozenset({"reveal"})))

    def hide(self) -> None:
        """Mask everything again."""
        self.address = ""
        self.changed.emit()

    async def begin(self) -> None:
        """Keep that the officers stand at the door now."""
        await self._keep(arrived=self._time())

    async def end(self) -> None:
        """Keep that the officers leave now."""
        await self._keep(left=self._time())

    def _time(self) -> str:
        zone = self.card.zone if self.card else ""
        return f"{local(self._clock.now(), zone):%H:%M}"

    async def _keep(self, **times: str) -> None:
        card = self.card
        if card is None:
            return
        name, now = draft_name(card.case_id, card.appointment_id), self._clock.now()
        kept = await self._drafting.recall(name)
        entry = msgspec.json.decode(kept, type=VisitEntry) if kept else VisitEntry()
        day = entry.day or local(now, card.zone).date()
        noted = msgspec.structs.replace(entry, day=day, **times)
        await self._drafting.put(name, msgspec.json.encode(noted))
        await self.load()
