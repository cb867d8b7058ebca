"""A day's plan for the lead: solve, look, change, take back, publish.

Signals: `changed()`, `progressed(float)` from 0 to 1, `published(int, object)`. `state` is idle,
standing (what is published), solving, solved, failed or cancelled. `try_move` only asks; a plan
that would change much stands in `candidate` with its differences until it is taken.
"""

import asyncio
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import msgspec
from PySide6.QtCore import QObject, Signal

from field_app.background.runner import Runner
from field_app.maps.travel import TravelTimes
from field_app.operations import cases, route_changes, route_publishing, routes
from field_app.operations.cases import CaseQuery
from field_app.operations.day_wishes import DayWishes as DayWishes
from field_app.operations.day_wishes import OfficerWish as OfficerWish
from field_app.operations.routes import PlanGround
from field_app.operations.submit import RULES, Changes, Saved
from field_app.operations.today import TodayVisit
from field_app.planning.changes import Moved
from field_app.planning.changes import WhatIf as WhatIf
from field_app.planning.differences import Difference as Difference
from field_app.planning.differences import differences
from field_app.planning.offers import Offer as Offer
from field_app.planning.problem import (
    DayPlan,
    DayProblem,
    Pin,
    WhyNot,
)
from field_app.planning.problem import Lunch as Lunch
from field_app.planning.problem import Unplaced as Unplaced
from field_app.planning.process import PlanCancelled, PlanFailed, PlanProcess
from field_app.planning.solver import worth_s
from field_app.viewmodels.answer import answer_of
from field_app.viewmodels.board import BoardRow, rows_of
from field_app.viewmodels.findings import RuleWords
from field_app.viewmodels.plan_map import Drawn, drawn
from field_app.viewmodels.plan_shown import Candidate as Candidate
from field_app.viewmodels.plan_shown import Shown, freed, with_lock_turned, with_move
from field_app.viewmodels.problem import Problem
from field_app.viewmodels.reloading import Reloading
from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.route_check import Breach as Breach
from sync.domain.time import Clock, at_local, local_date
from sync.domain.vocabulary import AppointmentState

