"""Night, evening, rest days, unknown years and wishes, to the minute and in the customer's zone."""

from datetime import date, time, timedelta

import pytest

from sync.domain.situation import Act, Situation, Wishes
from sync.policy.calendar import ChineseCalendar, WeekdayCalendar, calendar_for
from tests.unit.sync.policy.desk import (
    AGREED,
    ENGINE,
    GOOD,
    NOW,
    bent,
    call,
    door,
    engine_of,
    local,
    plan,
    rule,
    sms,
    window,
)

TUESDAY = "2026-09-15"


@pytest.mark.parametrize(
    ("clock", "blocked"),
    [("07:59:59", True), ("08:00:00", False), ("21:59:59", False), ("22:00:00", True)],
)
def test_night_is_half_open_for_calls_and_messages(clock: str, blocked: bool) -> None:
    at = local(f"{TUESDAY} {clock}")
    for decision in (call(at), sms(at)):
        assert ("CN-NIGHT" in decision.blocks) is blocked


def test_night_lies_on_both_sides_of_midnight() -> None:
    for clock in ("23:59", "00:00", "03:00"):
        assert "CN-NIGHT" in call(local(f"{TUESDAY} {clock}")).blocks


@pytest.mark.parametrize(
    ("start", "end", "blocks"),
    [
        ("08:00", "09:00", ()),
        ("07:59", "09:00", ("CN-NIGHT",)),
        ("19:00", "20:00", ()),
        ("19:00", "20:01", ("CN-EVENING",)),
        ("20:00", "21:00", ("CN-EVENING",)),
        ("21:00", "22:00", ("CN-EVENING",)),
        ("21:00", "22:01", ("CN-EVENING", "CN-NIGHT")),
        ("22:00", "22:30", ("CN-NIGHT",)),
    ],
)
def test_planned_window_touches_the_night_or_not(
    start: str, end: str, blocks: tuple[str, ...]
) -> None:
    assert plan(window(f"{TUESDAY} {start}", f"{TUESDAY} {end}")).blocks == blocks


def test_window_over_a_whole_night_touches_it_though_both_ends_are_by_day() -> None:
    whole = window(f"{TUESDAY} 10:00", "2026-09-16 10:00")
    assert plan(whole).blocks == ("CN-EVENING", "CN-NIGHT")


def test_window_that_ends_before_it_begins_counts_as_its_beginning() -> None:
    assert plan(window(f"{TUESDAY} 22:30", f"{TUESDAY} 09:00")).blocks == ("CN-NIGHT",)
    assert plan(window(f"{TUESDAY} 07:00", f"{TUESDAY} 06:00")).blocks == ("CN-NIGHT",)


def test_window_without_end_is_an_instant() -> None:
    for clock, blocks in (("19:59", ()), ("20:00", ("CN-EVENING",)), ("22:00", ("CN-NIGHT",))):
        start = local(f"{TUESDAY} {clock}")
        agreement = bent(agreement=AGREED.__class__(start=start, agreed_at=AGREED.agreed_at))
        assert plan(agreement).blocks == blocks


def test_plan_without_a_window_is_judged_at_the_moment_of_planning() -> None:
    bare = bent(agreement=AGREED.__class__())
    assert plan(bare, local(f"{TUESDAY} 20:00")).blocks == ("CN-EVENING",)
    assert plan(bare, local(f"{TUESDAY} 19:59")).blocks == ()


@pytest.mark.parametrize(
    ("clock", "blocked"),
    [("22:29", True), ("22:30", False), ("23:00", False), ("23:01", True)],
)
def test_contact_asked_for_at_night_is_lawful_inside_its_window(clock: str, blocked: bool) -> None:
    asked = window(f"{TUESDAY} 22:30", f"{TUESDAY} 23:00", requested_by_customer=True)
    at = local(f"{TUESDAY} {clock}")
    assert ("CN-NIGHT" in call(at, asked).blocks) is blocked
    assert ("CN-NIGHT" in sms(at, asked).blocks) is blocked


def test_night_is_not_lifted_by_agreeing_without_asking_or_without_a_window() -> None:
    at = local(f"{TUESDAY} 22:40")
    assert "CN-NIGHT" in call(at, window(f"{TUESDAY} 22:30", f"{TUESDAY} 23:00")).blocks
    open_ended = bent(agreement=AGREED.__class__(requested_by_customer=True))
    assert "CN-NIGHT" in call(at, open_ended).blocks
    assert "CN-NIGHT" in call(at, bent(agreement=None)).blocks


