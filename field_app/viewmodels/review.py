"""What waits for those who oversee, and the conduct figures with the records behind them.

Signals: `changed()` after reading, `answered(str, object)` with the act and its `Answer`,
`drilled()` after the records of another figure were read.
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from field_app.background.runner import Runner
from field_app.i18n.words import Words
from field_app.operations import review
from field_app.operations.desk import Desk
from field_app.operations.review import ComplaintItem as ComplaintItem
from field_app.operations.review import Conduct, Queue
from field_app.operations.review import FileTaken as FileTaken
from field_app.operations.review import FlaggedItem as FlaggedItem
from field_app.operations.review import ManyLooks as ManyLooks
from field_app.operations.review import PlanItem as PlanItem
from field_app.operations.submit import Changes, Saved, Written
from field_app.reports.conduct_paper import conduct_paper
from field_app.reports.conduct_sheet import conduct_sheet
from field_app.reports.conduct_sheet import measured as measured
from field_app.reports.typesetting import pdf_of
from field_app.viewmodels.answer import Answer, answer_of
from field_app.viewmodels.exports import Exports, ExportWish, FileOut
from field_app.viewmodels.findings import RuleWords
from field_app.viewmodels.reloading import Reloading
from sync.domain.ids import CaseId, TeamId
from sync.domain.time import Clock
from sync.domain.vocabulary import ExportFile
from sync.policy.conduct import MEASURES as MEASURES
from sync.policy.conduct import Evidence, Figure

MONTHS = 6
type Act = Callable[[Desk], Written]


class ReviewViewModel(QObject):
    """Queue and conduct of the teams this person oversees."""

    changed = Signal()
    answered = Signal(str, object)
    drilled = Signal()

    def __init__(self, runner: Runner, clock: Clock, rule_words: RuleWords) -> None:
        super().__init__()
        self._runner = runner
        self.exports = Exports(runner)
        self._clock = clock
        self._rule_words = rule_words
        self.queue: Queue | None = None
        self.conduct = Conduct((), (), ())
        self.measure = next(iter(MEASURES))
        self.team = ""
        self.month = ""  # whose records are shown
        self.evidence: tuple[Evidence, ...] = ()
        self.case_numbers: dict[CaseId, str] = {}
        self.broken_at: int | None = None
        self.reloading = Reloading(self.load)
        self.loaded = False
        runner.subscribe(self._on_changes)

    def _on_changes(self, _changes: Changes) -> None:
        if self.loaded:
            self.reloading.ask()

    @property
    def zone(self) -> str:
        """Return the zone in which this desk's instants are told."""
        return self._runner.desk.zone

    async def load(self) -> None:
        """Read the queue and the figures."""
        self.queue = await self._runner.run(review.queue)
        self.conduct = await self._runner.run(lambda desk: review.conduct(desk, MONTHS))
        self.broken_at = await self._runner.run(review.trail_is_whole)
        if self.team not in self.conduct.teams:
            self.team = self.conduct.teams[0] if self.conduct.teams else ""
        self.loaded = True
        self.changed.emit()

    def called(self, words: Words, team: TeamId) -> str:
        """Return what a team is called: names of teams stay on the server, leads are known."""
        lead = self.conduct.leads.get(team)
        return words("Team of {name}", name=lead) if lead else team

    def figures(self) -> tuple[Figure | None, ...]:
        """Return the chosen measure of the chosen team for each month; None = nothing measured."""
        known = {
            f.month: f
            for f in self.conduct.figures
            if (f.measure, f.team_id) == (self.measure, self.team)
        }
        return tuple(known.get(month) for month in self.conduct.months)

    def choose(self, measure: str = "", team: str = "") -> None:
        """Show another measure or team."""
        self.measure, self.team = measure or self.measure, team or self.team
        self.month, self.evidence = "", ()
        self.changed.emit()

    async def drill(self, number: int) -> None:
        """Read the records behind the figure of a month."""
        figure = self.figures()[number]
        self.evidence = figure.evidence if figure else ()
        wanted = frozenset(e.case_id for e in self.evidence)
        self.case_numbers = await self._runner.run(lambda desk: review.case_numbers(desk, wanted))
        self.month = self.conduct.months[number]
        self.drilled.emit()

    async def answer(self, item: ComplaintItem, words: str) -> None:
        """Answer a complaint."""
        one, case_id = item.complaint, item.about.case_id
        await self._act("answer", lambda d: review.answer(d, case_id, one.id, item.rev, words))

    async def close(self, item: ComplaintItem, *, content: bool, words: str) -> None:
        """Keep the customer's word on the answer."""
        one, case_id = item.complaint, item.about.case_id
        await self._act(
            "close_complaint" if content else "heard_again",
            lambda d: review.close(d, case_id, one.id, item.rev, content=content, words=words),
        )

    async def escalate(self, item: ComplaintItem, reason: str) -> None:
        """Hand a complaint to compliance."""
        one, case_id = item.complaint, item.about.case_id
        await self._act("escalate", lambda d: review.escalate(d, case_id, one.id, item.rev, reason))

    async def _act(self, what: str, act: Act) -> None:
        written = await self._runner.act(act)
        self.answered.emit(what, answer_of(written, self._rule_words))
        if not isinstance(written, Saved):
            self.reloading.ask()

    async def export(self, words: Words, path: Path, wish: ExportWish) -> None:
        """Write the figures as a workbook or PDF, on record before the file exists."""
        found, months = self.conduct.figures, self.conduct.months
        teams = {team: self.called(words, team) for team in self.conduct.teams}
        wanted = frozenset(e.case_id for f in found for e in f.evidence)
        numbers = await self._runner.run(lambda desk: review.case_numbers(desk, wanted))

        def make(line: str) -> bytes:
            if path.suffix.lower() == ".pdf":
                return pdf_of(conduct_paper(words, found, months, teams, line))
            return conduct_sheet(words, found, numbers, teams, line)

        out = FileOut(ExportFile.CONDUCT, make, len(numbers))
        trouble = await self.exports.write(words, wish, path, out)
        answer = Answer(False, (trouble,)) if trouble else Answer(True)
        self.answered.emit("export", answer)
