"""A realistic mix of questions to the rules: what a branch asks in its working days."""

import random
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sync.domain.situation import (
    Act,
    ActiveHold,
    Agreement,
    Call,
    CustomerState,
    OfficerOnVisit,
    ProposedPlan,
    Recording,
    Situation,
    Wishes,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST_DAY, DAYS = date(2026, 3, 2), 200
# How often each act is asked about, in a hundred.
ACTS = {
    Act.CALL: 35,
    Act.SMS: 25,
    Act.VISIT_PLAN: 24,
    Act.VISIT_START: 12,
    Act.PLAN: 3,
    Act.THIRD_PARTY_CONTACT: 1,
}
# Mostly office hours; the rest is what the rules are for.
HOURS = (*range(8, 20), *range(9, 18), *range(9, 18), 6, 7, 20, 21, 22, 23)
PRESENT = (("customer",), ("customer",), ("customer", "adult_family"), ("customer", "minor"), ())


class Asked(NamedTuple):
    """One question to the engine."""

    act: Act
    at: datetime
    situation: Situation


def questions(chance: random.Random, count: int) -> list[Asked]:
    """Return so many questions."""
    acts = chance.choices(list(ACTS), list(ACTS.values()), k=count)
    return [_asked(chance, act) for act in acts]


def quiet_case(at: datetime) -> Situation:
    """Return a case with a history of its own that no rule speaks against."""
    month = timedelta(days=30)
    return Situation(
        overdue_since=(at - 2 * month).date(),
        reminders=tuple(at - timedelta(days=d) for d in (50, 40, 30)),
        calls=tuple(Call(at - timedelta(days=d), d % 2 == 0) for d in range(2, 20)),
        visits=(at - month,),
    )


def _asked(chance: random.Random, act: Act) -> Asked:
    day = FIRST_DAY + timedelta(days=chance.randrange(DAYS))
    at = _instant(chance, day)
    agreement = _agreement(chance, at) if act in (Act.VISIT_PLAN, Act.VISIT_START) else None
    if act is Act.VISIT_START and agreement is not None and agreement.start is not None:
        at = agreement.start + timedelta(minutes=chance.randint(-20, 70))
    return Asked(act, at, _situation(chance, act, at, agreement))


def _situation(
    chance: random.Random, act: Act, at: datetime, agreement: Agreement | None
) -> Situation:
    since = at.date() - timedelta(days=chance.randint(10, 200))
    return Situation(
        zone=chance.choices(("Asia/Shanghai", "Asia/Urumqi"), (95, 5))[0],
        overdue_since=since,
        reminders=_earlier(chance, at, chance.randint(0, 4)),
        calls=tuple(
            Call(when, chance.random() < 0.4)
            for when in _earlier(chance, at, chance.randint(0, 15))
        ),
        visits=_earlier(chance, at, chance.choice((0, 0, 1, 1, 2, 3))),
        holds=(ActiveHold("complaint"),) if chance.random() < 0.03 else (),
        wishes=_wishes(chance),
        agreement=agreement,
        officers=_officers(chance, at.date()) if agreement else None,
        present=chance.choice(PRESENT) if act is Act.VISIT_START else None,
        customer=CustomerState(chance.random() < 0.002, chance.random() < 0.05),
        recording=Recording(chance.random() < 0.5, chance.random() < 0.95),
        plan=ProposedPlan(chance.randint(1, 72), "credit_card") if act is Act.PLAN else None,
        plan_in_force=chance.random() < 0.03,
    )


def _instant(chance: random.Random, day: date) -> datetime:
    local = time(chance.choice(HOURS), chance.choice((0, 15, 30, 45)))
    return datetime.combine(day, local, SHANGHAI).astimezone(UTC)


def _earlier(chance: random.Random, at: datetime, count: int) -> tuple[datetime, ...]:
    hours = sorted((chance.randint(1, 1200) for _ in range(count)), reverse=True)
    return tuple(at - timedelta(hours=h) for h in hours)


def _agreement(chance: random.Random, at: datetime) -> Agreement | None:
    if chance.random() < 0.05:
        return None
    start = _instant(chance, at.date() + timedelta(days=chance.randint(1, 14)))
    asked = chance.random() < 0.1
    return Agreement(
        start=start,
        end=start + timedelta(minutes=chance.choice((30, 60, 90))),
        agreed_at=start - timedelta(hours=chance.randint(4, 200)),
        by="customer" if chance.random() < 0.97 else "relative",
        requested_by_customer=asked,
        written=asked and chance.random() < 0.5,
        withdrawn=chance.random() < 0.02,
        place=chance.choices(("home", "branch", "work"), (90, 8, 2))[0],
    )


def _officers(chance: random.Random, day: date) -> tuple[OfficerOnVisit, ...]:
    count = 2 if chance.random() < 0.95 else 1
    return tuple(
        OfficerOnVisit(day + timedelta(days=chance.randint(-5, 400))) for _ in range(count)
    )


def _wishes(chance: random.Random) -> Wishes:
    if chance.random() < 0.8:
        return Wishes()
    return Wishes(
        channels_refused=chance.choice(((), ("sms",), ("visit",))),
        not_before=chance.choice((None, time(10, 0), time(14, 0))),
        not_after=chance.choice((None, time(18, 0))),
        no_weekdays=chance.choice(((), (0,), (5, 6))),
    )
