"""Mechanisms about how a visit comes about: the ladder, the agreement, lead time, its end."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sync.domain.situation import Act, Agreement, Situation
from sync.policy.mechanisms.mechanism import Check, Mechanism, Stricter
from sync.policy.moment import Moment
from sync.policy.packs.parameters import Parameters

BEGINNING = datetime.min.replace(tzinfo=UTC)
# Who may be let agree to a visit: the customer, a co-borrower, and a guardian where there is one.
PARTIES = ("customer", "co_borrower", "guardian")


def ladder(params: Parameters) -> Check:
    """Speak when no reminder, or no call that reached or tried enough, is on record."""
    days_tried = params.number("days_tried")

    def check(moment: Moment) -> dict[str, Any] | None:
        calls, overdue = moment.situation.calls, moment.situation.overdue_since
        since = BEGINNING if overdue is None else moment.midnight_of(overdue)
        if not any(reminder >= since for reminder in moment.situation.reminders):
            return {"missing": "reminder"}
        if any(call.connected and call.at >= since for call in calls):
            return None
        tried = {moment.date_of(call.at) for call in calls if call.at >= since}
        return None if len(tried) >= days_tried else {"missing": "phone"}

    return check


def agreed(params: Parameters) -> Check:
    """Speak when a standing agreement with one of `parties` is missing or its window is not now."""
    early = timedelta(minutes=params.number("early_minutes"))
    parties = frozenset(params.words("parties", PARTIES))

    def check(moment: Moment) -> dict[str, Any] | None:
        agreement = moment.situation.agreement
        if agreement is None:
            return {"why": "none"}
        why = _not_agreed(agreement, parties, moment.situation)
        if not why and moment.act is Act.VISIT_START:
            why = _not_now(agreement, moment.at, early)
        return {"why": why} if why else None

    return check


def _not_agreed(agreement: Agreement, parties: frozenset[str], situation: Situation) -> str:
    if agreement.by not in parties or (agreement.by == "guardian" and not in_ward(situation)):
        return "third_party"
    return "withdrawn" if agreement.withdrawn else ""


def in_ward(situation: Situation) -> bool:
    """Say whether somebody else decides for the customer by law."""
    return situation.customer.guardian or situation.customer.minor


def _not_now(agreement: Agreement, at: datetime, early: timedelta) -> str:
    if agreement.start is not None and at < agreement.start.astimezone(UTC) - early:
        return "too_early"
    if agreement.end is not None and at > agreement.end:
        return "too_late"
    return ""


def lead_time(params: Parameters) -> Check:
    """Speak when fewer than `hours` lie between the agreement and the visit."""
    hours = params.number("hours")
    least = timedelta(hours=hours)

    def check(moment: Moment) -> dict[str, Any] | None:
        agreement = moment.situation.agreement
        if agreement is None or agreement.start is None or agreement.agreed_at is None:
            return None
        if agreement.start.astimezone(UTC) - agreement.agreed_at >= least:
            return None
        return {"hours": hours}

    return check


def past_end(params: Parameters) -> Check:
    """Speak when the agreed end has passed."""

    def check(moment: Moment) -> dict[str, Any] | None:
        agreement = moment.situation.agreement
        if agreement is None or agreement.end is None or moment.at <= agreement.end:
            return None
        return {"end": agreement.end.astimezone(moment.zone).strftime("%H:%M")}

    return check


MECHANISMS = (
    Mechanism(ladder, {"days_tried": Stricter.MORE}, frozenset({"missing"}), case_wide=True),
    Mechanism(
        agreed,
        {"early_minutes": Stricter.LESS, "parties": Stricter.NARROWER},
        frozenset({"why"}),
    ),
    Mechanism(lead_time, {"hours": Stricter.MORE}, frozenset({"hours"})),
    Mechanism(past_end, spoken=frozenset({"end"})),
)
