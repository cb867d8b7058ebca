"""A day to be planned and the plan that came of it, as values that can cross a process border.

Points are indices into the travel matrix; seconds count from the local midnight of `day`.
"""

from datetime import date
from enum import StrEnum

import msgspec

from sync.domain.ids import CaseId, OfficerId, RecordId


class Travel(msgspec.Struct, frozen=True):
    """Driving seconds between every two points, and where the figures come from."""

    seconds: tuple[tuple[int, ...], ...]
    source: str


class Lunch(msgspec.Struct, frozen=True):
    """A break of `minutes` that must begin inside [earliest_s, latest_s]."""

    earliest_s: int = 11 * 3600 + 1800
    latest_s: int = 13 * 3600
    minutes: int = 45


class OfficerDay(msgspec.Struct, frozen=True):
    """One officer's working day."""

    officer_id: OfficerId
    name: str
    start_point: int
    work_from_s: int
    work_until_s: int
    lunch: Lunch | None = Lunch()
    most_visits: int = 12


class VisitTask(msgspec.Struct, frozen=True):
    """One agreed visit: it may begin inside the window and only with the officers named."""

    appointment_id: RecordId
    case_id: CaseId
    case_no: str
    point: int
    begin_s: int
    end_s: int
    service_s: int
    officers: tuple[OfficerId, ...]


class DayProblem(msgspec.Struct, frozen=True):
    """Everything a solver needs to know about a day."""

    day: date
    zone: str
    officers: tuple[OfficerDay, ...]
    visits: tuple[VisitTask, ...]
    travel: Travel


class WhyNot(StrEnum):
    """Why a visit could not be placed."""

    OFFICER_ABSENT = "plan.officer_absent"
    OUTSIDE_HOURS = "plan.outside_hours"
    OVERLAPS = "plan.overlaps"
    UNREACHABLE = "plan.unreachable"
    NO_ROOM = "plan.no_room"


class PlannedStop(msgspec.Struct, frozen=True):
    """One visit in a route; `arrive_s` is when the visit begins."""

    appointment_id: RecordId
    case_id: CaseId
    case_no: str
    arrive_s: int
    leave_s: int
    travel_s: int


class OfficerRoute(msgspec.Struct, frozen=True):
    """One officer's stops in driving order; `back_s` is the return to the start place."""

    officer_id: OfficerId
    stops: tuple[PlannedStop, ...]
    lunch_from_s: int | None
    back_s: int
    driving_s: int


class Unplaced(msgspec.Struct, frozen=True):
    """A visit that fits into no route, with the reason and whom it clashes with."""

    appointment_id: RecordId
    case_id: CaseId
    case_no: str
    why: WhyNot
    clashes_with: str = ""


class DayPlan(msgspec.Struct, frozen=True):
    """The answer to a `DayProblem`."""

    day: date
    routes: tuple[OfficerRoute, ...]
    unplaced: tuple[Unplaced, ...]
    travel_source: str
    solve_ms: int
