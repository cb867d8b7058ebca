"""Other countries are other packs: the numbers of their sources, and what they share."""

from datetime import date, timedelta

import pytest

from sync.domain.situation import Act, ActiveHold, Call, Situation, Verdict
from tests.unit.sync.policy.desk import (
    PACKS,
    SMALL_HEAD,
    engine_for,
    engine_of,
    local,
    pack_of,
    rule,
    words_of,
)

DAY = timedelta(days=1)
NEW_YORK = "America/New_York"


def blocks(pack: str, act: Act, at: str, zone: str, **values: object) -> tuple[str, ...]:
    return engine_for(pack).judge(act, local(at, zone), Situation(zone=zone, **values)).blocks


@pytest.mark.parametrize(
    ("pack", "zone", "rule", "first", "last"),
    [
        ("us-reg-f", NEW_YORK, "US-HOURS", "08:00", "20:59"),
        ("us-reg-f", "America/Los_Angeles", "US-HOURS", "08:00", "20:59"),
        ("uk-conc", "Europe/London", "UK-HOURS", "08:00", "20:59"),
        ("in-rbi", "Asia/Kolkata", "IN-HOURS", "08:00", "18:59"),
        ("cn", "Asia/Shanghai", "CN-NIGHT", "08:00", "21:59"),
    ],
)
def test_first_and_last_minute_of_the_day(
    pack: str, zone: str, rule: str, first: str, last: str
) -> None:
    for clock in (first, last):
        assert blocks(pack, Act.CALL, f"2026-09-15 {clock}", zone) == ()
    before = local(f"2026-09-15 {first}", zone) - timedelta(minutes=1)
    after = local(f"2026-09-15 {last}", zone) + timedelta(minutes=1)
    for at in (before, after):
        assert engine_for(pack).judge(Act.CALL, at, Situation(zone=zone)).blocks == (rule,)


def test_hours_follow_the_clock_over_its_changes() -> None:
    """On 8 March the clocks of New York go forward, on 1 November back."""
    for day in ("2026-03-08", "2026-11-01"):
        assert blocks("us-reg-f", Act.CALL, f"{day} 07:59", NEW_YORK) == ("US-HOURS",)
        assert blocks("us-reg-f", Act.CALL, f"{day} 08:00", NEW_YORK) == ()


def calls(*days: int, connected: bool = False) -> dict[str, tuple[Call, ...]]:
    return {"calls": tuple(Call(local(f"2026-09-{d:02} 09:00", NEW_YORK), connected) for d in days)}


def test_seven_calls_in_seven_days_and_no_eighth() -> None:
    now = "2026-09-15 12:00"
    assert blocks("us-reg-f", Act.CALL, now, NEW_YORK, **calls(9, 10, 11, 12, 13, 14)) == ()
    seven = calls(9, 10, 11, 12, 13, 14, 15)
    assert blocks("us-reg-f", Act.CALL, now, NEW_YORK, **seven) == ("US-CALLS-7",)
    older = calls(8, 10, 11, 12, 13, 14, 15)
    assert blocks("us-reg-f", Act.CALL, now, NEW_YORK, **older) == ()


def test_day_of_the_talk_is_the_first_of_seven() -> None:
    talked = calls(9, connected=True)
    assert blocks("us-reg-f", Act.CALL, "2026-09-15 23:59", NEW_YORK, **talked) == (
        "US-CALLS-TALK",
        "US-HOURS",
    )
    assert blocks("us-reg-f", Act.CALL, "2026-09-16 08:00", NEW_YORK, **talked) == ()
    rang = {"conversations": (local("2026-09-14 18:00", NEW_YORK),)}
    assert blocks("us-reg-f", Act.CALL, "2026-09-15 12:00", NEW_YORK, **rang) == ("US-CALLS-TALK",)


def test_request_to_cease_stops_every_channel() -> None:
    ceased = {"holds": (ActiveHold("cease_contact"),)}
    for act in (Act.CALL, Act.SMS, Act.APP, Act.LETTER, Act.THIRD_PARTY_CONTACT):
        assert "US-CEASE" in blocks("us-reg-f", act, "2026-09-15 12:00", NEW_YORK, **ceased)


