"""A day to be planned and the plan that came of it, as values that can cross a process border.

Points are indices into the travel matrix; seconds count from the local midnight of `day`.
"""

from datetime import date
from enum import StrEnum

import msgspec

from sync.domain.ids import CaseId, OfficerId, RecordId

AGREED = 100
PROPOSAL = 40  # may be left out for a better day


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
    """One officer's working day; `longest_s` bounds it from leaving to being back.

    Without an `end_point` the day ends where it began. `skills` are certificates by name.
    """

    officer_id: OfficerId
    name: str
    start_point: int
    work_from_s: int
    work_until_s: int
    lunch: Lunch | None = Lunch()
    most_visits: int = 12
    end_point: int | None = None
    skills: frozenset[str] = frozenset()
    longest_s: int | None = None

    @property
    def ends_at(self) -> int:
        """Return the point where the day ends."""
        return self.start_point if self.end_point is None else self.end_point


class Window(msgspec.Struct, frozen=True):
    """Seconds from midnight between which a visit may begin, both included."""

    begin_s: int
    end_s: int


class VisitTask(msgspec.Struct, frozen=True):
    """One visit: it may begin inside its window and only with the officers named.

    A proposal may have `more_windows`, and leave the officers open: then any `crew` of them with
    the `skills` will do. `priority` runs from 1 to 100; 100 is an agreement, less may be left out
    for a better day. `takes` is what the visit costs of an officer's `most_visits`.
    """

    appointment_id: RecordId
    case_id: CaseId
    case_no: str
    point: int
    begin_s: int
    end_s: int
    service_s: int
    officers: tuple[OfficerId, ...]
    more_windows: tuple[Window, ...] = ()
    skills: frozenset[str] = frozenset()
    crew: int = 1
    priority: int = AGREED
    takes: int = 1

    @property
    def windows(self) -> tuple[Window, ...]:
        """Return every window, earliest first."""
        return tuple(sorted((Window(self.begin_s, self.end_s), *self.more_windows), key=_begins))

    @property
    def wants(self) -> int:
        """Return how many officers must come."""
        return len(self.officers) or self.crew


class Pin(msgspec.Struct, frozen=True):
    """What a published plan or a lead's lock holds: these officers, and a begin within the span."""

    appointment_id: RecordId
    officers: tuple[OfficerId, ...]
    begin_s: int
    end_s: int


class DayProblem(msgspec.Struct, frozen=True):
    """Everything a solver needs to know about a day; `pins` narrow what the visits allow."""

    day: date
    zone: str
    officers: tuple[OfficerDay, ...]
    visits: tuple[VisitTask, ...]
    travel: Travel
    pins: tuple[Pin, ...] = ()


class WhyNot(StrEnum):
    """Why a visit could not be placed."""

    NO_OFFICERS = "plan.no_officers"
    NO_SKILL = "plan.no_skill"
    IMPOSSIBLE_WINDOW = "plan.impossible_window"
    OFFICER_ABSENT = "plan.officer_absent"
    OUTSIDE_HOURS = "plan.outside_hours"
    OTHER_OFFICER = "plan.other_officer"
    OVERLAPS = "plan.overlaps"
    UNREACHABLE = "plan.unreachable"
    NO_ROOM = "plan.no_room"
    PROMISED = "plan.promised"
    LOCKED = "plan.locked"


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


class Remedy(msgspec.Struct, frozen=True):
    """A change that was tried and makes a visit fit: these officers, and a begin in this hour."""

    officers: tuple[OfficerId, ...]
    begin_s: int
    new_officers: bool
    new_window: bool


class Unplaced(msgspec.Struct, frozen=True):
    """A visit that fits into no route: the reason, whom it clashes with, what would help."""

    appointment_id: RecordId
    case_id: CaseId
    case_no: str
    why: WhyNot
    clashes_with: str = ""
    remedies: tuple[Remedy, ...] = ()


class DayPlan(msgspec.Struct, frozen=True):
    """The answer to a `DayProblem`; `solver` names whose order was the best."""

    day: date
    routes: tuple[OfficerRoute, ...]
    unplaced: tuple[Unplaced, ...]
    travel_source: str
    solve_ms: int
    solver: str = ""


def _begins(window: Window) -> int:
    return window.begin_s
