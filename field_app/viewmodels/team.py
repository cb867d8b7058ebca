"""The lead's board and assignment.

Signals: `changed()`, `assigned(int, object)` with the number done and an `Answer` for the rest.
"""

from datetime import date

from PySide6.QtCore import QObject, Signal

from field_app.background.runner import Runner
from field_app.i18n.words import Words
from field_app.operations import team
from field_app.operations.submit import Changes, Saved, Written
from field_app.operations.team import Board, Suggestion
from field_app.operations.team import OfficerLoad as OfficerLoad
from field_app.viewmodels.answer import Answer, answer_of
from field_app.viewmodels.cases import CasesViewModel
from field_app.viewmodels.findings import RuleWords
from field_app.viewmodels.reloading import Reloading
from sync.domain.ids import CaseId, OfficerId
from sync.domain.records import Officer


class TeamViewModel(QObject):
    """Officers with their load; the cases to be given."""

    changed = Signal()
    assigned = Signal(int, object)

    def __init__(self, runner: Runner, rule_words: RuleWords, words: Words) -> None:
        super().__init__()
        self._runner = runner
        self._rule_words = rule_words
        self.cases = CasesViewModel(runner, words)
        self.board: Board | None = None
        self.officers: tuple[Officer, ...] = ()
        self.reloading = Reloading(self.load)
        runner.subscribe(self._on_changes)

    def _on_changes(self, _changes: Changes) -> None:
        self.reloading.ask()

    async def load(self) -> None:
        """Read the board of today and the cases."""
        await self.load_day(None)
        await self.cases.load()

    async def load_day(self, day: date | None) -> None:
        """Read the board of a day."""
        self.board = await self._runner.run(lambda desk: team.board(desk, day))
        self.officers = await self._runner.run(team.field_officers)
        self.changed.emit()

    async def suggest(self, case_ids: tuple[CaseId, ...]) -> tuple[Suggestion, ...]:
        """Return whom the cases could be given to, by area and load."""
        return await self._runner.run(lambda desk: team.suggest_by_area(desk, case_ids))

    async def suggest_all(self) -> tuple[Suggestion, ...]:
        """Return whom every case without an officer could be given to."""
        return await self._runner.run(team.suggest_unassigned)

    async def assign(
        self,
        case_ids: tuple[CaseId, ...],
        officer_id: OfficerId | None,
        second_id: OfficerId | None,
    ) -> None:
        """Give cases to two officers, or back to the pool."""
        answers = await self._runner.act_many(
            lambda desk: team.assign(desk, case_ids, officer_id, second_id)
        )
        self._tell(answers)

    async def take(self, suggestions: tuple[Suggestion, ...]) -> None:
        """Give cases as suggested."""
        answers = await self._runner.act_many(lambda desk: team.take(desk, suggestions))
        self._tell(answers)

    def _tell(self, answers: tuple[Written, ...]) -> None:
        done = sum(isinstance(a, Saved) for a in answers)
        refused = [answer_of(a, self._rule_words) for a in answers if not isinstance(a, Saved)]
        self.assigned.emit(done, refused[0] if refused else Answer(True))