@pytest.mark.parametrize(
    ("pack", "due"),
    [
        ("cn", date(2026, 9, 30)),
        ("us-reg-f", date(2026, 9, 30)),
        ("uk-conc", date(2026, 11, 10)),
        ("in-rbi", date(2026, 10, 15)),
    ],
)
def test_every_pack_gives_complaints_a_time(pack: str, due: date) -> None:
    zone = pack_of(pack).zone
    assert engine_for(pack).complaint_due(local("2026-09-15 23:59", zone), zone) == due
    assert engine_for(pack).complaint_due(local("2026-09-16 00:00", zone), zone) == due + DAY


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-09-18 10:00", date(2026, 9, 24)),  # a Friday; the Sunday is made up
        ("2026-09-19 10:00", date(2026, 9, 24)),
        ("2026-09-30 23:59", date(2026, 10, 13)),  # over National Day and a made-up Saturday
        ("2027-03-05 10:00", date(2027, 3, 12)),
    ],
)
def test_working_days_are_counted_as_people_work(received: str, due: date) -> None:
    deadline = {"kind": '"complaint_deadline"', "days": "5", "count": '"working_days"'}
    head = SMALL_HEAD.replace('"weekdays"', '"CN"')
    engine = engine_of(rule(**deadline), head=head)
    assert engine.complaint_due(local(received), "Asia/Shanghai") == due


def test_pack_that_gives_complaints_no_time_says_so() -> None:
    with pytest.raises(LookupError, match="no time"):
        engine_of(rule()).complaint_due(local("2026-09-15 10:00"), "Asia/Shanghai")


@pytest.mark.parametrize(
    ("received", "days"),
    [
        ("2019-12-31", 5),  # before every rule: the first
        ("2020-01-01", 5),
        ("2025-12-31", 5),
        ("2026-06-15", 5),  # between two: the one before
        ("2027-01-01", 9),
    ],
)
def test_deadline_is_that_of_the_day_or_the_nearest_before(received: str, days: int) -> None:
    deadline = {"kind": '"complaint_deadline"', "count": '"calendar_days"'}
    first = rule(**deadline, days="5", until_date="2026-01-01")
    later = rule(**deadline, days="9", from_date="2027-01-01")
    due = engine_of(later, first).complaint_due(local(f"{received} 10:00"), "Asia/Shanghai")
    assert due == date.fromisoformat(received) + days * DAY


CONFIDENCE = {
    "Q": ("〔有原文依据〕", "[quoted]"),
    "S": ("〔待核对原文〕", "[to be checked at the source]"),
}


@pytest.mark.parametrize("pack", PACKS)
def test_every_rule_has_words_source_date_and_confidence(pack: str) -> None:
    zh, en = words_of(pack, "zh_CN"), words_of(pack, "en")
    for one in pack_of(pack).rules:
        assert one.id.startswith(f"{pack[:2].upper()}-")
        if one.house:
            assert "本行规定" in zh.source(one.id)
            assert "ouse rule" in en.source(one.id)
        else:
            chinese, english = CONFIDENCE[one.confidence]
            assert chinese in zh.source(one.id)
            assert english in en.source(one.id)


@pytest.mark.parametrize("pack", PACKS)
def test_a_hold_may_be_laid_in_the_worst_of_cases(pack: str) -> None:
    worst = Situation(
        holds=(ActiveHold("complaint"),), plan_in_force=True, asked_to_leave=True, present=()
    )
    decision = engine_for(pack).judge(Act.HOLD, local("2026-10-01 03:00"), worst)
    assert (decision.verdict, decision.findings) == (Verdict.ALLOW, ())


@pytest.mark.parametrize("pack", PACKS)
def test_officer_lifts_no_hold_and_a_lead_only_with_a_reason(pack: str) -> None:
    rules = engine_for(pack).judge(Act.HOLD_LIFT, local("2026-09-15 10:00"), Situation()).blocks
    assert {r.partition("-")[2] for r in rules} == {"LIFT-REASON", "LIFT-ROLE"}
