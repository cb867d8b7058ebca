"""Checks a day plan again, independently of any solver: what breaks here cannot be published.

Takes plain numbers (seconds from local midnight) and shares no code with the planner.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from sync.domain.ids import OfficerId, RecordId

type Span = tuple[int, int]
type Lawful = Callable[[RecordId, int, int], Sequence[str]]

TOGETHER_S = 60  # how far apart two officers of one visit may begin


class CheckedVisit(msgspec.Struct, frozen=True):
    """What was agreed: the visit may begin inside [begin_s, end_s], with all these officers.

    A proposal may have `more_windows` and leave the officers open (`crew` of them with `skills`).
    """

    appointment_id: RecordId
    begin_s: int
    end_s: int
    service_s: int
    point: int
    officers: tuple[OfficerId, ...]
    more_windows: tuple[Span, ...] = ()
    skills: frozenset[str] = frozenset()
    crew: int = 1
    takes: int = 1


class CheckedPin(msgspec.Struct, frozen=True):
    """What was published or locked before: these officers, and a begin within the span."""

    officers: tuple[OfficerId, ...]
    begin_s: int
    end_s: int


class CheckedStop(msgspec.Struct, frozen=True):
    """What was planned for one officer."""

    appointment_id: RecordId
    arrive_s: int
    leave_s: int


class CheckedLunch(msgspec.Struct, frozen=True):
    """The break an officer is owed: so many seconds, begun inside the span."""

    earliest_s: int
    latest_s: int
    length_s: int


class CheckedRoute(msgspec.Struct, frozen=True):
    """One officer's day as planned, from the start point to the end point (the start, if None)."""

    officer_id: OfficerId
    start_point: int
    work_from_s: int
    work_until_s: int
    stops: tuple[CheckedStop, ...]
    end_point: int | None = None
    lunch: CheckedLunch | None = None
    lunch_from_s: int | None = None
    most_visits: int | None = None
    longest_s: int | None = None
    skills: frozenset[str] = frozenset()


class Breach(msgspec.Struct, frozen=True):
    """One rule a plan breaks; the codes are `route.…`, `rule` names one of the policy's."""

    code: str
    officer_id: OfficerId
    appointment_id: RecordId
    rule: str = ""


type Visits = Mapping[RecordId, CheckedVisit]


def check_routes(
    visits: Visits,
    routes: Sequence[CheckedRoute],
    seconds: Sequence[Sequence[int]],
    pins: Mapping[RecordId, CheckedPin] | None = None,
    lawful: Lawful | None = None,
) -> list[Breach]:
    """Return every breach of windows, pins, hours, lunch, driving, skills, team and policy.

    `seconds[a][b]` is the driving time between points. `lawful` names the policy's rules against a
    visit from one second to another.
    """
    breaches: list[Breach] = []
    for route in routes:
        breaches += _check_stops(visits, route)
        breaches += _check_driving(visits, route, seconds)
        breaches += _check_lunch(visits, route, seconds)
        breaches += _check_amount(visits, route)
        breaches += _check_law(route, lawful)
    breaches += _check_pins(routes, pins or {})
    return breaches + _check_teams(visits, routes)


def _check_stops(visits: Visits, route: CheckedRoute) -> list[Breach]:
    found: list[Breach] = []
    seen: set[RecordId] = set()
    for stop in route.stops:
        agreed = visits.get(stop.appointment_id)
        codes = ["route.unknown_stop"] if agreed is None else _against(agreed, route, stop)
        if stop.appointment_id in seen:
            codes.append("route.visited_twice")
        seen.add(stop.appointment_id)
        found += [Breach(code, route.officer_id, stop.appointment_id) for code in codes]
    return found


def _against(agreed: CheckedVisit, route: CheckedRoute, stop: CheckedStop) -> list[str]:
    codes = []
    windows = ((agreed.begin_s, agreed.end_s), *agreed.more_windows)
    if not any(begin <= stop.arrive_s <= end for begin, end in windows):
        codes.append("route.outside_agreed_window")
    if agreed.officers and route.officer_id not in agreed.officers:
        codes.append("route.stop_of_another_officer")
    if agreed.skills - route.skills:
        codes.append("route.no_skill")
    if stop.leave_s - stop.arrive_s < agreed.service_s:
        codes.append("route.too_short")
    return codes


