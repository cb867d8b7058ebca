"""What would be allowed instead of an act that is blocked: other times and other channels."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from sync.domain.situation import Act, Decision, Situation, Verdict
from sync.policy.engine import PolicyEngine
from sync.policy.mechanisms.caps import COUNTED
from sync.policy.mechanisms.wishes import VISITS
from sync.policy.moment import ONE_DAY, midnight, zone_of
from sync.policy.packs.parameters import Parameters
from sync.policy.slots import Search, Slot, each_slot

CHANNELS = (Act.CALL, Act.SMS, Act.APP, Act.LETTER)
HORIZON = 31
USUAL_MINUTES = 60
MOST_SLOTS = 6
NOON = 12
# A rolling cap still counts what lies exactly at its far end.
JUST_AFTER = timedelta(seconds=1)


class Instead(msgspec.Struct, frozen=True):
    """Lawful windows for a visit, the next lawful instant of the act itself, channels free now.

    All are empty when nothing but a change of the case itself would help.
    """

    slots: tuple[Slot, ...] = ()
    at: datetime | None = None
    channels: tuple[Act, ...] = ()


def instead(engine: PolicyEngine, act: Act, at: datetime, situation: Situation) -> Instead:
    """Return what would be allowed instead; nothing when the act is not blocked."""
    at = at.astimezone(UTC)
    decision = engine.judge(act, at, situation)
    if decision.verdict is not Verdict.BLOCK:
        return Instead()
    channels = tuple(
        other for other in CHANNELS if other is not act and _free(engine, other, at, situation)
    )
    if engine.case_wide & set(decision.blocks):
        return Instead(channels=channels)
    if act in VISITS:
        return Instead(slots=_slots(engine, at, situation), channels=channels)
    if act in CHANNELS:
        return Instead(at=_next_instant(engine, act, at, situation), channels=channels)
    return Instead(at=_after_ends(engine, act, decision, situation))


def _free(engine: PolicyEngine, act: Act, at: datetime, situation: Situation) -> bool:
    return engine.judge(act, at, situation).verdict is not Verdict.BLOCK


def _slots(engine: PolicyEngine, at: datetime, situation: Situation) -> tuple[Slot, ...]:
    """Return the first window of each half day, so that the customer has something to choose."""
    agreement, minutes = situation.agreement, USUAL_MINUTES
    if agreement is not None and agreement.start is not None and agreement.end is not None:
        span = agreement.end - agreement.start.astimezone(UTC)
        minutes = max(1, round(span / timedelta(minutes=1)))
    zone = zone_of(situation.zone)
    today = at.astimezone(zone).date()
    place = agreement.place if agreement is not None else "home"
    found: dict[tuple[date, bool], Slot] = {}
    for slot in each_slot(engine, situation, Search(today, HORIZON, minutes, at, place)):
        begins = slot.start.astimezone(zone)
        found.setdefault((begins.date(), begins.hour < NOON), slot)
        if len(found) == MOST_SLOTS:
            break
    return tuple(found.values())


def _next_instant(
    engine: PolicyEngine, act: Act, at: datetime, situation: Situation
) -> datetime | None:
    """Return the first instant within the horizon at which the act is lawful."""
    instants = (i for i in _turns(engine, at, situation) if i > at)
    return next((i for i in instants if _free(engine, act, i, situation)), None)


def _turns(engine: PolicyEngine, at: datetime, situation: Situation) -> Iterator[datetime]:
    """Yield, in their order, the instants at which a rule may stop speaking."""
    zone = zone_of(situation.zone)
    today = at.astimezone(zone).date()
    once = sorted({*_window(situation), *_expiries(engine, situation)})
    for offset in range(HORIZON + 1):
        day = today + timedelta(days=offset)
        begins, ends = midnight(day, situation.zone), midnight(day + ONE_DAY, situation.zone)
        clocks = (
            datetime.combine(day, clock, zone).astimezone(UTC)
            for clock in _clocks(engine, situation)
        )
        yield from sorted({begins, *clocks, *(i for i in once if begins <= i < ends)})


def _clocks(engine: PolicyEngine, situation: Situation) -> set[time]:
    hours = (r.params for r in engine.pack.rules if r.kind == "forbidden_hours")
    found = {Parameters("", params).hours()[1] for params in hours}
    if situation.wishes.not_before is not None:
        found.add(situation.wishes.not_before)
    return found


def _window(situation: Situation) -> Iterator[datetime]:
    """Yield the beginning of a window the customer asked for: inside it some rules are silent."""
    if situation.agreement is not None and situation.agreement.start is not None:
        yield situation.agreement.start.astimezone(UTC)


def _expiries(engine: PolicyEngine, situation: Situation) -> Iterator[datetime]:
    for rule in engine.pack.rules:
        if rule.kind == "rolling_cap":
            span = timedelta(hours=rule.params["hours"]) + JUST_AFTER
            for instant in COUNTED[rule.params["of"]](situation):
                yield instant.astimezone(UTC) + span


def _after_ends(
    engine: PolicyEngine, act: Act, decision: Decision, situation: Situation
) -> datetime | None:
    """Return the midnight after the last end that the rules name, when it is lawful then."""
    ends = [f.params.get("until_day") for f in decision.findings if f.rule in decision.blocks]
    if None in ends:
        return None
    last = max(date.fromisoformat(str(end)) for end in ends)
    at = midnight(last + ONE_DAY, situation.zone)
    return at if _free(engine, act, at, situation) else None
