"""One act at one instant, with everything rules compute from it computed once."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from sync.domain.situation import Act, Agreement, Situation
from sync.policy.calendar import WorkCalendar

ONE_DAY = timedelta(days=1)


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo:
    """Return the IANA zone; raises ZoneInfoNotFoundError for a name there is none of."""
    return ZoneInfo(name)


@lru_cache(maxsize=4096)
def midnight(day: date, zone: str) -> datetime:
    """Return the instant at which a local date begins, in UTC."""
    return datetime.combine(day, time(), zone_of(zone)).astimezone(UTC)


class Moment(msgspec.Struct, frozen=True):
    """An act as rules see it. `start` and `end` are naive local times at the customer's address.

    `visit_plan` spans the agreed window; everything else is the instant `at` (start == end).
    Instants are in UTC: two of the same other zone would be compared by their clocks.
    """

    act: Act
    at: datetime
    situation: Situation
    calendar: WorkCalendar
    zone: ZoneInfo
    start_at: datetime
    start: datetime
    end: datetime
    day: date

    @classmethod
    def of(cls, act: Act, at: datetime, situation: Situation, calendar: WorkCalendar) -> "Moment":
        """Return the moment of an act; the span is the agreement's for a visit being planned."""
        zone = zone_of(situation.zone)
        at = at.astimezone(UTC)
        begins, ends = at, at
        agreement = situation.agreement
        if act is Act.VISIT_PLAN and agreement is not None and agreement.start is not None:
            begins = agreement.start.astimezone(UTC)
            ends = begins if agreement.end is None else max(agreement.end, begins)
        start = begins.astimezone(zone).replace(tzinfo=None)
        end = start if ends is begins else ends.astimezone(zone).replace(tzinfo=None)
        return cls(act, at, situation, calendar, zone, begins, start, end, start.date())

    def date_of(self, instant: datetime) -> date:
        """Return the local date of another instant."""
        return instant.astimezone(self.zone).date()

    def midnight_of(self, day: date) -> datetime:
        """Return the instant at which a local date begins."""
        return midnight(day, self.situation.zone)

    def count_on(self, first: date, last: date, instants: Iterable[datetime]) -> int:
        """Return how many of the instants lie on the local dates from `first` to `last`."""
        begins = midnight(first, self.situation.zone)
        ends = midnight(last + ONE_DAY, self.situation.zone)
        return sum(begins <= i < ends for i in instants)

    def exempted(self, exemption: str) -> bool:
        """Say whether somebody's own asking or agreeing lifts a rule.

        `asked`: the customer asked for the contact; `asked_in_writing`: and did so in writing;
        `asked_window`: and the act lies inside the window asked for, its end included;
        `by_guardian`: the guardian agreed in the customer's stead.
        """
        agreement = self.situation.agreement
        if agreement is None or agreement.withdrawn:
            return False
        if exemption == "by_guardian":
            return agreement.by == "guardian"
        if not agreement.requested_by_customer:
            return False
        if exemption == "asked_in_writing":
            return agreement.written
        if exemption == "asked_window":
            return _inside(agreement, self.at)
        return True


def _inside(agreement: Agreement, at: datetime) -> bool:
    if agreement.start is None or agreement.end is None:
        return False
    return agreement.start <= at <= agreement.end
