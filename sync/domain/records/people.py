"""Colleagues: their certificates and courses, and the day that was planned for them."""

from datetime import date, datetime, time

import msgspec

from sync.domain.curriculum import PassedModule
from sync.domain.ids import CaseId, OfficerId, RecordId, TeamId
from sync.domain.vocabulary import (
    Role,
)


class Officer(msgspec.Struct, frozen=True, tag="officer", tag_field="kind"):
    """A colleague; the certificate is valid through the date given. Working hours are local."""

    id: OfficerId
    name: str
    role: Role
    team_id: TeamId
    certified_until: date | None = None
    start_lat_e7: int | None = None
    start_lon_e7: int | None = None
    work_from: time = time(9, 0)
    work_until: time = time(18, 0)
    active: bool = True
    passed: tuple[PassedModule, ...] = ()


class Training(msgspec.Struct, frozen=True, tag="training", tag_field="kind"):
    """One try at a module's questions; a fact about a colleague, graded on both ends.

    `answers` are the options chosen, counted from 0, in the order of the questions.
    """

    id: RecordId
    officer_id: OfficerId
    team_id: TeamId
    at: datetime
    module: str
    version: str
    answers: tuple[int, ...]
    right: int = 0
    passed: bool = False


class Stop(msgspec.Struct, frozen=True):
    """One visit of a route: when the officer arrives, leaves and how long the way there takes."""

    appointment_id: RecordId
    case_id: CaseId
    arrive: datetime
    leave: datetime
    travel_s: int


class Route(msgspec.Struct, frozen=True, tag="route", tag_field="kind"):
    """The published driving order of one officer on one day; a shared record."""

    id: RecordId
    officer_id: OfficerId
    team_id: TeamId
    day: date
    stops: tuple[Stop, ...]
    travel_source: str
    published_by: OfficerId
    published_at: datetime
    lunch_from: datetime | None = None
    lunch_until: datetime | None = None
