"""Caps, the ladder, the agreement and the lead time at their boundaries."""

from datetime import date, timedelta

import msgspec
import pytest

from sync.domain.situation import Act, Agreement, Call, Decision, Situation
from tests.unit.sync.policy.desk import (
    AGREED,
    ENGINE,
    GOOD,
    NOW,
    TEN,
    agreed,
    bent,
    call,
    door,
    engine_of,
    local,
    plan,
    rule,
)

WEEK = timedelta(hours=168)
SECOND = timedelta(seconds=1)


def calls(*times: str, connected: bool = True) -> tuple[Call, ...]:
    return tuple(Call(local(t), connected) for t in times)


def values(decision: Decision, rule_id: str) -> dict[str, object]:
    (finding,) = (f for f in decision.findings if f.rule == rule_id)
    return finding.params


@pytest.mark.parametrize(("made", "blocked"), [(0, False), (2, False), (3, True), (4, True)])
def test_fourth_connected_call_of_a_day_is_blocked(made: int, blocked: bool) -> None:
    times = [f"2026-09-15 09:{n:02}" for n in range(made)]
    decision = call(local("2026-09-15 16:00"), bent(calls=calls(*times)))
    assert ("CN-CALLS-DAY" in decision.blocks) is blocked


def test_calls_that_nobody_answered_do_not_count() -> None:
    tried = calls(*(f"2026-09-15 09:{n:02}" for n in range(9)), connected=False)
    assert call(local("2026-09-15 16:00"), bent(calls=tried)).blocks == ()


def test_calls_count_by_the_local_date() -> None:
    three = calls("2026-09-15 08:00", "2026-09-15 08:10", "2026-09-15 08:20")
    assert "CN-CALLS-DAY" in call(local("2026-09-15 21:00"), bent(calls=three)).blocks
    assert "CN-CALLS-DAY" not in call(local("2026-09-16 08:00"), bent(calls=three)).blocks
    # 08:00 in Shanghai is still the day before in New York.
    away = bent(calls=three, zone="America/New_York")
    assert "CN-CALLS-DAY" not in call(local("2026-09-15 21:00"), away).blocks


def test_the_cap_says_how_many_there_were() -> None:
    three = calls("2026-09-15 08:00", "2026-09-15 08:10", "2026-09-15 08:20")
    decision = call(local("2026-09-15 21:00"), bent(calls=three))
    assert values(decision, "CN-CALLS-DAY") == {"count": 3, "limit": 3}


@pytest.mark.parametrize(
    ("visit", "blocked"),
    [
        ("2026-09-14 23:59", False),
        ("2026-09-15 00:00", True),
        ("2026-09-15 09:00", True),
        ("2026-09-15 23:59", True),
        ("2026-09-16 00:00", False),
    ],
)
def test_one_visit_a_local_date(visit: str, blocked: bool) -> None:
    visited = bent(visits=(local(visit),))
    for decision in (plan(visited), door(visited)):
        assert ("CN-VISITS-DAY" in decision.blocks) is blocked


@pytest.mark.parametrize(
    ("before", "blocked"), [(WEEK + SECOND, False), (WEEK, True), (timedelta(days=2), True)]
)
def test_third_visit_within_seven_days_is_blocked_the_far_end_included(
    before: timedelta, blocked: bool
) -> None:
    visited = bent(visits=(TEN - before, TEN - timedelta(days=3)))
    for decision in (plan(visited), door(visited)):
        assert ("CN-VISITS-WEEK" in decision.blocks) is blocked


def test_the_seven_days_are_those_before_the_window_not_before_the_planning() -> None:
    visited = bent(visits=(NOW - timedelta(days=3), NOW - timedelta(days=4)))
    assert "CN-VISITS-WEEK" not in plan(visited).blocks


def test_visit_at_the_very_start_is_not_before_it() -> None:
    assert plan(bent(visits=(TEN, TEN + SECOND))).blocks == ("CN-VISITS-DAY",)


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, None),
        ({"reminders": ()}, "reminder"),
        ({"calls": ()}, "phone"),
        ({"reminders": (), "calls": ()}, "reminder"),
        ({"calls": calls("2026-08-10 10:00", connected=False)}, "phone"),
    ],
)
def test_reminder_then_phone_then_visit(changes: dict[str, object], missing: str | None) -> None:
    for decision in (plan(bent(**changes)), door(bent(**changes))):
        if missing is None:
            assert decision.blocks == ()
        else:
            assert decision.blocks == ("CN-LADDER",)
            assert values(decision, "CN-LADDER") == {"missing": missing}


