"""When a laptop syncs: soon as a rule, spread when everybody comes, at once when somebody asks."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest

from field_app.background.sync_times import AFTER_ACT_S, EVERY_S, SPREAD, START_WITHIN_S, SyncTimes
from sync.engine.retry import LONGEST_S
from sync.engine.rush import RUSHES, SPREAD_S, spread_s

TRIES = 400


class Wall:
    """A clock that stands at a time of this machine's wall."""

    def __init__(self, at: time) -> None:
        self._at = datetime(2026, 9, 7, at.hour, at.minute).astimezone().astimezone(UTC)

    def now(self) -> datetime:
        return self._at


def waits(at: time, ask: Callable[[SyncTimes], float]) -> list[float]:
    """Return what so many laptops wait at a time of day."""
    return [ask(SyncTimes(Wall(at), random.Random(n))) for n in range(TRIES)]


def spread_evenly(found: list[float], least: float, within: float) -> bool:
    """Say whether waits lie between the two and a tenth of them in each tenth, give or take."""
    tenths = [0] * 10
    for wait in found:
        assert least <= wait <= least + within
        tenths[min(9, int((wait - least) / within * 10))] += 1
    return all(TRIES / 20 < count < TRIES / 5 for count in tenths)


@pytest.mark.parametrize("at", [time(8, 0), time(18, 0)], ids=["morning", "evening"])
def test_in_a_rush_nobody_comes_together(at: time) -> None:
    starts = waits(at, lambda t: t.after_start(synced_before=True))
    assert spread_evenly(starts, 0.0, SPREAD_S)
    assert spread_evenly(waits(at, SyncTimes.after_act), AFTER_ACT_S, SPREAD_S)


@pytest.mark.parametrize("at", [time(8, 0), time(11, 0)], ids=["rush", "quiet"])
def test_an_empty_laptop_hardly_waits(at: time) -> None:
    assert max(waits(at, lambda t: t.after_start(synced_before=False))) <= START_WITHIN_S


def test_outside_a_rush_an_act_goes_up_at_once() -> None:
    assert set(waits(time(11, 0), SyncTimes.after_act)) == {AFTER_ACT_S}
    assert max(waits(time(11, 0), lambda t: t.after_start(synced_before=True))) <= START_WITHIN_S


@pytest.mark.parametrize("at", [time(8, 0), time(11, 0)], ids=["rush", "quiet"])
def test_between_syncs_and_after_failures_the_hour_does_not_matter(at: time) -> None:
    regular = waits(at, SyncTimes.after_success)
    assert spread_evenly(regular, EVERY_S * (1 - SPREAD), EVERY_S * 2 * SPREAD)
    asked = waits(at, lambda t: t.after_failure(1, 30.0, passing=True))
    assert all(30.0 <= wait <= 32.0 for wait in asked)
    assert set(waits(at, lambda t: t.after_failure(1, None, passing=False))) == {LONGEST_S}


def test_a_rush_begins_and_ends_to_the_minute() -> None:
    day = date(2026, 9, 7)
    for begin, end in RUSHES:
        first, last = datetime.combine(day, begin), datetime.combine(day, end)
        minute = timedelta(minutes=1)
        asked = (first - minute, first, last - minute, last)
        assert [spread_s(at) for at in asked] == [0.0, SPREAD_S, SPREAD_S, 0.0]
