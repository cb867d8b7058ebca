"""What the map shows: the day's visits in order, or all cases with a pin.

Signals: `changed()` after reading, `chosen(str)` with the id of the chosen point.
"""

import asyncio

import msgspec
from PySide6.QtCore import QObject, Signal

from field_app.background.runner import Runner
from field_app.maps.stops import MapStop
from field_app.maps.travel import Point, TravelTimes
from field_app.operations import cases, today
from field_app.operations.cases import CaseQuery
from field_app.operations.submit import Changes
from field_app.operations.today import TodayVisit
from field_app.viewmodels.reloading import Reloading
from sync.domain.ids import CaseId
from sync.domain.time import Clock, local_date
from sync.domain.vocabulary import AppointmentState, Role

MOST_POINTS = 2000


class MapItem(msgspec.Struct, frozen=True):
    """One line of the list beside the map, with its point."""

    id: str
    case_id: CaseId
    name: str
    case_no: str
    area: str
    number: int
    visit: TodayVisit | None
    stop: MapStop


class MapViewModel(QObject):
    """The points, the line through the day, and which one is chosen."""

    changed = Signal()
    chosen = Signal(str)

    def __init__(self, runner: Runner, clock: Clock, times: TravelTimes) -> None:
        super().__init__()
        self._runner = runner
        self._clock = clock
        self._times = times
        self.shows = "day"
        self.items: tuple[MapItem, ...] = ()
        self.line: tuple[Point, ...] = ()
        self.unpinned = 0
        self.loaded = False
        self.reloading = Reloading(self.load)
        runner.subscribe(self._on_changes)

    def _on_changes(self, _changes: Changes) -> None:
        if self.loaded:
            self.reloading.ask()

    def show(self, what: str) -> None:
        """Show "day" or "cases"."""
        self.shows = what
        self.reloading.ask()

    async def load(self) -> None:
        """Read the points."""
        self.items = await (self._day() if self.shows == "day" else self._cases())
        places = [(i.stop.lat, i.stop.lon) for i in self.items if i.number]
        routed = self.shows == "day" and len(places) > 1
        self.line = await asyncio.to_thread(self._times.line, places) if routed else ()
        self.loaded = True
        self.changed.emit()

    async def _day(self) -> tuple[MapItem, ...]:
        me = self._runner.desk.me
        day = local_date(self._clock.now(), self._runner.desk.zone)
        whose = me.officer_id if me.role is Role.OFFICER else None
        visits = await self._runner.run(lambda desk: today.visits_of(desk, day, whose))
        agreed = [v for v in visits if v.state is AppointmentState.AGREED]
        self.unpinned = sum(v.point is None for v in agreed)
        return tuple(_visit_item(n, v) for n, v in enumerate(agreed, 1) if v.point)

    async def _cases(self) -> tuple[MapItem, ...]:
        pins = await self._runner.run(
            lambda desk: cases.pins(desk, CaseQuery(sort="area"), MOST_POINTS)
        )
        self.unpinned = sum(p.point is None for p in pins)
        return tuple(
            MapItem(
                p.case_id,
                p.case_id,
                p.name,
                p.case_no,
                p.area,
                0,
                None,
                MapStop(p.case_id, p.point[0], p.point[1], 0, "case"),
            )
            for p in pins
            if p.point
        )

    def choose(self, item_id: str) -> None:
        """Choose a point, from the list or from the map."""
        if any(i.id == item_id for i in self.items):
            self.chosen.emit(item_id)


def _visit_item(number: int, visit: TodayVisit) -> MapItem:
    lat, lon = visit.point or (0.0, 0.0)
    look = "blocked" if visit.blocked else "visit"
    return MapItem(
        id=visit.appointment_id,
        case_id=visit.case_id,
        name=visit.name,
        case_no=visit.case_no,
        area=visit.area,
        number=number,
        visit=visit,
        stop=MapStop(visit.appointment_id, lat, lon, number, look),
    )
