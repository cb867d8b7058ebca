"""Checks a day plan again, independently of any solver: what breaks here cannot be published.

Takes plain numbers (seconds from local midnight) and shares no code with the planner.
"""

from collections.abc import Mapping, Sequence

import msgspec

from sync.domain.ids import OfficerId, RecordId


class CheckedVisit(msgspec.Struct, frozen=True):
    """What was agreed: the visit may begin inside [begin_s, end_s], with all these officers."""

    appointment_id: RecordId
    begin_s: int
    end_s: int
    service_s: int
    point: int
    officers: tuple[OfficerId, ...]


class CheckedStop(msgspec.Struct, frozen=True):
    """What was planned for one officer."""

    appointment_id: RecordId
    arrive_s: int
    leave_s: int


class CheckedRoute(msgspec.Struct, frozen=True):
    """One officer's day as planned, from the start point and back to it."""

    officer_id: OfficerId
    start_point: int
    work_from_s: int
    work_until_s: int
    stops: tuple[CheckedStop, ...]


class Breach(msgspec.Struct, frozen=True):
    """One rule a plan breaks; the codes are `route.…`."""

    code: str
    officer_id: OfficerId
    appointment_id: RecordId


def check_routes(
    visits: Mapping[RecordId, CheckedVisit],
    routes: Sequence[CheckedRoute],
    seconds: Sequence[Sequence[int]],
    together_s: int = 60,
) -> list[Breach]:
    """Return every breach of windows, pins, working hours, driving time and the two-officer rule.

    `seconds[a][b]` is the driving time between points; `together_s` how far apart two officers
    of one visit may begin.
    """
    breaches: list[Breach] = []
    for route in routes:
        breaches += _check_stops(visits, route)
        breaches += _check_driving(visits, route, seconds)
    return breaches + _check_pairs(visits, routes, together_s)


def _check_stops(visits: Mapping[RecordId, CheckedVisit], route: CheckedRoute) -> list[Breach]:
    found: list[Breach] = []
    for stop in route.stops:
        agreed = visits.get(stop.appointment_id)
        codes: list[str] = []
        if agreed is None:
            codes = ["route.unknown_stop"]
        else:
            if not agreed.begin_s <= stop.arrive_s <= agreed.end_s:
                codes.append("route.outside_agreed_window")
            if route.officer_id not in agreed.officers:
                codes.append("route.stop_of_another_officer")
            if stop.leave_s - stop.arrive_s < agreed.service_s:
                codes.append("route.too_short")
        found += [Breach(code, route.officer_id, stop.appointment_id) for code in codes]
    return found


def _check_driving(
    visits: Mapping[RecordId, CheckedVisit], route: CheckedRoute, seconds: Sequence[Sequence[int]]
) -> list[Breach]:
    found: list[Breach] = []
    here, free_at = route.start_point, route.work_from_s
    last = RecordId("")
    for stop in route.stops:
        agreed = visits.get(stop.appointment_id)
        if agreed is None:
            continue
        if free_at + seconds[here][agreed.point] > stop.arrive_s:
            found.append(Breach("route.cannot_be_driven", route.officer_id, stop.appointment_id))
        here, free_at, last = agreed.point, stop.leave_s, stop.appointment_id
    if free_at + seconds[here][route.start_point] > route.work_until_s and route.stops:
        found.append(Breach("route.after_hours", route.officer_id, last))
    return found


def _check_pairs(
    visits: Mapping[RecordId, CheckedVisit], routes: Sequence[CheckedRoute], together_s: int
) -> list[Breach]:
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
        if set(by_officer) != set(agreed.officers) or apart > together_s:
            found.append(Breach("route.officers_not_together", min(by_officer), appointment_id))
    return found