def test_no_asking_opens_the_night_for_visits() -> None:
    asked = {"requested_by_customer": True, "written": True}
    assert plan(window(f"{TUESDAY} 22:00", f"{TUESDAY} 22:30", **asked)).blocks == ("CN-NIGHT",)


@pytest.mark.parametrize(
    ("asked", "written", "blocks"),
    [(True, True, ()), (True, False, ("CN-EVENING",)), (False, True, ("CN-EVENING",))],
)
def test_evening_needs_the_customers_own_and_written_wish(
    asked: bool, written: bool, blocks: tuple[str, ...]
) -> None:
    evening = window(
        f"{TUESDAY} 20:00", f"{TUESDAY} 21:00", requested_by_customer=asked, written=written
    )
    assert plan(evening).blocks == blocks
    assert door(evening, local(f"{TUESDAY} 20:00")).blocks == blocks


def test_the_zone_of_the_address_decides_not_that_of_the_instant() -> None:
    nine_in_shanghai = window(f"{TUESDAY} 09:00", f"{TUESDAY} 10:00")
    assert plan(nine_in_shanghai).blocks == ()
    same_instant = window(f"{TUESDAY} 07:00", f"{TUESDAY} 08:00", "Asia/Urumqi")
    assert same_instant.agreement == nine_in_shanghai.agreement
    assert plan(same_instant).blocks == ("CN-NIGHT",)


@pytest.mark.parametrize(
    ("clock", "blocked"), [("12:59", False), ("13:00", True), ("13:59", True), ("14:00", False)]
)
def test_hours_that_do_not_cross_midnight(clock: str, blocked: bool) -> None:
    noon = {"kind": '"forbidden_hours"', "from": '"13:00"', "until": '"14:00"'}
    engine = engine_of(rule(**noon))
    decision = engine.judge(Act.CALL, local(f"{TUESDAY} {clock}"), Situation())
    assert bool(decision.blocks) is blocked


@pytest.mark.parametrize(
    ("day", "rest"),
    [
        ("2026-09-18", False),  # a Friday
        ("2026-09-19", True),  # a Saturday
        ("2026-09-20", False),  # a Sunday made up for National Day
        ("2026-10-10", False),  # a Saturday made up
        ("2026-09-30", False),
        ("2026-10-01", True),
        ("2026-10-07", True),
        ("2026-10-08", False),
        ("2026-02-14", False),  # a Saturday made up for the Spring Festival
        ("2026-02-16", True),  # the eve, a Monday
        ("2026-01-01", True),
    ],
)
def test_rest_days_follow_the_announced_arrangement(day: str, rest: bool) -> None:
    at = local(f"{day} 10:00")
    assert ("CN-REST-DAY" in call(at).blocks) is rest
    assert ("CN-REST-DAY" in sms(at).warns) is rest
    assert ("CN-REST-DAY" in door(GOOD, at).blocks) is rest
    assert ("CN-REST-DAY" in plan(window(f"{day} 10:00", f"{day} 11:00")).blocks) is rest


def test_rest_day_begins_at_local_midnight() -> None:
    late_friday, saturday = local("2026-09-18 23:59"), local("2026-09-19 00:00")
    assert "CN-REST-DAY" not in call(late_friday).blocks
    assert "CN-REST-DAY" in call(saturday).blocks
    assert late_friday.date() == saturday.date()  # the same day in UTC


def test_asking_lifts_the_rest_day_but_messages_are_warned_of_all_the_same() -> None:
    asked = window("2026-09-19 10:00", "2026-09-19 11:00", requested_by_customer=True)
    at = local("2026-09-19 10:00")
    for decision in (plan(asked), door(asked, at), call(at, asked)):
        assert decision.verdict == "allow"
    assert sms(at, asked).warns == ("CN-REST-DAY",)


@pytest.mark.parametrize(
    ("day", "blocks", "warns"),
    [
        ("2026-12-31", (), ()),
        ("2027-01-01", ("CN-REST-DAY",), ("CN-YEAR-UNKNOWN",)),
        ("2027-01-04", (), ("CN-YEAR-UNKNOWN",)),
        ("2027-10-01", ("CN-REST-DAY",), ("CN-YEAR-UNKNOWN",)),
        ("2028-03-11", ("CN-REST-DAY",), ("CN-YEAR-UNKNOWN",)),
    ],
)
def test_year_not_announced_warns_and_keeps_weekends_and_projected_holidays(
    day: str, blocks: tuple[str, ...], warns: tuple[str, ...]
) -> None:
    decision = call(local(f"{day} 10:00"))
    assert (decision.blocks, decision.warns) == (blocks, warns)


