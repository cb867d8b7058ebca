"""One act at one instant, with everything rules compute from it computed once."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from sync.domain.situation import Act, Agreement, Situation
from sync.policy.calendar import WorkCalendar

VISITS = frozenset({Act.VISIT_PLAN, Act.VISIT_START})


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo:
    """Return the IANA zone; raises ZoneInfoNotFoundError for a name there is none of."""
    return ZoneInfo(name)


@dataclass(frozen=True, slots=True)
class Moment:
    """An act as rules see it. `start` and `end` are naive local times at the customer's address.

    `visit_plan` spans the agreed window; everything else is the instant `at` (start == end).
    """

    act: Act
    at: datetime
    situation: Situation
    calendar: WorkCalendar
    zone: ZoneInfo
    start_at: datetime
    start: datetime
    end: datetime

    @classmethod
    def of(cls, act: Act, at: datetime, situation: Situation, calendar: WorkCalendar) -> "Moment":
        """Return the moment of an act; the span is the agreement's for a visit being planned."""
        zone = zone_of(situation.zone)
        begins, ends = at, at
        agreement = situation.agreement
        if act is Act.VISIT_PLAN and agreement is not None and agreement.start is not None:
            begins = agreement.start
            ends = max(agreement.end or begins, begins)
        return cls(
            act,
            at,
            situation,
            calendar,
            zone,
            begins,
            begins.astimezone(zone).replace(tzinfo=None),
            ends.astimezone(zone).replace(tzinfo=None),
        )

    @property
    def day(self) -> date:
        """Return the local date on which the act begins."""
        return self.start.date()

    @property
    def is_visit(self) -> bool:
        """Say whether the act is a visit, planned or begun."""
        return self.act in VISITS

    def date_of(self, instant: datetime) -> date:
        """Return the local date of another instant."""
        return instant.astimezone(self.zone).date()

    def exempted(self, exemption: str) -> bool:
        """Say whether the customer's own asking lifts a rule.

        `asked`: the customer asked for the contact; `asked_in_writing`: and did so in writing;
        `asked_window`: and the act lies inside the window asked for, its end included.
        """
        agreement = self.situation.agreement
        if agreement is None or not agreement.requested_by_customer:
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