MOST_UNDONE = 50


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
        self.rule_words = rule_words
        self._times = times
        self._new_process = new_process
        self._process: PlanProcess | None = None
        self.day = local_date(clock.now(), runner.desk.zone) + timedelta(days=1)
        self.ground: PlanGround | None = None
        self.shown: Shown | None = None
        self.candidate: Candidate | None = None
        self.wishes = DayWishes()
        self.breaches: tuple[Breach, ...] = ()
        self.state = "idle"
        self._past: list[tuple[Shown | None, str]] = []
        self.reloading = Reloading(self._ask_new_rules)
        runner.subscribe(self._on_changes)

    @property
    def plan(self) -> DayPlan | None:
        """Return the plan that is shown."""
        return self.shown.plan if self.shown else None

    @property
    def problem(self) -> DayProblem | None:
        """Return the problem that the shown plan answers."""
        return self.shown.problem if self.shown else None

    @property
    def rows(self) -> tuple[BoardRow, ...]:
        """Return the shown plan as rows of blocks."""
        if self.shown is None:
            return ()
        return rows_of(self.shown.problem, self.shown.plan, self.promised, self.shown.locked)

    @property
    def promised(self) -> frozenset[RecordId]:
        """Return the visits that are published and still stand so."""
        known = self.ground
        return frozenset(p.appointment_id for p in routes.promised(known)) if known else frozenset()

    def _on_changes(self, changes: Changes) -> None:
        if changes.kinds & RULES and self.ground is not None:
            self.reloading.ask()

    async def _ask_new_rules(self) -> None:
        """Put away a plan made under other rules, and read which visits are lawful now."""
        if self.state == "solved":
            self._put_away()
        await self.load()

    def _put_away(self) -> None:
        self.shown, self.candidate, self.state, self.breaches = None, None, "idle", ()
        self._past.clear()

    async def load(self, day: date | None = None) -> None:
        """Read the visits of a day and what is published; another day's plan is put away."""
        if day is not None and day != self.day:
            self.day, self.wishes = day, DayWishes()
            self._put_away()
        wanted = self.day
        known = await self._runner.run(lambda desk: routes.ground(desk, wanted))
        if wanted != self.day:
            return  # meanwhile another day was chosen
        self.ground = known
        if self.state in ("idle", "standing"):
            await self._show_standing(known)
        self.changed.emit()

    async def _show_standing(self, known: PlanGround) -> None:
        if not any(r.stops for r in known.standing):
            self.shown, self.state = None, "idle"
            return
        travel = await asyncio.to_thread(routes.travel, known, self._times)
        problem = routes.problem(known, travel)  # by no day's own rules: it was made before them
        if self.ground is known and self.state in ("idle", "standing"):
            self._show(Shown(route_changes.standing_plan(known, problem), problem), "standing")

    async def _problem(self, known: PlanGround, kept: tuple[Pin, ...] = ()) -> DayProblem:
        travel = await asyncio.to_thread(routes.travel, known, self._times)
        problem = routes.problem(known, travel, self.wishes)
        here = {v.appointment_id for v in problem.visits}
        held = (p for p in kept if p.appointment_id in here)
        return msgspec.structs.replace(problem, pins=(*problem.pins, *held))

    async def solve(self) -> None:
        """Find routes; the window stays free and `cancel` stops it at once.

        What was promised and what is locked stays where it is.
        """
        if self.state == "solving":
            return
        await self.load()
        known, before = self.ground, self.shown
        if known is None:
            return
        self._remember()
        kept, locked = self._locks()
        self.state, self.shown, self.breaches, self.candidate = "solving", None, (), None
        self._process = process = self._new_process()
        self.changed.emit()
        try:
            problem = await self._problem(known, kept)
            seconds = worth_s(problem)
            plan = await asyncio.to_thread(process.solve, problem, seconds, self.progressed.emit)
        except PlanCancelled:
            self._give_up(before, "cancelled")
        except PlanFailed:
            self._give_up(before, "failed")
        else:
            self._show(Shown(plan, problem, kept, locked), "solved")
        self._process = None
        self.changed.emit()

    def _locks(self) -> tuple[tuple[Pin, ...], frozenset[RecordId]]:
        if self.shown is None:
            return (), frozenset()
        locked = self.shown.locked
        return tuple(p for p in self.shown.placed if p.appointment_id in locked), locked

    def _give_up(self, before: Shown | None, state: str) -> None:
        self.shown, self.state = before, state
        if self._past:
            self._past.pop()

    def _show(self, shown: Shown, state: str) -> None:
        self.shown, self.state, self.candidate = shown, state, None
        known = self.ground
        self.breaches = ()
        if known is not None and state == "solved":
            plan = route_publishing.binding(shown.problem, shown.plan)
            self.breaches = tuple(routes.check(shown.problem, plan, known.law.against))

    def _remember(self) -> None:
        self._past.append((self.shown, "standing" if self.state == "standing" else "solved"))
        del self._past[:-MOST_UNDONE]

    @property
    def may_undo(self) -> bool:
        """Say whether there is a plan to go back to."""
        return any(shown is not None for shown, _ in self._past) and self.state != "solving"

    def undo(self) -> None:
        """Show the plan before the last change."""
        while self._past and self.state != "solving":
            shown, state = self._past.pop()
            if shown is not None:
                self._show(shown, state)
                self.changed.emit()
                return

    async def replan(self) -> None:
        """Plan around what is published, with the smallest change; it waits to be taken."""
        await self.load()
        known = self.ground
        if known is None or self.state == "solving":
            return
        kept, locked = self._locks()
        problem = await self._problem(known, kept)
        plan = await asyncio.to_thread(route_changes.replan, known, problem)
        before = route_changes.standing_plan(known, problem)
        shown = Shown(plan, problem, kept, locked)
        self.candidate = Candidate(shown, differences(before, plan))
        self.changed.emit()

    def take(self) -> None:
        """Show the plan that waits, checked again."""
        if self.candidate is not None:
            self._remember()
            self._show(self.candidate.shown, "solved")
            self.changed.emit()

    def leave(self) -> None:
        """Let the plan that waits go."""
        self.candidate = None
        self.changed.emit()

    async def wish(self, wishes: DayWishes) -> None:
        """Plan by other rules from now on; a plan made by the former ones is put away."""
        self.wishes = wishes
        self._put_away()
        await self.load()

    async def leave_out(self, officer_id: OfficerId) -> None:
        """Plan the day without one officer."""
        others = tuple(w for w in self.wishes.officers if w.officer_id != officer_id)
        absent = OfficerWish(officer_id, present=False)
        self.wishes = msgspec.structs.replace(self.wishes, officers=(*others, absent))
        await self.solve()

    async def drawn(self) -> Drawn | None:
        """Return the shown plan for a map, lines along the roads where they are known."""
        known, shown = self.ground, self.shown
        if known is None or shown is None:
            return None
        found = await asyncio.to_thread(drawn, known, shown.problem, shown.plan, self._times)
        return found if shown is self.shown else None

    def try_move(
        self, visit: RecordId, officers: tuple[OfficerId, ...] = (), at_s: int | None = None
    ) -> Moved | None:
        """Say at once whether a stop of the shown plan may be dropped there; changes nothing."""
        if self.shown is None:
            return None
        if visit in self.promised:
            return Moved(None, WhyNot.PROMISED)
        if visit in self.shown.locked:
            return Moved(None, WhyNot.LOCKED)
        problem = freed(self.shown.problem, visit, officers)
        return route_changes.move(problem, self.shown.plan, visit, officers, at_s)

    def take_move(self, visit: RecordId, officers: tuple[OfficerId, ...], move: Moved) -> None:
        """Show the plan of a move; the stop stays where it was dropped."""
        if self.shown is not None and move.plan is not None:
            self._remember()
            self._show(with_move(self.shown, visit, officers, move), "solved")
            self.changed.emit()

    def toggle_lock(self, visit: RecordId) -> None:
        """Lock a stop to its officers and minute, or let it go; what is promised stays locked."""
        if self.shown is not None and visit not in self.promised:
            self._remember()
            self._show(with_lock_turned(self.shown, visit), "solved")
            self.changed.emit()

    async def if_ill(self, officer_id: OfficerId) -> WhatIf | None:
        """Return the shown day without one officer; the plan shown stays."""
        problem, plan = self.problem, self.plan
        if problem is None or plan is None:
            return None
        return await asyncio.to_thread(route_changes.if_ill, problem, plan, officer_id)

    async def customer(self, text: str) -> CaseId | None:
        """Return the case of a case number or of a name, when there is one only."""
        found = await self._runner.run(lambda d: cases.page(d, CaseQuery(text=text), None, 2))
        exact = [r.id for r in found.rows if r.case_no == text]
        rows = exact or [r.id for r in found.rows]
        return rows[0] if len(rows) == 1 else None

    async def propose_windows(self, case_id: CaseId) -> tuple[Offer, ...] | Problem:
        """Return lawful windows that the shown plan has room for, least driving first."""
        known, problem, plan = self.ground, self.problem, self.plan
        customer = await self._runner.run(lambda desk: route_changes.wanted(desk, case_id))
        if customer is None:
            return Problem("plan.nobody_to_offer")
        if known is None or problem is None or plan is None:
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
        """Say whether there is a new plan that breaks nothing."""
        plan = self.plan
        return self.state == "solved" and plan is not None and not self.breaches

    async def publish(self) -> None:
        """Make the plan the one the officers drive by."""
        known, plan, problem = self.ground, self.plan, self.problem
        if known is None or plan is None or problem is None or not self.may_publish:
            return
        written = await self._runner.act(
            lambda desk: route_publishing.publish(desk, known, plan, problem)
        )
        done = sum(bool(r.stops) for r in route_publishing.binding(problem, plan).routes)
        if isinstance(written, Saved):
            self._put_away()
            await self.load()
        self.published.emit(done, answer_of(written, self.rule_words))

    def visit(self, appointment_id: RecordId) -> TodayVisit | None:
        """Return the visit of a stop."""
        visits = self.ground.visits if self.ground else ()
        return next((v for v in visits if v.appointment_id == appointment_id), None)

    @property
    def agreed(self) -> int:
        """Return how many visits with a pin are agreed."""
        visits = self.ground.visits if self.ground else ()
        return sum(v.state is AppointmentState.AGREED for v in visits)

    def officer_name(self, officer_id: str) -> str:
        """Return an officer's name."""
        officers = self.ground.officers if self.ground else ()
        return next((o.name for o in officers if o.id == officer_id), "")

    def instant(self, seconds: int) -> datetime:
        """Return the instant so many seconds after the midnight of the day."""
        zone = self._runner.desk.zone
        return at_local(self.day, time(0), zone) + timedelta(seconds=seconds)