def test_year_of_a_plan_is_the_year_of_its_visit() -> None:
    decision = plan(window("2027-01-05 10:00", "2027-01-05 11:00"), local("2026-12-20 10:00"))
    assert "CN-YEAR-UNKNOWN" in decision.warns
    assert "CN-YEAR-UNKNOWN" not in plan(GOOD, local("2027-01-05 10:00")).warns


def test_pack_ahead_of_the_calendar_library_is_not_believed() -> None:
    calendar = ChineseCalendar(2999)
    assert not calendar.is_announced(2999)
    assert calendar.is_working_day(date(2999, 1, 3)) is (date(2999, 1, 3).weekday() < 5)
    assert calendar.is_announced(2026)


def test_years_before_the_first_known_are_unknown() -> None:
    calendar = ChineseCalendar(2026)
    assert not calendar.is_announced(2003)
    assert calendar.is_announced(2004)
    assert not calendar.is_working_day(date(2003, 10, 1))


def test_weekday_calendar_knows_no_holidays_and_no_unknown_years() -> None:
    calendar = calendar_for("weekdays", 2026)
    assert isinstance(calendar, WeekdayCalendar)
    assert calendar.is_working_day(date(2026, 10, 1))
    assert not calendar.is_working_day(date(2026, 9, 20))
    assert calendar.is_announced(2999)


@pytest.mark.parametrize(
    ("channel", "blocked"), [("phone", "call"), ("sms", "sms"), ("visit", "visit")]
)
def test_refused_channel_closes_that_channel_only(channel: str, blocked: str) -> None:
    refusing = bent(wishes=Wishes(channels_refused=(channel,)))
    at = local(f"{TUESDAY} 10:00")
    speaks = {
        "call": call(at, refusing),
        "sms": sms(at, refusing),
        "visit": plan(refusing),
    }
    assert {k for k, d in speaks.items() if "CN-WISH" in d.blocks} == {blocked}
    assert ("CN-WISH" in door(refusing, at).blocks) is (channel == "visit")


@pytest.mark.parametrize(
    ("clock", "blocked"), [("13:59", True), ("14:00", False), ("16:59", False), ("17:00", True)]
)
def test_wished_hours_are_half_open_for_an_instant(clock: str, blocked: bool) -> None:
    wishing = bent(wishes=Wishes(not_before=time(14), not_after=time(17)))
    assert bool(call(local(f"{TUESDAY} {clock}"), wishing).blocks) is blocked


@pytest.mark.parametrize(
    ("start", "end", "blocked"),
    [
        ("14:00", "17:00", False),
        ("13:59", "15:00", True),
        ("16:00", "17:01", True),
        ("17:00", "17:00", True),
    ],
)
def test_wished_hours_hold_for_both_ends_of_a_window(start: str, end: str, blocked: bool) -> None:
    situation = window(f"{TUESDAY} {start}", f"{TUESDAY} {end}")
    agreement = situation.agreement
    wishing = bent(agreement=agreement, wishes=Wishes(not_before=time(14), not_after=time(17)))
    assert ("CN-WISH" in plan(wishing).blocks) is blocked


def test_window_into_the_next_day_runs_past_the_wished_hour() -> None:
    over_midnight = window(f"{TUESDAY} 15:00", "2026-09-16 15:30")
    wishing = bent(agreement=over_midnight.agreement, wishes=Wishes(not_after=time(16)))
    assert "CN-WISH" in plan(wishing).blocks


def test_weekdays_to_keep_free_are_local_and_count_from_monday() -> None:
    at = local(f"{TUESDAY} 00:30")
    assert at.weekday() == 0  # still Monday in UTC
    for weekday in range(7):
        wishing = bent(wishes=Wishes(no_weekdays=(weekday,)))
        assert ("CN-WISH" in call(at, wishing).blocks) is (weekday == 1)


def test_judging_needs_no_particular_zone_of_the_instant() -> None:
    shifted = NOW.astimezone(local(TUESDAY).tzinfo) + timedelta(0)
    assert ENGINE.judge(Act.VISIT_PLAN, shifted, GOOD) == plan(GOOD)
