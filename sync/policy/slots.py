"""The next lawful windows for a visit, in the customer's local time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from sync.domain.situation import Act, Agreement, Policy, Situation, Verdict
from sync.policy.moment import zone_of

OPENS = time(8, 0)
CLOSES = time(22, 0)
STEP = timedelta(minutes=30)
# Rules that speak about a whole day or about the case: one question a day is enough for them.
MIDDAY = time(12, 0)
LONG_AGO = timedelta(days=3650)


class Slot(msgspec.Struct, frozen=True):
    """A window that the rules allow, as instants."""

    start: datetime
    end: datetime


class Search(msgspec.Struct, frozen=True):
    """What is looked for: `days` from `first_day`, windows of `minutes`, agreed at `now`."""

    first_day: date
    days: int
    minutes: int
    now: datetime
    place: str = "home"


def lawful_slots(policy: Policy, situation: Situation, search: Search) -> tuple[Slot, ...]:
    """Return every lawful window, half an hour apart, earliest first.

    A rolling cap may open during a day; such a day is offered from the next on.
    """
    return tuple(each_slot(policy, situation, search))


def each_slot(policy: Policy, situation: Situation, search: Search) -> Iterator[Slot]:
    """Yield the same windows one by one, for whoever needs only the first."""
    for offset in range(search.days):
        day = search.first_day + timedelta(days=offset)
        if _whole_day_blocked(policy, situation, search, day):
            continue
        for slot in _windows(situation.zone, day, search):
            if _lawful(policy, situation, search, slot):
                yield slot


def _whole_day_blocked(policy: Policy, situation: Situation, search: Search, day: date) -> bool:
    """Say whether the day is closed whatever the hour, by asking about its middle.

    The rules of the hour are taken out of the question: no wishes about time, no lead time, and a
    window before the evening. What blocks the middle then (a rest day, a hold, a cap) blocks all.
    """
    noon = datetime.combine(day, MIDDAY, zone_of(situation.zone)).astimezone(UTC)
    wishes = msgspec.structs.replace(situation.wishes, not_before=None, not_after=None)
    plain = msgspec.structs.replace(situation, wishes=wishes)
    long_ago = msgspec.structs.replace(search, now=search.now - LONG_AGO)
    return not _lawful(policy, plain, long_ago, Slot(noon, noon + timedelta(minutes=1)))


def _windows(zone_name: str, day: date, search: Search) -> Iterator[Slot]:
    zone = zone_of(zone_name)
    length = timedelta(minutes=search.minutes)
    start = datetime.combine(day, OPENS, zone)
    last = datetime.combine(day, CLOSES, zone)
    while start + length <= last:
        begins = start.astimezone(UTC)
        if begins > search.now:
            yield Slot(begins, begins + length)
        start += STEP


def _agreed(situation: Situation, search: Search, slot: Slot) -> Agreement:
    return Agreement(start=slot.start, end=slot.end, agreed_at=search.now, place=search.place)


def _lawful(policy: Policy, situation: Situation, search: Search, slot: Slot) -> bool:
    asked = msgspec.structs.replace(situation, agreement=_agreed(situation, search, slot))
    return policy.judge(Act.VISIT_PLAN, search.now, asked).verdict is not Verdict.BLOCK
