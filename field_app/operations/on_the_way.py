"""The officer's own day on the way: running late, files for other devices, one place handed over.

Nothing here tells of a debt, and no name leaves the laptop.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

import msgspec

from field_app.i18n.words import Words
from field_app.maps.travel import TravelTimes
from field_app.operations import routes
from field_app.operations.desk import Desk
from field_app.operations.route_changes import running_late
from field_app.operations.routes import PlanGround, Point
from field_app.operations.today import TodayVisit
from field_app.planning.lateness import RestOfDay
from field_app.planning.problem import DayProblem
from field_app.reports.calendar_file import Entry, calendar_file
from field_app.reports.gpx_file import GpxStop, gpx_file
from sync.domain.ids import OfficerId, RecordId
from sync.domain.time import at_local


class Late(msgspec.Struct, frozen=True):
    """Somebody is late: at which visit of today's order (0 = before the first), free from when."""

    at: int
    free_from: datetime


class NextStop(msgspec.Struct, frozen=True):
    """One visit still to come, when it now begins, and when to leave for it."""

    visit: TodayVisit
    begins: datetime
    leave_by: datetime


class Call(msgspec.Struct, frozen=True):
    """A customer whose window cannot be kept; `could_begin` is None when not today."""

    visit: TodayVisit
    could_begin: datetime | None


class Rest(msgspec.Struct, frozen=True):
    """The rest of an officer's day as it could go from now, by which travel times."""

    stops: tuple[NextStop, ...]
    calls: tuple[Call, ...]
    travel_source: str


def rest_of_day(
    known: PlanGround, times: TravelTimes, me: OfficerId, order: Sequence[TodayVisit], late: Late
) -> Rest:
    """Plan what is left of the published day; pure, for any thread.

    A colleague's route is not on this laptop: of a visit for two only one's own way is planned.
    """
    travel = routes.travel(known, times)
    whole = routes.problem(known, travel)
    day = alone(whole, me)
    done = {v.appointment_id for v in order[: late.at]}
    place = _place(known, whole, me, order, late)
    rest = running_late(known, times, day, (me, place, late.free_from), done)
    return _told(known, me, rest)


def alone(day: DayProblem, me: OfficerId) -> DayProblem:
    """Return the problem of one officer's own visits, whoever else is to come along."""
    mine = tuple(
        msgspec.structs.replace(v, officers=(me,), crew=1) for v in day.visits if me in v.officers
    )
    officers = tuple(o for o in day.officers if o.officer_id == me)
    return msgspec.structs.replace(day, visits=mine, officers=officers, pins=())


def _place(
    known: PlanGround, day: DayProblem, me: OfficerId, order: Sequence[TodayVisit], late: Late
) -> Point:
    here = order[late.at - 1].point if late.at else None
    if here is not None:
        return here
    start = next(o.start_point for o in day.officers if o.officer_id == me)
    return known.points[start]


def _told(known: PlanGround, me: OfficerId, rest: RestOfDay) -> Rest:
    visits = {v.appointment_id: v for v in known.visits}
    midnight = at_local(known.day, time(0), known.zone)
    route = next((r for r in rest.plan.routes if r.officer_id == me), None)
    stops = []
    for stop in route.stops if route else ():
        begins = midnight + timedelta(seconds=stop.arrive_s)
        leave = begins - timedelta(seconds=stop.travel_s)
        stops.append(NextStop(visits[stop.appointment_id], begins, leave))
    calls = tuple(
        Call(
            visits[c.appointment_id],
            None if c.could_begin_s is None else midnight + timedelta(seconds=c.could_begin_s),
        )
        for c in rest.calls
    )
    return Rest(tuple(stops), calls, rest.plan.travel_source)


def has_route(known: PlanGround, me: OfficerId) -> bool:
    """Say whether there is a published order of the day to be late in."""
    return any(r.officer_id == me and r.stops for r in known.standing)


def source_of(known: PlanGround, me: OfficerId) -> str:
    """Return where the published driving times come from, empty without a route."""
    return next((r.travel_source for r in known.standing if r.officer_id == me and r.stops), "")


def calendar(visits: Sequence[TodayVisit], words: Words, now: datetime, line: str) -> bytes:
    """Return the day's visits as an iCalendar file without a name or a place.

    `line` says whose file it is.
    """
    entries = [
        Entry(words("Visit {case_no}", case_no=v.case_no), v.appointment_id, v.start, v.end)
        for v in visits
    ]
    return calendar_file(entries, now, line)


def way_points(visits: Sequence[TodayVisit], line: str) -> bytes:
    """Return the day's stops that have a pin as a GPX file of ids and places, with its maker."""
    found = [
        GpxStop(number, v.appointment_id, *v.point)
        for number, v in enumerate(visits, start=1)
        if v.point is not None
    ]
    return gpx_file(found, line)


def hand_over(desk: Desk, visit: TodayVisit) -> str:
    """Note in the trail that a place is given to a navigation program; return its geo: URI.

    RFC 5870; coordinates only, WGS-84, six decimals. Empty without a pin.
    """
    if visit.point is None:
        return ""
    appointment: RecordId = visit.appointment_id
    desk.store.audit.add(desk.clock.now(), "navigation", appointment=appointment)
    lat, lon = visit.point
    return f"geo:{lat:.6f},{lon:.6f}"
