"""The officer's day on the way: late, files for other devices, a place for a navigation program.

Signal: `changed()`. `order` is the day's round, what is done included; `rest` the day from now,
kept until it is put away: a lead's published route stays as it is.
"""

import asyncio
from datetime import datetime, time
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from field_app.background.runner import Runner
from field_app.i18n.words import Words
from field_app.maps.travel import TravelTimes
from field_app.operations import cases, on_the_way, routes, today
from field_app.operations.desk import Desk
from field_app.operations.on_the_way import Call as Call
from field_app.operations.on_the_way import Late, Rest
from field_app.operations.on_the_way import NextStop as NextStop
from field_app.operations.routes import PlanGround
from field_app.operations.today import TodayVisit
from field_app.viewmodels.exports import Exports, ExportWish, FileOut
from field_app.viewmodels.problem import Problem, attempt
from sync.domain.ids import RecordId
from sync.domain.time import Clock, at_local, local, local_date
from sync.domain.vocabulary import AppointmentState, ExportFile

ROUND = (AppointmentState.AGREED, AppointmentState.KEPT)


class OnTheWay(QObject):
    """Today's round of one officer."""

    changed = Signal()

    def __init__(self, runner: Runner, clock: Clock, times: TravelTimes) -> None:
        super().__init__()
        self._runner = runner
        self._clock = clock
        self._times = times
        self._exports = Exports(runner)
        self._ground: PlanGround | None = None
        self.me = runner.desk.me.officer_id
        self.my_name = ""
        self.order: tuple[TodayVisit, ...] = ()
        self.rest: Rest | None = None

    async def load(self) -> None:
        """Read the round of the day."""
        self._ground, self.order, self.my_name = await self._runner.run(self._read)
        still = {v.appointment_id for v in self.to_come}
        if self.rest is not None and not self._still(self.rest, still):
            self.rest = None
        self.changed.emit()

    def _read(self, desk: Desk) -> tuple[PlanGround, tuple[TodayVisit, ...], str]:
        day = local_date(self._clock.now(), desk.zone)
        visits = today.visits_of(desk, day, self.me)
        order = tuple(v for v in visits if v.state in ROUND)
        return routes.ground(desk, day), order, cases.officer_names(desk).get(self.me, "")

    @staticmethod
    def _still(rest: Rest, ids: set[RecordId]) -> bool:
        """Say whether what was planned is all still to come, on the same day."""
        planned = [s.visit for s in rest.stops] + [c.visit for c in rest.calls]
        return all(v.appointment_id in ids for v in planned)

    @property
    def to_come(self) -> tuple[TodayVisit, ...]:
        """Return the visits that are still to come."""
        return tuple(v for v in self.order if v.state is AppointmentState.AGREED)

    @property
    def has_route(self) -> bool:
        """Say whether a driving order is published for today."""
        return self._ground is not None and on_the_way.has_route(self._ground, self.me)

    @property
    def source(self) -> str:
        """Return where the published driving times come from, empty without a route."""
        return on_the_way.source_of(self._ground, self.me) if self._ground else ""

    @property
    def done(self) -> int:
        """Return how many visits of the round are behind, counted from its begin."""
        kept = [n for n, v in enumerate(self.order, 1) if v.state is AppointmentState.KEPT]
        return max(kept, default=0)

    @property
    def now(self) -> time:
        """Return the time of day here."""
        return local(self._clock.now(), self._runner.desk.zone).time()

    async def late(self, at: int, free_from: time) -> None:
        """Plan the rest of the day from the visit `at` (0 = before the first), free from then."""
        known = self._ground
        if known is None or not self.has_route:
            return
        moment: datetime = at_local(known.day, free_from, known.zone)
        self.rest = await asyncio.to_thread(
            on_the_way.rest_of_day, known, self._times, self.me, self.order, Late(at, moment)
        )
        self.changed.emit()

    def put_away(self) -> None:
        """Go by the published route again."""
        self.rest = None
        self.changed.emit()

    async def save_calendar(self, words: Words, wish: ExportWish, path: Path) -> Problem | None:
        """Save what is still to come as an iCalendar file without personal data, or say why not."""
        visits, now = self.to_come, self._clock.now()
        out = FileOut(
            ExportFile.DAY_CALENDAR,
            lambda line: on_the_way.calendar(visits, words, now, line),
            len(visits),
        )
        return await self._exports.write(words, wish, path, out)

    async def save_way(self, words: Words, wish: ExportWish, path: Path) -> Problem | None:
        """Save what is still to come as a GPX file of ids and places, or say why not."""
        visits = self.to_come
        make = partial(on_the_way.way_points, visits)
        out = FileOut(ExportFile.DAY_GPX, make, sum(v.point is not None for v in visits))
        return await self._exports.write(words, wish, path, out)

    async def hand_over(self, visit: TodayVisit) -> str | Problem:
        """Note that a place is given to a navigation program; return its geo: URI, or why not."""
        return await attempt(lambda: self._runner.run(lambda d: on_the_way.hand_over(d, visit)))
