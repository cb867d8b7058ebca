"""One question at the edge of a rule, and the places and times such questions are put at."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from sync.domain.situation import Act, Agreement, Situation

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
TUESDAY = date(2026, 9, 15)


class Edge(NamedTuple):
    """A question about one rule and whether the rule speaks."""

    name: str
    at: datetime
    situation: Situation
    speaks: bool


class Scene(NamedTuple):
    """Where the questions are put: the customer's zone. Without a time, Tuesday at ten."""

    zone: str

    def at(self, clock: str = "10:00", day: date = TUESDAY) -> datetime:
        """Return the instant at which the customer's clock shows this."""
        local = datetime.combine(day, time.fromisoformat(clock), ZoneInfo(self.zone))
        return local.astimezone(UTC)

    def situation(self, **values: Any) -> Situation:
        """Return the situation of nothing known, but for these values."""
        return Situation(zone=self.zone, **values)

    def edge(self, name: str, speaks: bool, at: datetime | None = None, **values: Any) -> Edge:
        """Return a question put at an instant in a situation of these values."""
        return Edge(name, at or self.at(), self.situation(**values), speaks)

    def span(self, act: Act, name: str, speaks: bool, start: datetime, end: datetime) -> Edge:
        """Return a question about a window where the act has one, else about its beginning."""
        if act is Act.VISIT_PLAN:
            return self.edge(name, speaks, start - 30 * DAY, agreement=Agreement(start, end))
        return self.edge(name, speaks, start)


def exempting(edge: Edge, exemption: str) -> Edge:
    """Return the same question with somebody's asking or agreeing that lifts the rule."""
    agreement = edge.situation.agreement or Agreement(edge.at - HOUR, edge.at + HOUR)
    changes: dict[str, Any] = {"requested_by_customer": True, "written": True}
    if exemption == "by_guardian":
        changes = {"by": "guardian"}
    asked = msgspec.structs.replace(agreement, **changes)
    return lifted(edge, asked, speaks=False)


def lifted(edge: Edge, agreement: Agreement, *, speaks: bool) -> Edge:
    situation = msgspec.structs.replace(edge.situation, agreement=agreement)
    return Edge(f"{edge.name}, asked", edge.at, situation, speaks)
