"""The sheet of hardship, income and expenditure, and the way to repay that follows from it.

Signals: `loaded()` when another case is shown, `refreshed()` when its records changed, `reckoned()`
after each answer to what was typed, `drafted(bool)` whether that is kept, `saved(str)` with what
was kept, `refused(object)` with an `Answer`.
"""

from collections.abc import Callable

import msgspec
from PySide6.QtCore import QObject, Signal

from field_app.background.runner import Runner
from field_app.operations import cases, relief
from field_app.operations.cases import CaseFile
from field_app.operations.desk import Desk
from field_app.operations.relief import MonthForm
from field_app.operations.submit import Changes, Written
from field_app.viewmodels.answer import Answer, answer_of
from field_app.viewmodels.care import CareViewModel
from field_app.viewmodels.drafting import Drafting
from field_app.viewmodels.findings import RuleWords
from field_app.viewmodels.money_entry import read_rate
from field_app.viewmodels.problem import Problem
from field_app.viewmodels.relief_entry import (
    MonthEntry,
    ReliefEntry,
    month_entry,
    month_form,
    plan_terms,
    terms_entry,
)
from field_app.viewmodels.reloading import Reloading
from sync.domain.ids import CaseId
from sync.domain.plan_terms import Affordability, Instalment, PlanTerms, TermsTrouble
from sync.domain.vocabulary import OPEN_PLANS, Revealable
from sync.policy.relief.proposals import Option as Option


class Reckoning(msgspec.Struct, frozen=True):
    """What follows from the sheet as typed: each part, or the problem that stands in its way."""

    month: Affordability | Problem
    ways: tuple[Option, ...] | Problem
    counselling: bool = False
    terms: PlanTerms | None = None
    schedule: tuple[Instalment, ...] | Problem = ()

    @property
    def largest_fen(self) -> int:
        """Return the largest instalment of the chosen terms, 0 while there is none."""
        made = () if isinstance(self.schedule, Problem) else self.schedule
        return max((one.total_fen for one in made), default=0)

    @property
    def affordable(self) -> bool:
        """Say whether the customer can pay the chosen terms out of this month."""
        if isinstance(self.month, Problem):
            return False
        return 0 < self.largest_fen <= self.month.affordable_fen


KEEP_AFTER_S = 0.2

type Act = Callable[[Desk], Written]

EMPTY = Problem("relief.nothing_told")


