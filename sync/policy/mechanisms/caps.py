"""Mechanisms that count contacts: over all officers and channels, whoever recorded them."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from sync.domain.situation import Situation
from sync.policy.mechanisms.mechanism import Check, Mechanism, Stricter
from sync.policy.moment import ONE_DAY, Moment
from sync.policy.packs.parameters import Parameters


def _connected(situation: Situation) -> list[datetime]:
    return [call.at for call in situation.calls if call.connected]


def _talked(situation: Situation) -> list[datetime]:
    return [*_connected(situation), *situation.conversations]


def _every(situation: Situation) -> list[datetime]:
    return [*_connected(situation), *situation.reminders, *situation.visits]


COUNTED: dict[str, Callable[[Situation], Iterable[datetime]]] = {
    "calls": lambda situation: [call.at for call in situation.calls],
    "connected_calls": _connected,
    "conversations": _talked,
    "messages": lambda situation: situation.reminders,
    "letters": lambda situation: situation.letters,
    "visits": lambda situation: situation.visits,
    "contacts": _every,  # what reached the customer on any channel
    "meetings": lambda situation: [*_connected(situation), *situation.visits],
}


def daily_cap(params: Parameters) -> Check:
    """Speak when `limit` of what is counted already stand on the local date."""
    counted = COUNTED[params.word("of", COUNTED)]
    limit = params.number("limit")

    def check(moment: Moment) -> dict[str, Any] | None:
        count = moment.count_on(moment.day, moment.day, counted(moment.situation))
        return {"count": count, "limit": limit} if count >= limit else None

    return check


def days_cap(params: Parameters) -> Check:
    """Speak when `limit` already stand on the `days` local dates that end with the act's own."""
    counted = COUNTED[params.word("of", COUNTED)]
    limit = params.number("limit")
    before = ONE_DAY * (params.number("days") - 1)

    def check(moment: Moment) -> dict[str, Any] | None:
        first = moment.day - before
        count = moment.count_on(first, moment.day, counted(moment.situation))
        return {"count": count, "limit": limit} if count >= limit else None

    return check


def rolling_cap(params: Parameters) -> Check:
    """Speak when `limit` lie in the `hours` before the act, the far end included."""
    counted = COUNTED[params.word("of", COUNTED)]
    span = timedelta(hours=params.number("hours"))
    limit = params.number("limit")

    def check(moment: Moment) -> dict[str, Any] | None:
        until = moment.start_at
        since = until - span
        count = sum(since <= i < until for i in counted(moment.situation))
        return {"count": count, "limit": limit} if count >= limit else None

    return check


def days_after(params: Parameters) -> Check:
    """Speak when one of what is counted lies on the `days` local dates that end with the act's own.

    The day of a conversation is the first of the days, so after seven the act is free again.
    """
    counted = COUNTED[params.word("of", COUNTED)]
    days = params.number("days")
    before = ONE_DAY * (days - 1)

    def check(moment: Moment) -> dict[str, Any] | None:
        since, until = moment.midnight_of(moment.day - before), moment.start_at
        within = [i for i in counted(moment.situation) if since <= i < until]
        if not within:
            return None
        return {"day": moment.date_of(max(within)).isoformat(), "days": days}

    return check


COUNT = frozenset({"count", "limit"})
MECHANISMS = (
    Mechanism(daily_cap, {"of": Stricter.NEITHER, "limit": Stricter.LESS}, COUNT),
    Mechanism(
        days_cap,
        {"of": Stricter.NEITHER, "days": Stricter.MORE, "limit": Stricter.LESS},
        COUNT,
    ),
    Mechanism(
        rolling_cap,
        {"of": Stricter.NEITHER, "hours": Stricter.MORE, "limit": Stricter.LESS},
        COUNT,
    ),
    Mechanism(
        days_after,
        {"of": Stricter.NEITHER, "days": Stricter.MORE},
        frozenset({"day", "days"}),
    ),
)