def _check_driving(
    visits: Visits, route: CheckedRoute, seconds: Sequence[Sequence[int]]
) -> list[Breach]:
    found: list[Breach] = []
    here, free_at = route.start_point, route.work_from_s
    left_home: int | None = None
    last = RecordId("")
    for stop in route.stops:
        agreed = visits.get(stop.appointment_id)
        if agreed is None:
            continue
        way = seconds[here][agreed.point]
        if free_at + way > stop.arrive_s:
            found.append(Breach("route.cannot_be_driven", route.officer_id, stop.appointment_id))
        if left_home is None:
            left_home = stop.arrive_s - way
        here, free_at, last = agreed.point, stop.leave_s, stop.appointment_id
    if left_home is None:
        return found
    back = free_at + seconds[here][_end(route)]
    if route.lunch is not None and route.lunch_from_s is not None:
        if free_at <= route.lunch_from_s < back:
            back += route.lunch_from_s + route.lunch.length_s - free_at
        left_home = min(left_home, route.lunch_from_s)
    if back > route.work_until_s:
        found.append(Breach("route.after_hours", route.officer_id, last))
    if route.longest_s is not None and back - left_home > route.longest_s:
        found.append(Breach("route.day_too_long", route.officer_id, last))
    return found


def _end(route: CheckedRoute) -> int:
    return route.start_point if route.end_point is None else route.end_point


def _check_lunch(
    visits: Visits, route: CheckedRoute, seconds: Sequence[Sequence[int]]
) -> list[Breach]:
    """Lunch must begin in its span and be free of visits, with the driving still possible."""
    owed, began = route.lunch, route.lunch_from_s
    stops = [s for s in route.stops if s.appointment_id in visits]
    if owed is None or not stops:
        return []
    nowhere = Breach("route.lunch_missing", route.officer_id, RecordId(""))
    if began is None:
        return [nowhere]
    found = []
    if not owed.earliest_s <= began <= owed.latest_s:
        found.append(Breach("route.lunch_outside_its_hours", route.officer_id, RecordId("")))
    over = began + owed.length_s
    free_at, here = route.work_from_s, route.start_point
    for stop in stops:
        point = visits[stop.appointment_id].point
        if stop.leave_s > began:
            way = seconds[here][point]
            if (
                began < free_at
                or over > stop.arrive_s
                or free_at + owed.length_s + way > (stop.arrive_s)
            ):
                found.append(Breach("route.lunch_not_free", route.officer_id, stop.appointment_id))
            return found
        free_at, here = stop.leave_s, point
    ends = max(over, free_at + seconds[here][_end(route)])
    if began < free_at or ends > route.work_until_s:
        found.append(Breach("route.lunch_not_free", route.officer_id, stops[-1].appointment_id))
    return found


def _check_amount(visits: Visits, route: CheckedRoute) -> list[Breach]:
    taken = 0
    for stop in route.stops:
        agreed = visits.get(stop.appointment_id)
        taken += agreed.takes if agreed else 1
    if route.most_visits is None or taken <= route.most_visits:
        return []
    return [Breach("route.too_many_visits", route.officer_id, route.stops[-1].appointment_id)]


def _check_law(route: CheckedRoute, lawful: Lawful | None) -> list[Breach]:
    if lawful is None:
        return []
    return [
        Breach("route.not_lawful", route.officer_id, stop.appointment_id, rule)
        for stop in route.stops
        for rule in lawful(stop.appointment_id, stop.arrive_s, stop.leave_s)
    ]


def _check_pins(
    routes: Sequence[CheckedRoute], pins: Mapping[RecordId, CheckedPin]
) -> list[Breach]:
    """Hold a promised visit that is planned to its officers and its span."""
    found: list[Breach] = []
    for route in routes:
        for stop in route.stops:
            pin = pins.get(stop.appointment_id)
            if pin is None:
                continue
            held = pin.begin_s <= stop.arrive_s <= pin.end_s
            if not held or (pin.officers and route.officer_id not in pin.officers):
                code = "route.promise_moved"
                found.append(Breach(code, route.officer_id, stop.appointment_id))
    return found


def _check_teams(visits: Visits, routes: Sequence[CheckedRoute]) -> list[Breach]:
    begins: dict[RecordId, dict[OfficerId, int]] = {}
    for route in routes:
        for stop in route.stops:
            begins.setdefault(stop.appointment_id, {})[route.officer_id] = stop.arrive_s
    found: list[Breach] = []
    for appointment_id, by_officer in begins.items():
        agreed = visits.get(appointment_id)
        if agreed is None:
            continue
        apart = max(by_officer.values()) - min(by_officer.values())
        whole = (
            set(by_officer) == set(agreed.officers)
            if agreed.officers
            else len(by_officer) == agreed.crew
        )
        if not whole or apart > TOGETHER_S:
            found.append(Breach("route.officers_not_together", min(by_officer), appointment_id))
    officers = [route.officer_id for route in routes]
    found += [
        Breach("route.officer_twice", o, RecordId(""))
        for o in dict.fromkeys(officers)
        if officers.count(o) > 1
    ]
    return found
