"""Other countries are other packs: the numbers of their sources, and what they share."""

from datetime import date, timedelta

import pytest

from sync.domain.situation import Act, ActiveHold, Call, Situation, Verdict
from tests.unit.sync.policy.desk import PACKS, engine_for, local, pack_of, words_of

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


@pytest.mark.parametrize("pack", PACKS)
def test_every_rule_has_words_source_date_and_confidence(pack: str) -> None:
    zh, en = words_of(pack, "zh_CN"), words_of(pack, "en")
    for rule in pack_of(pack).rules:
        assert rule.id.startswith(f"{pack[:2].upper()}-")
        if rule.house:
            assert "本行规定" in zh.source(rule.id)
            assert "ouse rule" in en.source(rule.id)
        else:
            assert f"〔{rule.confidence}：" in zh.source(rule.id)
            assert f" [{rule.confidence}: " in en.source(rule.id)


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
