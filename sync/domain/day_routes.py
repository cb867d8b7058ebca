"""What a lead publishes for one day: everybody's stops, and the rules the day was planned by.

Each officer has one route a day under an id that both ends can reckon, so two plans of a day meet.
"""

from datetime import date, datetime, time
from uuid import UUID, uuid5

import msgspec

from sync.domain.ids import OfficerId, RecordId
from sync.domain.records import Officer, Stop

VISIT_MINUTES = 40  # nobody is hurried at the door
SHORTEST_LUNCH_MINUTES = 30
CERTIFIED = "certified"

_ROUTES = UUID("b6d0b3a4-6f0e-5a38-9a0c-5d5f3d1e8c21")  # the name space of routes, RFC 9562 5.5


class LunchRule(msgspec.Struct, frozen=True):
    """A break of `minutes` that must begin between two local times, both included."""

    earliest: time
    latest: time
    minutes: int


class DayRules(msgspec.Struct, frozen=True):
    """What the lead asked of the day; None asks for nothing. `longest_s`: from leaving to back."""

    lunch: LunchRule | None = None
    most_visits: int | None = None
    longest_s: int | None = None


class DayRoute(msgspec.Struct, frozen=True):
    """One officer's day: the stops in order, lunch, and the driving home after the last stop.

    Hours only ever shorten those on record; `starts_with_id` names whose start place it is.
    """

    officer_id: OfficerId
    base_rev: int
    stops: tuple[Stop, ...]
    lunch_from: datetime | None = None
    home_s: int = 0
    work_from: time | None = None
    work_until: time | None = None
    starts_with_id: OfficerId | None = None


def route_id_of(officer_id: OfficerId, day: date) -> RecordId:
    """Return the id of the officer's one route of a day."""
    return RecordId(str(uuid5(_ROUTES, f"{officer_id} {day.isoformat()}")))


def skills_of(officer: Officer, day: date) -> frozenset[str]:
    """Return the certificates that are valid on the day."""
    valid = officer.certified_until is not None and officer.certified_until >= day
    return frozenset({CERTIFIED}) if valid else frozenset()
