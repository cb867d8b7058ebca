"""Lawful windows: every one that is offered is lawful, and none that is lawful is left out."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec
import pytest

from sync.domain.situation import Act, ActiveHold, Agreement, Situation, Verdict, Wishes
from sync.policy.slots import CLOSES, OPENS, STEP, Search, Slot, lawful_slots
from tests.unit.sync.policy.desk import ENGINE, GOOD, bent, engine_for, local

NOW = local("2026-09-10 09:00")
SEARCH = Search(date(2026, 9, 11), 30, 60, NOW)


def by_hand(situation: Situation, search: Search, pack: str = "cn") -> list[Slot]:
    """Return the lawful windows by asking about each of them."""
    zone, length = ZoneInfo(situation.zone), timedelta(minutes=search.minutes)
    found = []
    for offset in range(search.days):
        day = search.first_day + timedelta(days=offset)
        wall = datetime.combine(day, OPENS, zone)
        while wall + length <= datetime.combine(day, CLOSES, zone):
            start = wall.astimezone(UTC)
            hoped = Agreement(start, start + length, search.now, place=search.place)
            asked = msgspec.structs.replace(situation, agreement=hoped)
            decision = engine_for(pack).judge(Act.VISIT_PLAN, search.now, asked)
            if start > search.now and decision.verdict is not Verdict.BLOCK:
                found.append(Slot(start, start + length))
            wall += STEP
    return found


@pytest.mark.parametrize(
    "situation",
    [
        GOOD,
        bent(zone="America/New_York"),
        bent(wishes=Wishes(not_before=time(14), not_after=time(17), no_weekdays=(0, 4))),
        bent(wishes=Wishes(not_before=time(11, 45), not_after=time(12, 50))),
        bent(visits=(local("2026-09-14 15:00"), local("2026-09-30 08:00"))),
        bent(holds=(ActiveHold("illness"),)),
        bent(reminders=()),
    ],
)
@pytest.mark.parametrize("minutes", [30, 60, 180])
def test_windows_are_those_that_the_rules_allow(situation: Situation, minutes: int) -> None:
    search = msgspec.structs.replace(SEARCH, minutes=minutes)
    assert list(lawful_slots(ENGINE, situation, search)) == by_hand(situation, search)


@pytest.mark.parametrize("pack", ["us-reg-f", "uk-conc", "in-rbi"])
def test_other_countries_have_their_windows_too(pack: str) -> None:
    found = lawful_slots(engine_for(pack), GOOD, SEARCH)
    assert list(found) == by_hand(GOOD, SEARCH, pack)
    assert found


def test_day_is_offered_from_the_next_on_when_a_rolling_cap_opens_during_it() -> None:
    """Two visits stand; the first leaves the seven days on Monday the 21st at three."""
    visits = (local("2026-09-14 15:00"), local("2026-09-16 10:00"))
    found = lawful_slots(ENGINE, bent(visits=visits), SEARCH)
    assert local("2026-09-21 16:00") not in {s.start for s in found}
    assert local("2026-09-22 08:00") in {s.start for s in found}


def test_windows_come_in_order_each_once() -> None:
    found = lawful_slots(ENGINE, GOOD, SEARCH)
    assert all(one.start < other.start for one, other in pairwise(found))


def test_place_that_is_not_allowed_has_no_windows() -> None:
    assert lawful_slots(ENGINE, GOOD, msgspec.structs.replace(SEARCH, place="work")) == ()


def test_no_window_begins_before_now() -> None:
    now = local("2026-09-15 13:10")
    asked = Search(date(2026, 9, 15), 1, 60, now)
    assert lawful_slots(engine_for("in-rbi"), GOOD, asked)[0].start == local("2026-09-15 13:30")
