"""Mechanisms about what went before: caps, the ladder, agreement and lead time."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from sync.domain.situation import Act, Agreement
from sync.policy.moment import Moment
from sync.policy.parameters import Parameters

type Check = Callable[[Moment], dict[str, Any] | None]


def daily_cap(params: Parameters) -> Check:
    """Speak when `limit` connected calls or visits already stand on the local date."""
    of = params.word("of", ("connected_calls", "visits"))
    limit = params.number("limit")

    def check(moment: Moment) -> dict[str, Any] | None:
        situation = moment.situation
        instants = (
            [c.at for c in situation.calls if c.connected]
            if of == "connected_calls"
            else situation.visits
        )
        count = sum(moment.date_of(i) == moment.day for i in instants)
        return {"count": count, "limit": limit} if count >= limit else None

    return check


def rolling_cap(params: Parameters) -> Check:
    """Speak when `limit` visits lie in the `hours` before the act, the far end included."""
    span = timedelta(hours=params.number("hours"))
    limit = params.number("limit")

    def check(moment: Moment) -> dict[str, Any] | None:
        since = moment.start_at - span
        count = sum(since <= v < moment.start_at for v in moment.situation.visits)
        return {"count": count, "limit": limit} if count >= limit else None

    return check


def ladder(params: Parameters) -> Check:
    """Speak when no reminder, or no call that reached or tried enough, is on record."""
    days_tried = params.number("days_tried")

    def check(moment: Moment) -> dict[str, Any] | None:
        situation = moment.situation

        def counts(instant: datetime) -> bool:
            since = situation.overdue_since
            return since is None or moment.date_of(instant) >= since

        if not any(counts(r) for r in situation.reminders):
            return {"missing": "reminder"}
        calls = [c for c in situation.calls if counts(c.at)]
        tried: set[date] = {moment.date_of(c.at) for c in calls if not c.connected}
        if any(c.connected for c in calls) or len(tried) >= days_tried:
            return None
        return {"missing": "phone"}

    return check


def agreed(params: Parameters) -> Check:
    """Speak when the customer's own, standing agreement is missing or its window is not now."""
    early = timedelta(minutes=params.number("early_minutes"))

    def check(moment: Moment) -> dict[str, Any] | None:
        why = _not_agreed(moment.situation.agreement)
        if not why and moment.act is Act.VISIT_START:
            why = _not_now(moment.situation.agreement, moment.at, early)
        return {"why": why} if why else None

    return check


def _not_agreed(agreement: Agreement | None) -> str:
    if agreement is None:
        return "none"
    if agreement.by != "customer":
        return "third_party"
    return "withdrawn" if agreement.withdrawn else ""


def _not_now(agreement: Agreement | None, at: datetime, early: timedelta) -> str:
    if agreement is None:
        return ""
    if agreement.start is not None and at < agreement.start - early:
        return "too_early"
    if agreement.end is not None and at > agreement.end:
        return "too_late"
    return ""


def lead_time(params: Parameters) -> Check:
    """Speak when fewer than `hours` lie between the agreement and the visit."""
    hours = params.number("hours")

    def check(moment: Moment) -> dict[str, Any] | None:
        agreement = moment.situation.agreement
        if agreement is None or agreement.start is None or agreement.agreed_at is None:
            return None
        if agreement.start - agreement.agreed_at >= timedelta(hours=hours):
            return None
        return {"hours": hours}

    return check
