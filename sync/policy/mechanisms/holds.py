"""Mechanisms about holds and complaints: what rests, who may lift a hold, and when."""

from datetime import date, timedelta
from typing import Any

from sync.domain.situation import Lifting
from sync.domain.vocabulary import HoldKind, Role
from sync.policy.calendar import WorkCalendar
from sync.policy.mechanisms.mechanism import ANY, NOTHING, Check, Mechanism, Stricter
from sync.policy.mechanisms.people import STATES
from sync.policy.moment import ONE_DAY, Moment
from sync.policy.packs.parameters import Parameters

KINDS = tuple(str(kind) for kind in HoldKind)
ROLES = tuple(str(role) for role in Role)
COUNTS = ("calendar_days", "working_days")


def hold(params: Parameters) -> Check:
    """Speak while a hold of one of `kinds` stands; "any" means every kind."""
    kinds = params.words("kinds", (ANY, *KINDS))

    def check(moment: Moment) -> dict[str, Any] | None:
        if not moment.situation.holds:
            return None
        found = {h.kind for h in moment.situation.holds if ANY in kinds or h.kind in kinds}
        return {"kinds": ", ".join(sorted(found))} if found else None

    return check


def complaint_open(params: Parameters) -> Check:
    """Speak while a complaint is not answered."""

    def check(moment: Moment) -> dict[str, Any] | None:
        received = _open(moment)
        return {"day": min(received).isoformat()} if received else None

    return check


def complaint_deadline(params: Parameters) -> Check:
    """Speak when a complaint is still open after its last day to be answered."""
    days = params.number("days")
    count = params.word("count", COUNTS)

    def check(moment: Moment) -> dict[str, Any] | None:
        received = _open(moment)
        if not received:
            return None
        due = due_after(min(received), days, count, moment.calendar)
        return {"day": due.isoformat(), "days": days} if moment.day > due else None

    return check


def due_after(received: date, days: int, count: str, calendar: WorkCalendar) -> date:
    """Return the last day of a period; the day of the complaint itself is not counted."""
    if count == "calendar_days":
        return received + timedelta(days=days)
    day = received
    while days:
        day += ONE_DAY
        days -= calendar.is_working_day(day)
    return day


def _open(moment: Moment) -> list[date]:
    complaints = moment.situation.complaints
    return [moment.date_of(c.received_at) for c in complaints if c.answered_at is None]


def lift_role(params: Parameters) -> Check:
    """Speak when the hold is lifted by somebody of none of the `roles`."""
    roles = params.words("roles", ROLES)
    return lambda moment: NOTHING if moment.situation.actor_role not in roles else None


def lift_reason(params: Parameters) -> Check:
    """Speak when no reason is given."""

    def check(moment: Moment) -> dict[str, Any] | None:
        lifting = moment.situation.lifting
        return NOTHING if lifting is None or not lifting.reason.strip() else None

    return check


def lift_answered(params: Parameters) -> Check:
    """Speak when a hold of `kinds` is lifted while a complaint is not answered."""
    kinds = params.words("kinds", KINDS)

    def check(moment: Moment) -> dict[str, Any] | None:
        if _lifted(moment, kinds) is None:
            return None
        received = _open(moment)
        return {"day": min(received).isoformat()} if received else None

    return check


def lift_rest(params: Parameters) -> Check:
    """Speak when a hold of `kinds` is lifted before its end, unless the customer asks.

    Its end is its own last day, or the day `days` after it was laid.
    """
    kinds = params.words("kinds", KINDS)
    days = timedelta(days=params.number("days"))

    def check(moment: Moment) -> dict[str, Any] | None:
        lifting = _lifted(moment, kinds)
        if lifting is None or lifting.asked_by_customer:
            return None
        last = lifting.until
        if last is None and lifting.since is not None:
            last = moment.date_of(lifting.since) + days
        if last is None or moment.day > last:
            return None
        return {"until_day": last.isoformat()}

    return check


def lift_asked(params: Parameters) -> Check:
    """Speak when a hold of `kinds` is lifted though the customer did not ask for it."""
    kinds = params.words("kinds", KINDS)

    def check(moment: Moment) -> dict[str, Any] | None:
        lifting = _lifted(moment, kinds)
        return NOTHING if lifting is not None and not lifting.asked_by_customer else None

    return check


def lift_while(params: Parameters) -> Check:
    """Speak when a hold of `kinds` is lifted while the customer is in one of the `states`."""
    kinds = params.words("kinds", KINDS)
    states = params.words("states", STATES)

    def check(moment: Moment) -> dict[str, Any] | None:
        if _lifted(moment, kinds) is None:
            return None
        met = [state for state in states if getattr(moment.situation.customer, state)]
        return {"states": ", ".join(met)} if met else None

    return check


def _lifted(moment: Moment, kinds: tuple[str, ...]) -> Lifting | None:
    lifting = moment.situation.lifting
    return lifting if lifting is not None and lifting.kind in kinds else None


KINDS_WIDER = {"kinds": Stricter.WIDER}
MECHANISMS = (
    Mechanism(hold, KINDS_WIDER, frozenset({"kinds"}), case_wide=True),
    Mechanism(complaint_open, spoken=frozenset({"day"}), case_wide=True),
    Mechanism(
        complaint_deadline,
        {"days": Stricter.LESS, "count": Stricter.NEITHER},
        frozenset({"day", "days"}),
        case_wide=True,
    ),
    Mechanism(lift_role, {"roles": Stricter.NARROWER}),
    Mechanism(lift_reason),
    Mechanism(lift_answered, KINDS_WIDER, frozenset({"day"})),
    Mechanism(lift_rest, {**KINDS_WIDER, "days": Stricter.MORE}, frozenset({"until_day"})),
    Mechanism(lift_asked, KINDS_WIDER),
    Mechanism(lift_while, {**KINDS_WIDER, "states": Stricter.WIDER}, frozenset({"states"})),
)
