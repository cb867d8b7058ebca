"""What would be allowed instead: other times, other channels, or nothing but another case."""

import json
import time as stopwatch
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from sync.domain.situation import (
    Act,
    ActiveHold,
    Agreement,
    Call,
    CustomerState,
    Lifting,
    Situation,
    Verdict,
    Wishes,
)
from sync.policy.engine import PolicyEngine
from sync.policy.instead import CHANNELS, HORIZON, MOST_SLOTS, Instead, instead
from sync.policy.situations import read_situation
from tests.unit.sync.policy import questions
from tests.unit.sync.policy.desk import (
    ENGINE,
    TEN,
    bent,
    engine_for,
    engine_of,
    local,
    rule,
    window,
)

MINUTE = timedelta(minutes=1)
BARE = bent(agreement=None)


def ask(act: Act, at: datetime, situation: Situation, engine: PolicyEngine = ENGINE) -> Instead:
    return instead(engine, act, at, situation)


def test_nothing_is_offered_instead_of_what_is_allowed() -> None:
    assert ask(Act.CALL, TEN, BARE) == Instead()
    assert ask(Act.VISIT_PLAN, TEN, bent(customer=CustomerState(vulnerable=True))) == Instead()


@pytest.mark.parametrize(
    ("at", "then"),
    [
        ("2026-09-15 22:00", "2026-09-16 08:00"),
        ("2026-09-15 07:59", "2026-09-15 08:00"),
        ("2026-09-18 22:30", "2026-09-20 08:00"),  # Friday night: the Sunday is made up
        ("2026-09-30 23:00", "2026-10-08 08:00"),  # after the National Day week
        ("2026-02-14 23:00", "2026-02-24 08:00"),  # after the Spring Festival
    ],
)
def test_call_by_night_or_on_a_holiday_waits_for_the_next_lawful_minute(at: str, then: str) -> None:
    assert ask(Act.CALL, local(at), BARE).at == local(then)


def test_fourth_call_waits_for_the_next_day_and_may_be_a_letter_now() -> None:
    three = tuple(Call(local(f"2026-09-15 09:0{n}"), True) for n in range(3))
    offered = ask(Act.CALL, local("2026-09-15 10:00"), bent(calls=three, agreement=None))
    assert offered.at == local("2026-09-16 08:00")
    assert offered.channels == (Act.SMS, Act.APP, Act.LETTER)


def test_at_night_only_a_letter_may_be_posted() -> None:
    assert ask(Act.CALL, local("2026-09-15 23:00"), BARE).channels == (Act.LETTER,)


def test_wishes_about_hours_and_weekdays_are_waited_for() -> None:
    wishes = Wishes(not_before=time(14, 30), no_weekdays=(1, 2))
    offered = ask(Act.CALL, TEN, bent(wishes=wishes, agreement=None))
    assert offered.at == local("2026-09-17 14:30")


def test_refused_channel_offers_the_others_and_no_time() -> None:
    refusing = bent(wishes=Wishes(channels_refused=("phone", "sms")), agreement=None)
    assert ask(Act.CALL, TEN, refusing) == Instead(channels=(Act.APP, Act.LETTER))


def test_window_that_was_asked_for_at_night_is_offered() -> None:
    asked = window("2026-09-15 22:30", "2026-09-15 23:00", requested_by_customer=True)
    assert ask(Act.CALL, local("2026-09-15 22:00"), asked).at == local("2026-09-15 22:30")


def test_hold_offers_nothing_at_all() -> None:
    held = bent(holds=(ActiveHold("complaint"),))
    for act in (Act.CALL, Act.SMS, Act.LETTER, Act.VISIT_PLAN, Act.VISIT_START):
        assert ask(act, TEN, held) == Instead()


def test_ladder_offers_the_reminder_and_the_call_that_are_missing() -> None:
    offered = ask(Act.VISIT_PLAN, TEN, bent(reminders=(), calls=()))
    assert offered == Instead(channels=CHANNELS)


def test_blocked_window_is_answered_with_one_in_the_morning_and_one_in_the_afternoon() -> None:
    late = window("2026-09-18 20:00", "2026-09-18 21:30")
    offered = ask(Act.VISIT_PLAN, local("2026-09-14 09:00"), late)
    assert len(offered.slots) == MOST_SLOTS
    starts = [s.start for s in offered.slots]
    assert starts == [
        local(f"2026-09-{day} {clock}")
        for day in (15, 16, 17)
        for clock in ("09:00" if day == 15 else "08:00", "12:00")
    ]
    assert {s.end - s.start for s in offered.slots} == {timedelta(minutes=90)}


def test_slots_keep_to_the_place_and_to_other_visits() -> None:
    at_work = bent(agreement=Agreement(TEN, TEN + timedelta(hours=1), TEN, place="work"))
    assert ask(Act.VISIT_PLAN, TEN - timedelta(days=3), at_work).slots == ()
    visited = bent(visits=(local("2026-09-15 15:00"),), agreement=None)
    offered = ask(Act.VISIT_PLAN, local("2026-09-13 07:00"), visited)
    assert local("2026-09-15 08:00").date() not in {s.start.date() for s in offered.slots}


