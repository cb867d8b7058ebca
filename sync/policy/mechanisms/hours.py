"""Mechanisms about time of day and calendar: forbidden hours, rest days, unknown years."""

from datetime import datetime, time
from typing import Any

from sync.policy.mechanisms.mechanism import Check, Mechanism, Stricter
from sync.policy.moment import ONE_DAY, Moment
from sync.policy.packs.parameters import Parameters


def forbidden_hours(params: Parameters) -> Check:
    """Speak when the act touches [from, until), which may run past midnight."""
    begins, ends = params.hours()
    words = {"from": begins.strftime("%H:%M"), "until": ends.strftime("%H:%M")}

    def check(moment: Moment) -> dict[str, Any] | None:
        start, end = moment.start, moment.end
        if end is not start and end.date() != moment.day:
            return words if _touches(start, end, begins, ends) else None
        first, last = start.time(), end.time()
        if begins < ends:
            met = first < ends and (begins < last or begins <= first == last)
        else:
            met = first < ends or begins < last or begins <= first == last
        return words if met else None

    return check


def _touches(start: datetime, end: datetime, begins: time, ends: time) -> bool:
    """Say whether any instant of [start, end), which may last for days, lies in the hours."""
    day = start.date() - ONE_DAY
    while day <= end.date():
        opens = datetime.combine(day, begins)
        closes = datetime.combine(day if ends > begins else day + ONE_DAY, ends)
        if start < closes and opens < end:
            return True
        day += ONE_DAY
    return False


def rest_day(params: Parameters) -> Check:
    """Speak when the act begins on a weekend without make-up work or on a public holiday."""

    def check(moment: Moment) -> dict[str, Any] | None:
        if moment.calendar.is_working_day(moment.day):
            return None
        return {"day": moment.day.isoformat()}

    return check


def year_unknown(params: Parameters) -> Check:
    """Speak when the holiday arrangement of the act's year is not announced."""

    def check(moment: Moment) -> dict[str, Any] | None:
        year = moment.day.year
        return None if moment.calendar.is_announced(year) else {"year": year}

    return check


HOURS = {"from": Stricter.HOURS, "until": Stricter.HOURS}
MECHANISMS = (
    Mechanism(forbidden_hours, HOURS, frozenset({"from", "until"})),
    Mechanism(rest_day, spoken=frozenset({"day"})),
    Mechanism(year_unknown, spoken=frozenset({"year"})),
)
