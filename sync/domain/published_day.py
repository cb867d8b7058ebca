"""Puts a day's routes before the independent check, with nothing taken from the planner.

The server has no travel table: each leg counts as long as claimed, and never shorter than any car
could drive it between two pins.
"""

from collections.abc import Sequence
from datetime import datetime, time

from sync.domain.commands import PublishRoutes
from sync.domain.day_routes import (
    CERTIFIED,
    SHORTEST_LUNCH_MINUTES,
    VISIT_MINUTES,
    DayRoute,
    LunchRule,
    route_id_of,
    skills_of,
)
from sync.domain.earth import Point, metres
from sync.domain.ids import OfficerId, RecordId
from sync.domain.question import Question
from sync.domain.records import Appointment, Officer, Route, Stop
from sync.domain.route_check import (
    Breach,
    CheckedLunch,
    CheckedPin,
    CheckedRoute,
    CheckedStop,
    CheckedVisit,
    check_routes,
)
from sync.domain.time import at_local

FASTEST_MS = 40.0  # 144 km/h as the crow flies: nobody drives through town faster
NEAR_M = 200.0  # pins are no more exact than that


def breaches_of(question: Question, command: PublishRoutes) -> list[Breach]:
    """Return every rule the day breaks; each stop's case and appointment are in the snapshot."""
    return _Day(question, command).check()


def stop_is_promised(
    route: Route, stop: Stop, start: datetime, end: datetime, agreed_at: datetime | None
) -> bool:
    """Say whether the customer still counts on a published stop.

    So it is until the customer agrees anew, or to a window the stop no longer lies in.
    """
    before = agreed_at is None or agreed_at <= route.published_at
    return before and start <= stop.arrive <= end