def test_door_that_is_closed_offers_another_time() -> None:
    away = bent(present=("adult_family",))
    offered = ask(Act.VISIT_START, TEN, away)
    assert offered.slots[0].start == local("2026-09-16 10:00")  # a day lies between
    assert offered.channels == CHANNELS


@pytest.mark.parametrize(
    ("act", "situation", "then"),
    [
        (Act.ERASURE, Situation(closed_on=date(2026, 3, 10)), "2028-03-11 00:00"),
        (Act.ERASURE, Situation(), None),
        (Act.ERASURE, Situation(closed_on=date(2026, 3, 10), plan_in_force=True), None),
        (
            Act.HOLD_LIFT,
            Situation(
                actor_role="lead",
                lifting=Lifting("breathing_space", TEN, date(2026, 10, 1), "到期"),
            ),
            "2026-10-02 00:00",
        ),
        (Act.HOLD_LIFT, Situation(actor_role="officer", lifting=Lifting("dispute")), None),
        (Act.THIRD_PARTY_CONTACT, Situation(), None),
        (Act.RETENTION, Situation(closed_on=date(2001, 1, 1)), None),
    ],
)
def test_what_waits_for_a_date_is_told_when(
    act: Act, situation: Situation, then: str | None
) -> None:
    assert ask(act, TEN, situation) == Instead(at=local(then) if then else None)


def test_two_ends_one_after_the_other_are_both_waited_for() -> None:
    periods = (
        rule(
            id=f'"XX-{years}"',
            kind='"kept_until"',
            acts='["erasure"]',
            years=str(years),
            since=f'"{since}"',
            text_en='"{until_day}"',
        )
        for years, since in ((1, "closing"), (3, "last_contact"))
    )
    case = Situation(closed_on=date(2026, 9, 1), visits=(local("2026-01-10 10:00"),))
    offered = ask(Act.ERASURE, TEN, case, engine_of(*periods))
    assert offered.at == local("2029-01-11 00:00")


def test_rolling_cap_ends_to_the_second() -> None:
    cap = rule(kind='"rolling_cap"', of='"calls"', hours="24", limit="2")
    made = (TEN - timedelta(hours=23), TEN - timedelta(hours=1))
    case = Situation(calls=tuple(Call(i, False) for i in made))
    offered = ask(Act.CALL, TEN, case, engine_of(cap))
    assert offered.at == TEN + timedelta(hours=1, seconds=1)


def by_hand(engine: PolicyEngine, act: Act, at: datetime, situation: Situation) -> datetime | None:
    """Return the first lawful minute, asking for each minute of the days to come."""
    minute = at.replace(second=0, microsecond=0) + MINUTE
    for _ in range(9 * 24 * 60):
        if engine.judge(act, minute, situation).verdict is not Verdict.BLOCK:
            return minute
        minute += MINUTE
    return None


def test_no_earlier_minute_was_lawful() -> None:
    """Asked of mixed questions; the clocks of the customer change in some of them."""
    tried = 0
    for _name, act, at, context in questions.mixed(11, 400):
        situation, moment = read_situation(json.dumps(context)), datetime.fromisoformat(at)
        if Act(act) not in CHANNELS or tried == 12:
            continue
        if ENGINE.judge(Act(act), moment, situation).verdict is not Verdict.BLOCK:
            continue
        offered = ask(Act(act), moment, situation).at
        found = by_hand(ENGINE, Act(act), moment.astimezone(UTC), situation)
        if found is None:
            assert offered is None or offered > moment + timedelta(days=9)
        else:
            assert offered is not None
            assert timedelta(0) <= found - offered < MINUTE, (act, at, context)
            tried += 1
    assert tried == 12


@pytest.mark.parametrize("pack", ["cn", "us-reg-f", "uk-conc", "in-rbi"])
def test_whatever_is_offered_is_lawful(pack: str) -> None:
    engine, offers = engine_for(pack), 0
    for _name, act, at, context in questions.mixed(12, 300):
        situation, moment = read_situation(json.dumps(context)), datetime.fromisoformat(at)
        offered = ask(Act(act), moment, situation, engine)
        if offered.at is not None:
            assert moment < offered.at <= moment + timedelta(days=HORIZON + 1)
            assert engine.judge(Act(act), offered.at, situation).verdict is not Verdict.BLOCK
        for channel in offered.channels:
            assert engine.judge(channel, moment, situation).verdict is not Verdict.BLOCK
        offers += bool(offered.at or offered.channels or offered.slots)
    assert offers > 20


def test_answer_comes_at_once() -> None:
    worst = bent(agreement=None, wishes=Wishes(channels_refused=("visit", "phone")))
    began = stopwatch.process_time()
    for act in (Act.VISIT_PLAN, Act.CALL):
        ask(act, TEN, worst)
    assert stopwatch.process_time() - began < 0.1


def test_offers_do_not_depend_on_the_zone_the_laptop_writes() -> None:
    at = local("2026-09-15 23:00")
    for zone in ("Asia/Shanghai", "America/New_York"):
        assert ask(Act.CALL, at.astimezone(ZoneInfo(zone)), BARE) == ask(Act.CALL, at, BARE)
