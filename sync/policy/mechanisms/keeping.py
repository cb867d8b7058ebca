"""Mechanisms about keeping and erasing: the legal period, reasons to keep, and too long."""

from datetime import date, datetime
from typing import Any

from sync.domain.situation import Situation
from sync.policy.mechanisms.mechanism import NOTHING, Check, Mechanism, Stricter
from sync.policy.moment import Moment
from sync.policy.packs.parameters import Parameters

REASONS = ("complaint", "dispute", "litigation", "plan")
SINCE = ("closing", "last_contact")


def case_open(params: Parameters) -> Check:
    """Speak while the case is not closed."""
    return lambda moment: NOTHING if moment.situation.closed_on is None else None


def kept_until(params: Parameters) -> Check:
    """Speak until `years` have passed since the closing or the last contact; `since` says which.

    The last day still belongs to the period. Without a last contact the closing counts.
    """
    years = params.number("years")
    since = params.word("since", SINCE)

    def check(moment: Moment) -> dict[str, Any] | None:
        begins = moment.situation.closed_on
        if since == "last_contact":
            begins = _last_contact(moment) or begins
        if begins is None:
            return None
        last = years_after(begins, years)
        return {"until_day": last.isoformat()} if moment.day <= last else None

    return check


def reasons_to_keep(params: Parameters) -> Check:
    """Speak while one of the `reasons` to keep everything stands."""
    reasons = params.words("reasons", REASONS)

    def check(moment: Moment) -> dict[str, Any] | None:
        standing = _standing(moment.situation, reasons)
        return {"reasons": ", ".join(standing)} if standing else None

    return check


def kept_too_long(params: Parameters) -> Check:
    """Speak when `years` have passed since the closing, `unless` one of these reasons stands."""
    years = params.number("years")
    reasons = params.words("unless", REASONS)

    def check(moment: Moment) -> dict[str, Any] | None:
        closed = moment.situation.closed_on
        if closed is None or _standing(moment.situation, reasons):
            return None
        last = years_after(closed, years)
        return {"since_day": last.isoformat()} if moment.day > last else None

    return check


def sensitive_unconsented(params: Parameters) -> Check:
    """Speak when sensitive information is kept without the customer's separate consent."""

    def check(moment: Moment) -> dict[str, Any] | None:
        sensitive = moment.situation.sensitive
        return NOTHING if sensitive.kept and not sensitive.separate_consent else None

    return check


def years_after(day: date, years: int) -> date:
    """Return the same day some years later; 29 February becomes 28 where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _standing(situation: Situation, reasons: tuple[str, ...]) -> list[str]:
    held = {hold.kind for hold in situation.holds}
    unanswered = any(c.answered_at is None for c in situation.complaints)
    stands = {
        "complaint": unanswered or "complaint" in held,
        "dispute": "dispute" in held,
        "litigation": "litigation" in held,
        "plan": situation.plan_in_force,
    }
    return [reason for reason in reasons if stands[reason]]


def _last_contact(moment: Moment) -> date | None:
    situation = moment.situation
    made: list[datetime] = [call.at for call in situation.calls]
    made += (*situation.reminders, *situation.letters, *situation.visits, *situation.conversations)
    return moment.date_of(max(made)) if made else None


MECHANISMS = (
    Mechanism(case_open),
    Mechanism(
        kept_until,
        {"years": Stricter.MORE, "since": Stricter.NEITHER},
        frozenset({"until_day"}),
    ),
    Mechanism(reasons_to_keep, {"reasons": Stricter.WIDER}, frozenset({"reasons"})),
    Mechanism(
        kept_too_long,
        {"years": Stricter.LESS, "unless": Stricter.NARROWER},
        frozenset({"since_day"}),
    ),
    Mechanism(sensitive_unconsented),
)