class _Day:
    """One look at a day: places by number, first each route's start, then each visit's."""

    def __init__(self, question: Question, command: PublishRoutes) -> None:
        self._snapshot = question.snapshot
        self._command = command
        stops = [s for r in command.routes for s in r.stops]
        self._cases = {s.appointment_id: self._snapshot.case(s.case_id) for s in stops}
        first = len(command.routes)
        self._place = {a: first + i for i, a in enumerate(self._cases)}
        self._points: list[Point | None] = [self._start(r) for r in command.routes]
        self._points += [c.address.point if c else None for c in self._cases.values()]
        zones = [c.address.zone for c in self._cases.values() if c]
        self._midnight = at_local(command.day, time(0), zones[0]) if zones else None

    def check(self) -> list[Breach]:
        """Return every breach, those of the claims first."""
        found, seconds = self._legs()
        lunch = self._command.rules.lunch
        if lunch is not None and lunch.minutes < SHORTEST_LUNCH_MINUTES:
            found.append(Breach("route.lunch_missing", OfficerId(""), RecordId("")))
        routes = [self._route(n, r) for n, r in enumerate(self._command.routes)]
        return found + check_routes(self._visits(), routes, seconds, pins=self._pins())

    def _legs(self) -> tuple[list[Breach], list[list[int]]]:
        """Return who claims to drive faster than any car, and the seconds of each leg driven."""
        found: list[Breach] = []
        seconds = [[0] * len(self._points) for _ in self._points]
        for number, route in enumerate(self._command.routes):
            if not route.stops:
                continue
            way = [self._place[s.appointment_id] for s in route.stops]
            claimed = [*(s.travel_s for s in route.stops), route.home_s]
            ends = [*route.stops, route.stops[-1]]
            for here, there, told, stop in zip(
                [number, *way], [*way, number], claimed, ends, strict=True
            ):
                least = self._least(here, there)
                if told < least:
                    one = (route.officer_id, stop.appointment_id)
                    found.append(Breach("route.cannot_be_driven", *one))
                seconds[here][there] = max(seconds[here][there], told, least)
        return found, seconds

    def _least(self, here: int, there: int) -> int:
        """Return the seconds below which no car gets there; 0 where a place is not known."""
        a, b = self._points[here], self._points[there]
        if a is None or b is None:
            return 0
        return max(0, int((metres(a, b) - NEAR_M) / FASTEST_MS))

    def _start(self, route: DayRoute) -> Point | None:
        found = self._snapshot.officer(route.starts_with_id or route.officer_id)
        if found is None or found.start_lat_e7 is None or found.start_lon_e7 is None:
            return None
        return found.start_lat_e7 / 1e7, found.start_lon_e7 / 1e7

    def _visits(self) -> dict[RecordId, CheckedVisit]:
        found = {}
        for appointment_id, place in self._place.items():
            one = self._snapshot.get(Appointment, appointment_id)
            if one is not None:
                found[appointment_id] = self._visit(one.record, place)
        return found

    def _visit(self, agreed: Appointment, place: int) -> CheckedVisit:
        return CheckedVisit(
            agreed.id,
            self._second(agreed.start),
            self._second(agreed.end),
            VISIT_MINUTES * 60,
            place,
            agreed.officers,
            skills=frozenset({CERTIFIED}),
        )

    def _route(self, number: int, route: DayRoute) -> CheckedRoute:
        officer = self._snapshot.officer(route.officer_id)
        if officer is None:
            raise LookupError(route.officer_id)
        rules, begins, ends = self._command.rules, *self._hours(route, officer)
        return CheckedRoute(
            route.officer_id,
            number,
            begins,
            ends,
            tuple(self._stop(s) for s in route.stops),
            lunch=_owed(rules.lunch) if rules.lunch else None,
            lunch_from_s=self._second(route.lunch_from) if route.lunch_from else None,
            most_visits=rules.most_visits,
            longest_s=rules.longest_s,
            skills=skills_of(officer, self._command.day),
        )

    def _hours(self, route: DayRoute, officer: Officer) -> tuple[int, int]:
        """Return the officer's hours where the first visit is, in seconds of the day."""
        case = self._cases[route.stops[0].appointment_id] if route.stops else None
        if case is None:
            return 0, 0
        begin = max(route.work_from or officer.work_from, officer.work_from)
        end = min(route.work_until or officer.work_until, officer.work_until)
        day, zone = self._command.day, case.address.zone
        return self._second(at_local(day, begin, zone)), self._second(at_local(day, end, zone))

    def _stop(self, stop: Stop) -> CheckedStop:
        return CheckedStop(stop.appointment_id, self._second(stop.arrive), self._second(stop.leave))

    def _pins(self) -> dict[RecordId, CheckedPin]:
        """Return what holds each stop that was published before to its officers and minute."""
        told: dict[RecordId, list[int]] = {}
        for route in self._command.routes:
            found = self._snapshot.get(Route, route_id_of(route.officer_id, self._command.day))
            for stop in found.record.stops if found else ():
                if found is not None and self._stands(found.record, stop):
                    told.setdefault(stop.appointment_id, []).append(self._second(stop.arrive))
        return {key: self._pin(key, arrivals) for key, arrivals in told.items()}

    def _stands(self, route: Route, stop: Stop) -> bool:
        found = self._snapshot.get(Appointment, stop.appointment_id)
        if found is None or found.record.agreement is None:
            return False
        one, agreed = found.record, found.record.agreement
        return stop_is_promised(route, stop, one.start, one.end, agreed.agreed_at)

    def _pin(self, appointment_id: RecordId, arrivals: Sequence[int]) -> CheckedPin:
        found = self._snapshot.get(Appointment, appointment_id)
        officers = found.record.officers if found else ()
        return CheckedPin(officers, min(arrivals), max(arrivals))

    def _second(self, instant: datetime) -> int:
        if self._midnight is None:
            return 0
        return round((instant - self._midnight).total_seconds())


def _owed(lunch: LunchRule) -> CheckedLunch:
    return CheckedLunch(_of_day(lunch.earliest), _of_day(lunch.latest), lunch.minutes * 60)


def _of_day(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second
