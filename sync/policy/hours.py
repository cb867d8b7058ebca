"""Mechanisms about time of day and calendar: forbidden hours, rest days, unknown years, wishes."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from sync.domain.situation import Act, Wishes
from sync.policy.moment import Moment
from sync.policy.parameters import Parameters

type Check = Callable[[Moment], dict[str, Any] | None]

ONE_DAY = timedelta(days=1)
CHANNEL_OF = {Act.CALL: "phone", Act.SMS: "sms", Act.VISIT_PLAN: "visit", Act.VISIT_START: "visit"}


def forbidden_hours(params: Parameters) -> Check:
    """Speak when the act touches [from, until), which may run past midnight."""
    begins, ends = params.time("from"), params.time("until")
    words = {"from": begins.strftime("%H:%M"), "until": ends.strftime("%H:%M")}

    def check(moment: Moment) -> dict[str, Any] | None:
        return words if _touches(moment.start, moment.end, begins, ends) else None

    return check


def _touches(start: datetime, end: datetime, begins: time, ends: time) -> bool:
    """Say whether any instant of [start, end) lies in the hours; start == end is an instant."""
    day = start.date() - ONE_DAY
    while day <= end.date():
        opens = datetime.combine(day, begins)
        closes = datetime.combine(day if ends > begins else day + ONE_DAY, ends)
        if start < closes and (opens < end or opens <= start == end):
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


def wish(params: Parameters) -> Check:
    """Speak when the act goes against what the customer asked for."""

    def check(moment: Moment) -> dict[str, Any] | None:
        broken = _broken_wish(moment, moment.situation.wishes)
        return {"wish": broken} if broken else None

    return check


def _broken_wish(moment: Moment, wishes: Wishes) -> str:
    channel = CHANNEL_OF.get(moment.act)
    if channel in wishes.channels_refused:
        return f"no {channel}"
    if moment.start.weekday() in wishes.no_weekdays:
        return f"not on weekday {moment.start.isoweekday()}"
    if wishes.not_before is not None and moment.start.time() < wishes.not_before:
        return f"not before {wishes.not_before:%H:%M}"
    if wishes.not_after is not None and _runs_past(moment, wishes.not_after):
        return f"not after {wishes.not_after:%H:%M}"
    return ""


def _runs_past(moment: Moment, limit: time) -> bool:
    latest = datetime.combine(moment.day, limit)
    return moment.start >= latest or moment.end > latest