@pytest.mark.parametrize(
    ("days", "enough"),
    [
        (("2026-08-10 10:00", "2026-08-11 10:00", "2026-08-12 10:00"), True),
        (("2026-08-10 10:00", "2026-08-11 10:00", "2026-08-11 20:00"), False),
        (("2026-08-10 23:59", "2026-08-11 00:00", "2026-08-12 00:00"), True),
        (("2026-08-10 00:00", "2026-08-10 23:59", "2026-08-11 12:00"), False),
    ],
)
def test_unanswered_calls_must_lie_on_three_local_dates(
    days: tuple[str, ...], enough: bool
) -> None:
    tried = bent(calls=calls(*days, connected=False))
    assert (plan(tried).blocks == ()) is enough


@pytest.mark.parametrize(
    ("reminded", "counts"), [("2026-07-31 23:59:59", False), ("2026-08-01 00:00", True)]
)
def test_contacts_count_from_local_midnight_of_the_first_overdue_day(
    reminded: str, counts: bool
) -> None:
    reminder = bent(reminders=(local(reminded),))
    assert (plan(reminder).blocks == ()) is counts
    called = bent(calls=calls(reminded))
    assert (plan(called).blocks == ()) is counts


def test_everything_counts_when_nobody_knows_since_when() -> None:
    long_ago = bent(
        overdue_since=None,
        reminders=(local("2020-01-01 10:00"),),
        calls=calls("2020-01-02 10:00"),
    )
    assert plan(long_ago).blocks == ()


@pytest.mark.parametrize(
    ("agreement", "why"),
    [
        (None, "none"),
        (msgspec.structs.replace(AGREED, by="third_party"), "third_party"),
        (msgspec.structs.replace(AGREED, withdrawn=True), "withdrawn"),
        (msgspec.structs.replace(AGREED, by="third_party", withdrawn=True), "third_party"),
    ],
)
def test_visit_needs_the_customers_own_standing_agreement(
    agreement: Agreement | None, why: str
) -> None:
    without = bent(agreement=agreement)
    for decision in (plan(without, TEN), door(without)):
        assert decision.blocks == ("CN-AGREED",)
        assert values(decision, "CN-AGREED") == {"why": why}


@pytest.mark.parametrize(
    ("at", "why"),
    [
        ("2026-09-15 09:44:59", "too_early"),
        ("2026-09-15 09:45:00", None),
        ("2026-09-15 11:00:00", None),
        ("2026-09-15 11:00:01", "too_late"),
    ],
)
def test_visit_begins_inside_the_agreed_window_or_little_before(at: str, why: str | None) -> None:
    decision = door(GOOD, local(at))
    assert decision.blocks == (() if why is None else ("CN-AGREED",))
    if why:
        assert values(decision, "CN-AGREED") == {"why": why}


def test_agreement_without_a_window_does_not_bind_the_hour() -> None:
    assert door(bent(agreement=Agreement()), local("2026-09-15 15:00")).blocks == ()


def test_planning_is_not_bound_to_the_agreed_window() -> None:
    assert plan(GOOD, local("2026-09-15 16:00")).blocks == ()


@pytest.mark.parametrize(
    ("ahead", "blocked"),
    [
        (timedelta(hours=24), False),
        (timedelta(hours=24) - SECOND, True),
        (timedelta(0), True),
        (timedelta(hours=-1), True),
    ],
)
def test_a_day_lies_between_agreement_and_visit(ahead: timedelta, blocked: bool) -> None:
    soon = agreed(agreed_at=TEN - ahead)
    assert ("CN-LEAD" in plan(soon).blocks) is blocked


def test_customer_may_ask_for_sooner() -> None:
    soon = agreed(agreed_at=TEN - timedelta(hours=1), requested_by_customer=True)
    assert plan(soon).blocks == ()


@pytest.mark.parametrize("unknown", ["agreed_at", "start"])
def test_lead_time_needs_both_ends(unknown: str) -> None:
    soon = {"agreed_at": TEN - timedelta(hours=1), unknown: None}
    assert "CN-LEAD" not in plan(agreed(**soon), TEN).blocks


def test_lead_time_is_not_asked_again_at_the_door() -> None:
    assert door(agreed(agreed_at=TEN - timedelta(hours=1))).blocks == ()


def test_cap_with_a_higher_limit_says_the_packs_number() -> None:
    engine = engine_of(
        rule(kind='"rolling_cap"', of='"visits"', hours="24", limit="2", text_en='"{count}"')
    )
    visits = tuple(TEN - timedelta(hours=h) for h in (1, 2, 24))
    decision = engine.judge(Act.CALL, TEN, Situation(visits=visits))
    assert values(decision, "XX-ONE") == {"count": 3, "limit": 2}


def test_overdue_since_the_future_leaves_the_ladder_unclimbed() -> None:
    assert plan(bent(overdue_since=date(2026, 9, 1))).blocks == ("CN-LADDER",)


def test_contacts_do_not_climb_for_calls_and_messages() -> None:
    for act in (Act.CALL, Act.SMS):
        assert ENGINE.judge(act, TEN, Situation()).verdict == "allow"
