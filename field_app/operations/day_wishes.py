"""What a lead asks of one day: who comes, their hours and start places, lunch, the most visits.

It goes with the published routes; hours only ever become shorter than those on record.
"""

from collections.abc import Sequence
from datetime import time

import msgspec

from field_app.planning.problem import Lunch
from sync.domain.ids import OfficerId
from sync.domain.records import Officer

MOST_VISITS = 12


class OfficerWish(msgspec.Struct, frozen=True):
    """One officer's day; without hours those on record, `starts_with` names whose start place."""

    officer_id: OfficerId
    present: bool = True
    work_from: time | None = None
    work_until: time | None = None
    starts_with: OfficerId | None = None


class DayWishes(msgspec.Struct, frozen=True):
    """One day of the team; `longest_s` is from leaving to being back, None without a limit."""

    lunch: Lunch | None = Lunch()
    most_visits: int = MOST_VISITS
    longest_s: int | None = None
    officers: tuple[OfficerWish, ...] = ()


def wish_of(wishes: DayWishes, officer: Officer) -> OfficerWish:
    """Return what is asked of an officer."""
    found = (w for w in wishes.officers if w.officer_id == officer.id)
    return next(found, OfficerWish(officer.id))


def hours_of(wishes: DayWishes, officer: Officer) -> tuple[int, int]:
    """Return the hours in seconds from midnight, never longer than those on record."""
    wish = wish_of(wishes, officer)
    begin = max(wish.work_from or officer.work_from, officer.work_from)
    end = min(wish.work_until or officer.work_until, officer.work_until)
    return _seconds(begin), _seconds(end)


def starts_at(officers: Sequence[Officer], wishes: DayWishes, number: int) -> int:
    """Return the number of the officer from whose start place this one sets out."""
    wanted = wish_of(wishes, officers[number]).starts_with
    return next((i for i, o in enumerate(officers) if o.id == wanted), number)


def _seconds(clock_time: time) -> int:
    return clock_time.hour * 3600 + clock_time.minute * 60