class ReliefViewModel(QObject):
    """One customer's sheet, its draft, and the plan that stands."""

    loaded = Signal()
    refreshed = Signal()
    reckoned = Signal()
    drafted = Signal(bool)
    saved = Signal(str)
    refused = Signal(object)

    def __init__(
        self, runner: Runner, rules: RuleWords, care: CareViewModel, drafting: Drafting
    ) -> None:
        super().__init__()
        self._runner = runner
        self._drafting = drafting
        self._rules = rules
        self.care = care
        self.file: CaseFile | None = None
        self.entry = ReliefEntry()
        self.reckoning = Reckoning(EMPTY, EMPTY)
        self.keeping = Reloading(self._keep, KEEP_AFTER_S)
        self.reloading = Reloading(self._reload)
        self._case_id: CaseId | None = None
        runner.subscribe(self._on_changes)

    def _on_changes(self, changes: Changes) -> None:
        if self._case_id and (not changes.cases or self._case_id in changes.cases):
            self.reloading.ask()

    async def open(self, case_id: CaseId) -> None:
        """Show a case, with the draft left by an earlier try."""
        await self.keeping.settled()
        self._case_id = case_id
        kept = await self._drafting.recall(_draft(case_id))
        await self._read(case_id)
        self.entry = msgspec.json.decode(kept, type=ReliefEntry) if kept else self._fresh()
        await self._reckon()
        self.loaded.emit()

    async def _reload(self) -> None:
        if self._case_id is not None:
            await self._read(self._case_id)
            self.refreshed.emit()

    async def _read(self, case_id: CaseId) -> None:
        self.file = await self._runner.run(lambda desk: cases.open_file(desk, case_id))
        await self.care.load(case_id)

    def _fresh(self) -> ReliefEntry:
        file = self.care.file
        known = month_entry(file.budget) if file and file.budget else MonthEntry()
        return ReliefEntry(month=known)

    @property
    def name(self) -> str:
        """Return the customer's masked name."""
        return self.file.shown[Revealable.NAME] if self.file else ""

    @property
    def has_open_plan(self) -> bool:
        """Say whether a plan stands, so that no other can be proposed."""
        kept = self.care.kept
        return kept is not None and kept.plan.record.state in OPEN_PLANS

    def take(self, entry: ReliefEntry) -> None:
        """Take what was typed; kept as a draft and reckoned soon, once for a burst of keys."""
        self.entry = entry
        self.keeping.ask()

    async def choose(self, option: Option) -> None:
        """Take a proposed way to repay as the terms."""
        self.take(msgspec.structs.replace(self.entry, terms=terms_entry(option.terms)))
        await self.keeping.settled()

    async def _keep(self) -> None:
        case_id, body = self._case_id, msgspec.json.encode(self.entry)
        if case_id is not None:
            self.drafted.emit(await self._drafting.put(_draft(case_id), body))
            await self._reckon()

    async def _reckon(self) -> None:
        case_id, entry = self._case_id, self.entry
        if case_id is not None and self.care.file is not None:
            loan, today = self.care.file.case.loan, self.care.file.today
            terms = plan_terms(loan, entry, today) if entry.terms else None
            self.reckoning = await self._runner.run(
                lambda desk: _reckoned(desk, case_id, entry, terms)
            )
        self.reckoned.emit()

    async def propose(self) -> None:
        """Keep statement and note, and ask the lead for the plan."""
        await self.keeping.settled()
        case_id, file, entry = self._case_id, self.care.file, self.entry
        if case_id is None or file is None:
            return
        month = month_form(case_id, entry.month)
        terms = plan_terms(file.case.loan, entry, file.today)
        trouble = entry.told.trouble
        if isinstance(month, Problem) or isinstance(terms, Problem) or trouble:
            self._refuse(trouble, month, terms)
            return
        note, words = entry.told.form(case_id), entry.words.strip()
        await self._act("plan_proposed", lambda d: relief.propose(d, month, terms, words, note))

    async def keep_statement(self) -> None:
        """Keep statement and note without a plan."""
        await self.keeping.settled()
        case_id, entry = self._case_id, self.entry
        if case_id is None:
            return
        month = month_form(case_id, entry.month)
        if isinstance(month, Problem) or entry.told.trouble:
            self._refuse(entry.told.trouble, month)
            return
        note = entry.told.form(case_id)
        await self._act("statement", lambda desk: relief.record_month(desk, month, note))

    def _refuse(self, *found: object) -> None:
        problems = tuple(one for one in found if isinstance(one, Problem))
        self.refused.emit(Answer(False, problems))

    async def _act(self, what: str, act: Act) -> None:
        answer = answer_of(await self._runner.act(act), self._rules)
        if not answer.saved:
            self.refused.emit(answer)
            return
        case_id = self._case_id
        if case_id is not None:
            await self._drafting.put(_draft(case_id), None)
            await self.open(case_id)
        self.saved.emit(what)


def _reckoned(
    desk: Desk, case_id: CaseId, entry: ReliefEntry, terms: PlanTerms | Problem | None
) -> Reckoning:
    form = month_form(case_id, entry.month)
    month = form if isinstance(form, Problem) else _month(desk, form)
    ways, counselling = _ways(desk, case_id, entry.rate, month)
    if isinstance(terms, Problem):
        return Reckoning(month, ways, counselling, None, terms)
    made = relief.schedule(desk, terms) if terms else ()
    schedule = _problem(made) if isinstance(made, TermsTrouble) else made
    return Reckoning(month, ways, counselling, terms, schedule)


def _month(desk: Desk, form: MonthForm) -> Affordability | Problem:
    if not form.income and not form.costs:
        return EMPTY
    found = relief.month(desk, form)
    return _problem(found) if isinstance(found, TermsTrouble) else found


def _ways(
    desk: Desk, case_id: CaseId, rate: str, month: Affordability | Problem
) -> tuple[tuple[Option, ...] | Problem, bool]:
    if isinstance(month, Problem):
        return month, False
    if not rate.strip():
        return Problem("relief.rate_missing"), False
    ppm = read_rate(rate)
    if ppm is None:
        return Problem("relief.not_a_rate"), False
    found = relief.ways(desk, case_id, month.affordable_fen, ppm)
    if isinstance(found, TermsTrouble):
        return _problem(found), False
    return found.options, found.counselling


def _problem(trouble: TermsTrouble) -> Problem:
    return Problem(trouble.code, dict(trouble.params))


def _draft(case_id: CaseId) -> str:
    return f"relief:{case_id}"
