"""One case: its file, what may be done now, and the small acts on it.

Signals: `changed()` after each reading, `answered(str, object)` with the act and its `Answer`,
`revealed(object, str)` with the field and its plain value.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from field_app.background.runner import Runner
from field_app.operations import attachments, cases, contacts, feedback, holds, photographs
from field_app.operations.cases import CaseFile as CaseFile
from field_app.operations.cases import Step as Step
from field_app.operations.desk import Desk
from field_app.operations.submit import Changes, Written
from field_app.operations.timeline import CORRECTED
from field_app.operations.timeline import TimelineEntry as TimelineEntry
from field_app.viewmodels.answer import Answer, answer_of
from field_app.viewmodels.attachment import AttachmentViewModel
from field_app.viewmodels.care import CareViewModel
from field_app.viewmodels.findings import FindingText, RuleWords, explain
from field_app.viewmodels.problem import Problem, attempt
from field_app.viewmodels.reloading import Reloading
from sync.domain.ids import CaseId
from sync.domain.outcome import Gone, Refused
from sync.domain.records import Hold, Versioned
from sync.domain.vocabulary import Channel, ContactResult, FeedbackKind, HoldKind, Revealable, Role


class CaseViewModel(QObject):
    """The file of one case."""

    changed = Signal()
    answered = Signal(str, object)
    revealed = Signal(object, str)

    def __init__(
        self,
        runner: Runner,
        rule_words: RuleWords,
        care: CareViewModel,
        attachment: AttachmentViewModel,
    ) -> None:
        super().__init__()
        self._runner = runner
        self.care = care
        self.attachment = attachment
        self._rule_words = rule_words
        self.case_id: CaseId | None = None
        self.file: CaseFile | None = None
        self.plain: dict[Revealable, str] = {}
        self.reloading = Reloading(self.load)
        runner.subscribe(self._on_changes)

    @property
    def may_lift(self) -> bool:
        """Say whether this person may lift a hold."""
        return self._runner.desk.me.role in (Role.LEAD, Role.COMPLIANCE)

    @property
    def visits(self) -> bool:
        """Say whether this person makes visits."""
        return self._runner.desk.me.role is Role.OFFICER

    def may_correct(self, entry: TimelineEntry) -> bool:
        """Say whether this person may correct a visit: its officers may, while it stands."""
        return self.visits and CORRECTED not in entry.flags

    def _on_changes(self, changes: Changes) -> None:
        if self.case_id and (not changes.cases or self.case_id in changes.cases):
            self.reloading.ask()

    async def open(self, case_id: CaseId) -> None:
        """Show another case; what was revealed is hidden again."""
        self.case_id = case_id
        self.plain = {}
        await self.load()

    async def load(self) -> None:
        """Read the file."""
        wanted = self.case_id
        if wanted is None:
            return
        found = await self._runner.run(lambda desk: cases.open_file(desk, wanted))
        if wanted == self.case_id:
            self.file = found
            await self.care.load(wanted)
            self.changed.emit()

    def shown(self, field: Revealable) -> str:
        """Return a field as it may be seen now."""
        if field in self.plain:
            return self.plain[field]
        return self.file.shown[field] if self.file else ""

    async def reveal(self, field: Revealable) -> None:
        """Show masked data; the look is recorded and sent."""
        case_id = self.case_id
        if case_id is None:
            return
        value = await attempt(
            lambda: self._runner.run(lambda desk: cases.reveal(desk, case_id, field))
        )
        if not isinstance(value, str):
            why = Problem("answer.gone") if isinstance(value, Gone) else value
            self.answered.emit("reveal", Answer(False, (why,)))
            return
        self.plain[field] = value
        self.revealed.emit(field, value)
        self._runner.publish(Changes(frozenset({case_id}), frozenset({"reveal"})))

    def hide(self) -> None:
        """Mask everything again."""
        self.plain = {}
        self.changed.emit()

    def findings(self, step: Step) -> tuple[FindingText, ...]:
        """Return what the rules say of a step."""
        return explain(self._rule_words, step.findings)

    async def record_contact(self, channel: Channel, result: ContactResult, note: str) -> None:
        """Keep a contact made just now."""
        await self._act("contact", lambda d, c: contacts.record(d, c, channel, result, note))

    async def record_feedback(self, kind: FeedbackKind, topic: str, words: str) -> None:
        """Keep the customer's words; a complaint rests the case."""
        await self._act("feedback", lambda d, c: feedback.record(d, c, None, kind, topic, words))

    async def place_hold(self, kind: HoldKind, reason: str, days: int = 0) -> None:
        """Rest the case, for so many days where it has an end."""
        await self._act("hold", lambda d, c: holds.place(d, c, kind, reason, days))

    async def lift_hold(self, hold: Versioned[Hold], reason: str, *, asked: bool = False) -> None:
        """Let the case go on."""
        await self._act("lift", lambda d, _c: holds.lift(d, hold, reason, asked=asked))

    async def attach(self, path: Path) -> None:
        """Attach a picture or PDF."""
        try:
            data = await self._runner.store.do(path.read_bytes)
        except OSError:
            unreadable = Problem("attachment.unreadable")
            self.answered.emit("attachment", Answer(False, (unreadable,)))
            return
        # On a thread of its own: reading a photo anew takes as long as many queries.
        kept = await asyncio.to_thread(photographs.clean, data)
        if isinstance(kept, Refused):
            self.answered.emit("attachment", answer_of(kept, self._rule_words))
            return
        await self._act("attachment", lambda d, c: attachments.add(d, c, path.name, kept))

    async def _act(self, what: str, act: Callable[[Desk, CaseId], Written]) -> None:
        case_id = self.case_id
        if case_id is None:
            return
        written = await self._runner.act(lambda desk: act(desk, case_id))
        self.answered.emit(what, answer_of(written, self._rule_words))
