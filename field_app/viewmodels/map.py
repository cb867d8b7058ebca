"""What the map shows: the day's visits in order, all cases with a pin, or those to be pinned.

Signals: `changed()` after reading, `chosen(str)` with the id of the chosen point.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal

from field_app.background.runner import Runner
from field_app.maps.pack import FoundPlace, MapPack
from field_app.maps.stops import MapStop, MapWay
from field_app.maps.travel import Point, TravelTimes
from field_app.operations import cases, pins, today
from field_app.operations.submit import Changes
from field_app.operations.today import TodayVisit
from field_app.reports.day_sheet import SheetMap
from field_app.viewmodels.answer import Answer, answer_of
from field_app.viewmodels.exports import ExportWish
from field_app.viewmodels.papers import Papers
from field_app.viewmodels.problem import Problem
from field_app.viewmodels.reloading import Reloading
from field_app.viewmodels.rule_words import WordsInForce
from sync.domain.earth import metres
from sync.domain.ids import CaseId, OfficerId
from sync.domain.time import Clock, local_date
from sync.domain.vocabulary import AppointmentState, Datum, Role

MOST_POINTS = 2000
MOST_PLACES = 8


class MapItem(msgspec.Struct, frozen=True):
    """One line of the list beside the map; `stop` is None where a pin is missing.

    `number` counts an officer's agreed visits as Today and the day sheet do; 0 = without one.
    `state` is an appointment's state, blocked, case, unpinned, outside or water.
    """

    id: str
    case_id: CaseId
    name: str
    case_no: str
    area: str
    number: int
    state: str
    visit: TodayVisit | None = None
    stop: MapStop | None = None
    officer: str = ""


class MapViewModel(QObject):
    """The points, the lines through the day, and which point is chosen."""

    changed = Signal()
    chosen = Signal(str)

    def __init__(
        self,
        runner: Runner,
        clock: Clock,
        times: TravelTimes,
        rules: WordsInForce,
        papers: Papers,
        on_paper: Callable[[Sequence[MapStop], Sequence[MapWay]], SheetMap],
        pack: MapPack | None = None,
    ) -> None:
        super().__init__()
        self._runner = runner
        self._clock = clock
        self._times = times
        self._rules = rules
        self._pack = pack
        self._on_paper = on_paper
        self.papers = papers
        self.role = runner.desk.me.role
        self.shows = "day"
        self.items: tuple[MapItem, ...] = ()
        self.ways: tuple[MapWay, ...] = ()
        self.unpinned = self.outside = self.water = 0
        self.is_cut = False  # more cases than are shown
        self.chosen_id = ""
        self.loaded = False
        self.reloading = Reloading(self.load)
        runner.subscribe(self._on_changes)

    @property
    def stops(self) -> list[MapStop]:
        """Return the points to draw."""
        return [i.stop for i in self.items if i.stop is not None]

    @property
    def item(self) -> MapItem | None:
        """Return the chosen line."""
        return next((i for i in self.items if i.id == self.chosen_id), None)

    @property
    def is_elsewhere(self) -> bool:
        """Say whether the pack is for another region than every point shown."""
        return bool(self.stops) and all(i.state == "outside" for i in self.items if i.stop)

    def _on_changes(self, _changes: Changes) -> None:
        if self.loaded:
            self.reloading.ask()

    def show(self, what: str) -> None:
        """Show "day", "cases" or "unpinned"."""
        self.shows = what
        self.reloading.ask()

    async def load(self) -> None:
        """Read the points."""
        shows = self.shows
        items = await (self._day() if shows == "day" else self._cases())
        self.ways = await asyncio.to_thread(_ways, items, self._times) if shows == "day" else ()
        self._count(items)
        self.items = tuple(i for i in items if _shown(i, shows))
        self.loaded = True
        self.changed.emit()

    async def _day(self) -> tuple[MapItem, ...]:
        me = self._runner.desk.me
        day = self.today
        whose = me.officer_id if me.role is Role.OFFICER else None
        visits = await self._runner.run(lambda desk: today.visits_of(desk, day, whose))
        names = await self._runner.run(cases.officer_names)
        shown = (AppointmentState.AGREED, AppointmentState.KEPT)
        rounds: dict[OfficerId, list[TodayVisit]] = {}
        for visit in visits:
            if visit.state in shown:
                rounds.setdefault(whose or visit.officers[0], []).append(visit)
        items: list[MapItem] = []
        for officer, round_ in sorted(rounds.items(), key=lambda r: names.get(r[0], "")):
            items += self._round("" if whose else names.get(officer, ""), round_)
        return tuple(items)

    def _round(self, officer: str, visits: Sequence[TodayVisit]) -> list[MapItem]:
        """Return one officer's day: what is agreed is numbered, what is done is not."""
        found = []
        number = 0
        for visit in visits:
            open_ = visit.state is AppointmentState.AGREED
            number += open_
            look = "blocked" if visit.blocked and open_ else "visit" if open_ else "done"
            shown = number if open_ else 0
            item_id = visit.appointment_id
            state = self._state(visit.point, "blocked" if look == "blocked" else visit.state)
            found.append(
                MapItem(
                    id=item_id,
                    case_id=visit.case_id,
                    name=visit.name,
                    case_no=visit.case_no,
                    area=visit.area,
                    number=shown,
                    state=state,
                    visit=visit,
                    stop=MapStop(item_id, *visit.point, shown, look) if visit.point else None,
                    officer=officer,
                )
            )
        return found

    async def _cases(self) -> tuple[MapItem, ...]:
        found = await self._runner.run(lambda desk: cases.pins(desk, MOST_POINTS + 1))
        self.is_cut = len(found) > MOST_POINTS
        return tuple(
            MapItem(
                id=p.case_id,
                case_id=p.case_id,
                name=p.name,
                case_no=p.case_no,
                area=p.area,
                number=0,
                state=self._state(p.point, "case"),
                stop=MapStop(p.case_id, *p.point, 0, "case") if p.point else None,
            )
            for p in found[:MOST_POINTS]
        )

    def _state(self, point: Point | None, otherwise: str) -> str:
        if point is None:
            return "unpinned"
        if self._pack is not None and not self._pack.info.holds(point):
            return "outside"
        if self.in_water(point):
            return "water"
        return str(otherwise)

    def _count(self, items: Sequence[MapItem]) -> None:
        self.unpinned = sum(i.state == "unpinned" for i in items)
        self.outside = sum(i.state == "outside" for i in items)
        self.water = sum(i.state == "water" for i in items)

    def choose(self, item_id: str) -> None:
        """Choose a point, from the list or from the map."""
        if any(i.id == item_id for i in self.items):
            self.chosen_id = item_id
            self.chosen.emit(item_id)

    def step(self, by: int) -> None:
        """Choose the next line, or the one before with -1."""
        ids = [i.id for i in self.items]
        if ids:
            now = ids.index(self.chosen_id) if self.chosen_id in ids else -1 if by > 0 else 0
            self.choose(ids[(now + by) % len(ids)])

    def places(self, text: str) -> tuple[FoundPlace, ...]:
        """Return places and streets of the pack by their names."""
        return self._pack.find(text, MOST_PLACES) if self._pack and text.strip() else ()

    def moved_m(self, item: MapItem, point: Point) -> int | None:
        """Return how many metres a new pin is from the old one; None where there was none."""
        return round(metres((item.stop.lat, item.stop.lon), point)) if item.stop else None

    def holds(self, point: Point) -> bool:
        """Say whether a place lies in the pack's region; without a pack anything does."""
        return self._pack is None or self._pack.info.holds(point)

    def in_water(self, point: Point) -> bool:
        """Say whether a place lies in water, as far as the pack knows."""
        return self._pack is not None and self._pack.in_water(point)

    @property
    def today(self) -> date:
        """Return the day that is shown."""
        return local_date(self._clock.now(), self._runner.desk.zone)

    async def save_day_sheet(self, language: str, wish: ExportWish, path: Path) -> Problem | None:
        """Save the officer's day sheet as PDF, with the map of its numbered visits."""
        items = await self._day()
        ways = await asyncio.to_thread(_ways, items, self._times)
        stops = [i.stop for i in items if i.stop and i.number]
        drawn = self._on_paper(stops, ways) if stops else None
        return await self.papers.save_day_sheet(language, wish, path, drawn)

    async def correct_pin(
        self, item: MapItem, point: Point, reason: str, datum: Datum = Datum.WGS84
    ) -> Answer:
        """Keep a pin in WGS-84; `datum` is the system it was told in, the map's own is WGS-84."""
        written = await self._runner.act(
            lambda desk: pins.correct(desk, item.case_id, point, datum, reason)
        )
        return answer_of(written, self._rules)


def _shown(item: MapItem, shows: str) -> bool:
    if shows == "unpinned":
        return item.state in ("unpinned", "outside", "water")
    return shows == "day" or item.stop is not None


def _ways(items: Sequence[MapItem], times: TravelTimes) -> tuple[MapWay, ...]:
    """Return each officer's line, leg by leg: along roads where they are known."""
    found: list[MapWay] = []
    before: MapItem | None = None
    for item in (i for i in items if i.number and i.stop):
        if before is not None and before.officer == item.officer:
            _add_leg(found, before, item, times)
        before = item
    return tuple(found)


def _add_leg(found: list[MapWay], begins: MapItem, ends: MapItem, times: TravelTimes) -> None:
    """Add a leg, as one line with the leg before where that led here in the same manner."""
    places = [(s.lat, s.lon) for s in (begins.stop, ends.stop) if s is not None]
    if places[0] == places[1]:
        return
    line = tuple(times.line(places))
    # A road has its own shape; the two points back again are the straight line between them.
    roads = list(line) != places
    if begins.number > 1 and found and found[-1].roads == roads:
        line = found.pop().points + line
    found.append(MapWay(line, roads))
