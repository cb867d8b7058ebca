"""How the laptop stands to the server.

Signals: `changed()`, `progressed()`, `answered(object)`, `rules_changed()` for others in force.
"""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from field_app.background.runner import Runner
from field_app.background.sync_loop import SyncLoop, SyncStatus
from field_app.i18n.words import Words
from field_app.operations import keys, outbox, record, resolutions
from field_app.operations.outbox import AttentionItem as AttentionItem
from field_app.operations.outbox import RescueStory as RescueStory
from field_app.operations.outbox import SyncRun as SyncRun
from field_app.operations.outbox import SyncState as SyncState
from field_app.operations.outbox import WaitingItem as WaitingItem
from field_app.operations.submit import RULES, Changes
from field_app.storage.incidents import RECOVERED, REPAIRED
from field_app.storage.incidents import REVIVED as REVIVED
from field_app.storage.incidents import Incident as Incident
from field_app.storage.rulebook import InForce
from field_app.storage.server_time import BOUND as BOUND
from field_app.viewmodels.answer import BY_RULES, Answer, answer_of
from field_app.viewmodels.exports import Exports, ExportWish, FileOut
from field_app.viewmodels.findings import RuleWords, explain
from field_app.viewmodels.problem import Problem, attempt
from field_app.viewmodels.reloading import Reloading
from sync.domain.ids import MutationId
from sync.domain.outcome import Reason
from sync.domain.situation import RuleFinding, Severity
from sync.domain.vocabulary import ExportFile
from sync.engine.ports import Progress as Progress


class SyncViewModel(QObject):
    """What waits, what needs a decision, how the last tries went."""

    changed = Signal()
    progressed = Signal()
    answered = Signal(object)
    rules_changed = Signal()

    def __init__(self, runner: Runner, loop: SyncLoop, rule_words: RuleWords) -> None:
        super().__init__()
        self._runner = runner
        self.exports = Exports(runner)
        self._loop = loop
        self._rule_words = rule_words
        self.state: SyncState | None = None
        self.lease_hours: int | None = None  # how long the passphrase alone still opens this laptop
        self._told = (self.rules.pack, self.rules.version)
        self.reloading = Reloading(self.load)
        runner.subscribe(self._on_changes)
        self.stop = loop.listen(self._on_status)

    @property
    def status(self) -> SyncStatus:
        """Return how syncing stands now."""
        return self._loop.status

    @property
    def zone(self) -> str:
        """Return the branch's zone."""
        return self._runner.desk.zone

    @property
    def rules(self) -> InForce:
        """Return which rules are in force on this laptop."""
        return self._runner.desk.store.rulebook.in_force

    def _on_changes(self, changes: Changes) -> None:
        if changes.kinds & RULES:
            self._compare_rules()
        self.reloading.ask()

    def _compare_rules(self) -> None:
        """Tell of other rules; the same ones signed by another key are none."""
        now = (self.rules.pack, self.rules.version)
        if now != self._told:
            self._told = now
            self.rules_changed.emit()

    def _on_status(self, _status: SyncStatus) -> None:
        self.progressed.emit()

    async def load(self) -> None:
        """Read the state."""
        self.state = await self._runner.run(outbox.state)
        self.lease_hours = await self._runner.run(keys.lease_hours)
        self.changed.emit()

    def sync_now(self) -> None:
        """Ask for a sync."""
        self._loop.request()

    def cancel(self) -> None:
        """Stop the sync under way; nothing is lost."""
        self._loop.cancel()

    async def put_away_rescue(self) -> Problem | None:
        """Tell of the rescue no longer; returns why that could not be kept."""
        found = await attempt(lambda: self._runner.run(outbox.put_away_rescue))
        if isinstance(found, Problem):
            return found
        await self.load()
        return None

    def why(self, item: AttentionItem) -> Answer:
        """Return why the server said no: the rules' own sentences, and other reasons as codes."""
        spoken = [_finding(r) for r in item.reasons if r.code == BY_RULES]
        known = [f for f in spoken if self._rule_words.knows(f)]
        named = {f.rule for f in known}
        others = [r for r in item.reasons if r.params.get("rule") not in named]
        problems = tuple(Problem(r.code, r.params) for r in others)
        return Answer(False, problems, explain(self._rule_words, known))

    async def save_checkpoints(self, words: Words, wish: ExportWish, path: Path) -> Problem | None:
        """Save what this laptop can testify of the server's record; returns why it could not be.

        A stamp would be one line too many for whoever verifies: the record has it.
        """
        told = await self._runner.run(record.checkpoints)
        out = FileOut(ExportFile.CHECKPOINTS, lambda _line: told, 0)
        return await self.exports.write(words, wish, path, out)

    async def accept_theirs(self, mid: MutationId) -> None:
        """Let the server's version stand."""
        written = await self._runner.act(lambda desk: resolutions.accept_theirs(desk, mid))
        self.answered.emit(answer_of(written, self._rule_words))

    async def try_again(self, mid: MutationId) -> None:
        """Try the same again upon what stands now."""
        written = await self._runner.act(lambda desk: resolutions.try_again(desk, mid))
        self.answered.emit(answer_of(written, self._rule_words))

    async def keep_as_note(self, mid: MutationId) -> None:
        """Keep the words of what was refused beside its case."""
        written = await self._runner.act(lambda desk: resolutions.keep_as_note(desk, mid))
        self.answered.emit(answer_of(written, self._rule_words))


def put_right(incident: Incident) -> Problem:
    """Return what a sync found wrong and mended, as it is told."""
    if incident.what == REPAIRED:
        return Problem("incident.repaired", {"n": incident.records})
    if incident.what == RECOVERED:
        return Problem("incident.recovered", {"n": incident.records})
    if incident.what == REVIVED:
        return Problem("incident.revived", {"case": incident.scope or "—"})
    return Problem("incident.reread")


def _finding(reason: Reason) -> RuleFinding:
    """Return the rule inside a refusal, as it spoke at the server."""
    values = {k: v for k, v in reason.params.items() if k != "rule"}
    return RuleFinding(str(reason.params.get("rule", "")), Severity.BLOCK, values)
