"""A day's plan for the lead: solve, look, change, publish.

Signals: `changed()`, `progressed(float)` from 0 to 1, `published(int, object)`. `state` is idle,
solving, solved, failed or cancelled. `try_move` only asks; `take` makes its plan the shown one.
"""

import asyncio
from collections.abc import Callable
from datetime import date, timedelta

from PySide6.QtCore import QObject, Signal

from field_app.background.runner import Runner
from field_app.maps.travel import TravelTimes
from field_app.operations import route_changes, routes
from field_app.operations.routes import PlanGround
from field_app.operations.submit import RULES, Changes, Saved
from field_app.operations.today import TodayVisit
from field_app.planning.changes import Moved, WhatIf
from field_app.planning.offers import Offer
from field_app.planning.problem import DayPlan, DayProblem
from field_app.planning.problem import OfficerRoute as OfficerRoute
from field_app.planning.process import PlanCancelled, PlanFailed, PlanProcess
from field_app.planning.solver import worth_s
from field_app.viewmodels.answer import Answer, answer_of
from field_app.viewmodels.findings import RuleWords
from field_app.viewmodels.reloading import Reloading
from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.time import Clock, local_date
from sync.policy.route_check import Breach


class PlanViewModel(QObject):
    """One day of the team."""

    changed = Signal()
    progressed = Signal(float)
    published = Signal(int, object)

    def __init__(
        self,
        runner: Runner,
        clock: Clock,
        rule_words: RuleWords,
        times: TravelTimes,
        new_process: Callable[[], PlanProcess],
    ) -> None:
        super().__init__()
        self._runner = runner
        self._clock = clock
        self._rule_words = rule_words
        self._times = times
        self._new_process = new_process
        self._process: PlanProcess | None = None
        self.day = local_date(clock.now(), runner.desk.zone) + timedelta(days=1)
        self.ground: PlanGround | None = None
        self.problem: DayProblem | None = None
        self.plan: DayPlan | None = None
        self.breaches: tuple[Breach, ...] = ()
        self.state = "idle"
        self.reloading = Reloading(self._ask_new_rules)
        runner.subscribe(self._on_changes)

    def _on_changes(self, changes: Changes) -> None:
        if changes.kinds & RULES and self.ground is not None:
            self.reloading.ask()

    async def _ask_new_rules(self) -> None:
        """Put away a plan made under other rules, and read which visits are lawful now."""
        if self.state == "solved":
            self.plan, self.state, self.breaches = None, "idle", ()
        await self.load()

    async def load(self, day: date | None = None) -> None:
        """Read the agreed visits of a day; an earlier plan of another day is put away."""
        if day is not None and day != self.day:
            self.day, self.plan, self.state, self.breaches = day, None, "idle", ()
        wanted = self.day
        self.ground = await self._runner.run(lambda desk: routes.ground(desk, wanted))
        self.changed.emit()

    async def solve(self) -> None:
        """Find routes; the window stays free and `cancel` stops it at once."""
        await self.load()
        known = self.ground
        if known is None or self.state == "solving":
            return
        self.state, self.plan, self.breaches = "solving", None, ()
        self._process = process = self._new_process()
        self.changed.emit()
        try:
            travel = await asyncio.to_thread(routes.travel, known, self._times)
            self.problem = problem = routes.problem(known, travel)
            seconds = worth_s(problem)
            plan = await asyncio.to_thread(process.solve, problem, seconds, self.progressed.emit)
        except PlanCancelled:
            self.state = "cancelled"
        except PlanFailed:
            self.state = "failed"
        else:
            self._show(plan, known, problem)
        self._process = None
        self.changed.emit()

    def _show(self, plan: DayPlan, known: PlanGround, problem: DayProblem) -> None:
        self.plan, self.state = plan, "solved"
        self.breaches = tuple(routes.check(problem, plan, known.law.against))

    async def replan(self) -> None:
        """Plan around what is published: nothing that was promised moves."""
        await self.load()
        known = self.ground
        if known is None or self.state == "solving":
            return
        travel = await asyncio.to_thread(routes.travel, known, self._times)
        self.problem = problem = routes.problem(known, travel)
        self._show(await asyncio.to_thread(route_changes.replan, known, problem), known, problem)
        self.changed.emit()

    def try_move(
        self, visit: RecordId, officers: tuple[OfficerId, ...] = (), at_s: int | None = None
    ) -> Moved | None:
        """Say at once whether a stop of the shown plan may be dropped there; changes nothing."""
        if self.problem is None or self.plan is None:
            return None
        return route_changes.move(self.problem, self.plan, visit, officers, at_s)

    def take(self, plan: DayPlan) -> None:
        """Show another plan of the same problem, checked again."""
        if self.ground is not None and self.problem is not None:
            self._show(plan, self.ground, self.problem)
            self.changed.emit()

    async def if_ill(self, officer_id: OfficerId) -> WhatIf | None:
        """Return the shown day without one officer; the plan shown stays."""
        problem, plan = self.problem, self.plan
        if problem is None or plan is None:
            return None
        return await asyncio.to_thread(route_changes.if_ill, problem, plan, officer_id)

    async def propose_windows(self, case_id: CaseId) -> tuple[Offer, ...]:
        """Return lawful windows that the shown plan has room for, least driving first."""
        known, problem, plan = self.ground, self.problem, self.plan
        customer = await self._runner.run(lambda desk: route_changes.wanted(desk, case_id))
        if known is None or problem is None or plan is None or customer is None:
            return ()
        return await asyncio.to_thread(
            route_changes.propose_windows, known, plan, problem, self._times, customer
        )

    def cancel(self) -> None:
        """Stop the solver."""
        if self._process is not None:
            self._process.cancel()

    @property
    def may_publish(self) -> bool:
        """Say whether there is a plan that breaks nothing."""
        return self.plan is not None and not self.breaches and bool(self.plan.routes)

    async def publish(self) -> None:
        """Make the plan the one the officers drive by."""
        known, plan, problem = self.ground, self.plan, self.problem
        if known is None or plan is None or problem is None or not self.may_publish:
            return
        answers = await self._runner.act_many(
            lambda desk: routes.publish(desk, known, plan, problem)
        )
        done = sum(isinstance(a, Saved) for a in answers)
        others = [answer_of(a, self._rule_words) for a in answers if not isinstance(a, Saved)]
        self.published.emit(done, others[0] if others else Answer(True))

    def visit(self, appointment_id: RecordId) -> TodayVisit | None:
        """Return the visit of a stop."""
        visits = self.ground.visits if self.ground else ()
        return next((v for v in visits if v.appointment_id == appointment_id), None)

    def officer_name(self, officer_id: str) -> str:
        """Return an officer's name."""
        officers = self.ground.officers if self.ground else ()
        return next((o.name for o in officers if o.id == officer_id), "")
