"""The day as the officer sees it. Signal: `changed()` after each reading."""

from PySide6.QtCore import QObject, Signal

from field_app.background.runner import Runner
from field_app.operations import today
from field_app.operations.follow_ups import FollowUp as FollowUp
from field_app.operations.submit import Changes
from field_app.operations.today import Today as Today
from field_app.operations.today import TodayVisit as TodayVisit
from field_app.viewmodels.findings import FindingText, RuleWords, explain
from field_app.viewmodels.on_the_way import OnTheWay
from field_app.viewmodels.papers import Papers
from field_app.viewmodels.reloading import Reloading


class TodayViewModel(QObject):
    """Visits in driving order, windows to confirm, promises due."""

    changed = Signal()

    def __init__(
        self, runner: Runner, rule_words: RuleWords, papers: Papers, way: OnTheWay
    ) -> None:
        super().__init__()
        self.papers = papers
        self.way = way
        self._runner = runner
        self._rule_words = rule_words
        self.reloading = Reloading(self.load)
        self.day: Today | None = None
        runner.subscribe(self._on_changes)

    def _on_changes(self, _changes: Changes) -> None:
        self.reloading.ask()

    async def load(self) -> None:
        """Read the day."""
        self.day = await self._runner.run(today.day)
        await self.way.load()
        self.changed.emit()

    def findings(self, visit: TodayVisit) -> tuple[FindingText, ...]:
        """Return what the rules say of a visit."""
        return explain(self._rule_words, visit.findings)
