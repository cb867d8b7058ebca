"""The situations of the trade beyond the agreed table, told one by one."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from sync.domain.situation import (
    Act,
    ActiveHold,
    Agreement,
    Call,
    Complaint,
    CustomerState,
    Decision,
    Lifting,
    OfficerOnVisit,
    Recording,
    RuleFinding,
    Sensitive,
    Severity,
    Situation,
    ThirdParty,
    Verdict,
    Wishes,
)
from sync.policy.engine import PolicyEngine
from sync.policy.packs.pack import read_pack
from tests.unit.sync.policy.desk import (
    CERTIFIED,
    ENGINE,
    PACK_FILE,
    TEN,
    agreed,
    bent,
    call,
    door,
    local,
    plan,
    window,
    words_of,
)

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
TUESDAY = "2026-09-15"


def ask(act: Act, at: str, situation: Situation) -> Decision:
    return ENGINE.judge(act, local(at), situation)


def going_on(at: str, situation: Situation) -> Decision:
    return ask(Act.VISIT_END, at, situation)


EVENING = window(f"{TUESDAY} 19:30", f"{TUESDAY} 20:00")


@pytest.mark.parametrize(
    ("clock", "warns"),
    [
        ("20:00", ()),
        ("20:05", ("CN-OVERRUN",)),
        ("21:59", ("CN-OVERRUN",)),
        ("22:00", ("CN-OVERRUN", "CN-QUIET")),
        ("23:59", ("CN-OVERRUN", "CN-QUIET")),
    ],
)
def test_running_visit_warns_and_at_night_asks_to_end(clock: str, warns: tuple[str, ...]) -> None:
    decision = going_on(f"{TUESDAY} {clock}", EVENING)
    assert (decision.blocks, decision.warns) == ((), warns)
    sentences = " ".join(words_of("cn", "en").sentence(f) for f in decision.findings)
    assert ("leave now" in sentences) is ("CN-QUIET" in warns)


def test_customer_who_asks_to_leave_is_obeyed_at_once() -> None:
    asked = bent(asked_to_leave=True)
    for act in (Act.VISIT_END, Act.VISIT_START, Act.RECORDING):
        assert "CN-LEAVE" in ENGINE.judge(act, TEN, asked).blocks


def test_certificate_that_ends_at_midnight_during_a_late_visit() -> None:
    late = window(f"{TUESDAY} 21:00", f"{TUESDAY} 22:00", requested_by_customer=True, written=True)
    officers = (CERTIFIED, OfficerOnVisit(date(2026, 9, 15)))
    late = msgspec.structs.replace(late, officers=officers)
    assert plan(late).blocks == ()
    assert door(late, local(f"{TUESDAY} 21:00")).blocks == ()
    assert "CN-CERT" not in going_on(f"{TUESDAY} 23:59:59", late).warns
    after = going_on("2026-09-16 00:00", late)
    assert (after.blocks, after.warns) == ((), ("CN-CERT", "CN-OVERRUN", "CN-QUIET"))


def test_appointment_agreed_before_the_customer_complained() -> None:
    complained = (Complaint(TEN - DAY),)
    held = bent(complaints=complained, holds=(ActiveHold("complaint", TEN - DAY),))
    assert plan(bent()).verdict is Verdict.ALLOW
    assert door(held).blocks == ("CN-COMPLAINT", "CN-HOLD")
    assert door(bent(complaints=complained)).blocks == ("CN-COMPLAINT",)
    answered = (Complaint(TEN - DAY, TEN - MINUTE),)
    assert door(bent(complaints=answered)).blocks == ()


def test_hold_lifted_ten_minutes_before_the_visit() -> None:
    lifting = Situation(actor_role="lead", lifting=Lifting("dispute", TEN - DAY, reason="已核对"))
    assert ENGINE.judge(Act.HOLD_LIFT, TEN - 10 * MINUTE, lifting).verdict is Verdict.ALLOW
    assert door(bent()).verdict is Verdict.ALLOW


def test_customer_who_moved_to_another_zone_is_judged_there() -> None:
    moved = bent(zone="Europe/Berlin")
    assert plan(moved).blocks == ("CN-NIGHT",)
    assert door(moved).blocks == ("CN-NIGHT",)


def test_laptop_clock_that_is_two_hours_wrong_is_asked_again_by_the_server() -> None:
    assert door(bent(), TEN).blocks == ()
    assert door(bent(), TEN + 2 * timedelta(hours=1)).blocks == ("CN-AGREED",)


@pytest.mark.parametrize(
    ("by", "blocks"),
    [
        ("customer", ()),
        ("co_borrower", ()),
        ("guarantor", ("CN-AGREED",)),
        ("family", ("CN-AGREED",)),
        ("third_party", ("CN-AGREED",)),
        ("guardian", ("CN-AGREED",)),
    ],
)
def test_only_a_party_may_agree(by: str, blocks: tuple[str, ...]) -> None:
    assert plan(agreed(by=by)).blocks == blocks
    assert door(agreed(by=by)).blocks == blocks


def test_spouse_who_is_co_borrower_may_be_met_when_she_agreed() -> None:
    hers = agreed(by="co_borrower")
    assert door(msgspec.structs.replace(hers, present=("co_borrower",))).blocks == ()
    his = bent(present=("co_borrower",))
    assert door(his).blocks == ("CN-DOOR-ABSENT",)


@pytest.mark.parametrize("state", [CustomerState(guardian=True), CustomerState(minor=True)])
def test_customer_under_guardianship_is_met_only_with_the_guardian(state: CustomerState) -> None:
    assert plan(bent(customer=state)).blocks == ("CN-GUARDIAN",)
    assert call(TEN, bent(customer=state)).blocks == ("CN-GUARDIAN",)
    by_guardian = msgspec.structs.replace(agreed(by="guardian"), customer=state)
    assert plan(by_guardian).blocks == ()
    there = msgspec.structs.replace(by_guardian, present=("guardian", "minor"))
    assert door(there).warns == ("CN-DOOR-MINOR",)
    talk = Situation(customer=state, third_party=ThirdParty("guardian"))
    assert ENGINE.judge(Act.THIRD_PARTY_CONTACT, TEN, talk).verdict is Verdict.ALLOW


def test_customer_in_hospital_is_not_visited() -> None:
    ill = bent(customer=CustomerState(hospital=True))
    assert (plan(ill).blocks, call(TEN, ill).warns) == (("CN-HOSPITAL",), ("CN-HOSPITAL",))
    assert ENGINE.judge(Act.LETTER, TEN, ill).verdict is Verdict.ALLOW


def test_caps_are_shared_with_the_agency_that_took_over_at_noon() -> None:
    bank = [Call(local(f"{TUESDAY} 09:0{n}"), True) for n in range(2)]
    agency = [Call(local(f"{TUESDAY} 14:00"), True)]
    assert call(local(f"{TUESDAY} 15:00"), bent(calls=tuple(bank))).blocks == ()
    assert call(local(f"{TUESDAY} 15:00"), bent(calls=(*bank, *agency))).blocks == ("CN-CALLS-DAY",)


def test_fourth_call_of_three_officers_is_found_when_all_have_synced() -> None:
    together = tuple(Call(local(f"{TUESDAY} 09:0{n}"), True) for n in range(3))
    alone = call(local(f"{TUESDAY} 09:30"), bent(calls=together[:1]))
    assert alone.verdict is Verdict.ALLOW
    assert call(local(f"{TUESDAY} 09:30"), bent(calls=together)).blocks == ("CN-CALLS-DAY",)


def test_visit_the_customer_cancelled_is_stopped_at_the_door() -> None:
    assert door(agreed(withdrawn=True)).blocks == ("CN-AGREED",)


def test_asking_that_was_withdrawn_lifts_nothing() -> None:
    at = local(f"{TUESDAY} 22:40")
    night = {"requested_by_customer": True, "written": True}
    asked = window(f"{TUESDAY} 22:30", f"{TUESDAY} 23:00", **night)
    gone = window(f"{TUESDAY} 22:30", f"{TUESDAY} 23:00", withdrawn=True, **night)
    assert call(at, asked).blocks == ()
    assert call(at, gone).blocks == ("CN-NIGHT",)


def test_complaint_during_the_visit_asks_to_end_it_and_keeps_the_record() -> None:
    heard = bent(complaints=(Complaint(TEN + MINUTE),), holds=(ActiveHold("complaint"),))
    decision = ENGINE.judge(Act.VISIT_END, TEN + 5 * MINUTE, heard)
    assert (decision.blocks, decision.warns) == ((), ("CN-COMPLAINT", "CN-HOLD"))


def test_recording_the_customer_asked_for_needs_no_notice() -> None:
    asked = bent(present=("customer",), recording=Recording(on=True, asked_by_customer=True))
    assert door(asked).blocks == ()
    assert ENGINE.judge(Act.RECORDING, TEN, asked).verdict is Verdict.ALLOW
    with_family = bent(present=("customer", "adult_family"), recording=asked.recording)
    assert ENGINE.judge(Act.RECORDING, TEN, with_family).warns == ("CN-RECORD-OTHERS",)


def test_minor_opens_the_door() -> None:
    assert door(bent(present=("minor",))).blocks == ("CN-DOOR-ABSENT",)


def test_neighbour_who_asks_why_you_are_here_is_told_nothing() -> None:
    for who in ("neighbour", "family", "guarantor", ""):
        asked = Situation(third_party=ThirdParty(who))
        decision = ENGINE.judge(Act.THIRD_PARTY_CONTACT, TEN, asked)
        assert decision.blocks == ("CN-THIRD-PARTY",)


def test_wrong_address_is_a_door_with_a_stranger() -> None:
    assert door(bent(present=("stranger",))).blocks == ("CN-DOOR-ABSENT",)


def test_customer_who_asks_never_to_come_again_is_not_visited_again() -> None:
    never = bent(wishes=Wishes(channels_refused=("visit",)))
    assert plan(never).blocks == ("CN-WISH",)
    assert door(never).blocks == ("CN-WISH",)


def test_promise_made_under_a_plan_may_be_spoken_of_once_the_plan_ended() -> None:
    assert call(TEN, bent(plan_in_force=True)).blocks == ("CN-PLAN-IN-FORCE",)
    assert call(TEN, bent(plan_in_force=False)).verdict is Verdict.ALLOW


def test_erasure_while_a_complaint_is_open_is_refused_with_the_reason() -> None:
    case = Situation(closed_on=date(2020, 1, 1), complaints=(Complaint(TEN - DAY),))
    decision = ENGINE.judge(Act.ERASURE, TEN, case)
    assert decision.blocks == ("CN-KEEP-REASONS",)
    (finding,) = decision.findings
    assert finding.params == {"reasons": "complaint"}
    assert "投诉" in words_of("cn", "zh_CN").sentence(finding)
    assert ENGINE.judge(Act.RETENTION, TEN, case).verdict is Verdict.ALLOW


def test_erasure_says_until_when_the_law_keeps_it() -> None:
    case = Situation(closed_on=date(2026, 9, 1))
    (finding,) = ENGINE.judge(Act.ERASURE, TEN, case).findings
    assert finding.params == {"until_day": "2028-09-01"}
    assert "2028-09-01" in words_of("cn", "en").sentence(finding)


def test_make_up_saturday_is_still_a_saturday_for_the_customer() -> None:
    saturday = window("2026-10-10 10:00", "2026-10-10 11:00")
    free = msgspec.structs.replace(saturday, wishes=Wishes(no_weekdays=(5,)))
    assert plan(saturday).blocks == ()
    assert plan(free).blocks == ("CN-WISH",)


def test_deadline_over_a_leap_day() -> None:
    received = local("2028-02-20 23:59:59")
    assert ENGINE.complaint_due(received, "Asia/Shanghai") == date(2028, 3, 6)
    late = bent(complaints=(Complaint(received),))
    assert "CN-COMPLAINT-DUE" not in call(local("2028-03-06 10:00"), late).warns
    assert "CN-COMPLAINT-DUE" in call(local("2028-03-07 10:00"), late).warns


def test_case_closed_on_a_leap_day_is_kept_to_the_last_of_february() -> None:
    case = Situation(closed_on=date(2024, 2, 29))
    assert ask(Act.ERASURE, "2026-02-28 23:59", case).blocks == ("CN-KEEP-RECORDS",)
    assert ask(Act.ERASURE, "2026-03-01 00:00", case).verdict is Verdict.ALLOW


def test_law_that_changes_between_agreement_and_visit_is_asked_at_the_door() -> None:
    text = PACK_FILE.read_text(encoding="utf-8")
    newer = text.replace('version = "2026.2"', 'version = "2026.3"')
    newer = newer.replace("at_least = 2", "at_least = 3")
    three = PolicyEngine(read_pack(newer))
    before, after = plan(bent()), three.judge(Act.VISIT_START, TEN, bent())
    assert (before.version, before.verdict) == ("2026.2", Verdict.ALLOW)
    assert (after.version, after.blocks) == ("2026.3", ("CN-TWO",))


def test_rule_that_comes_into_force_before_the_visit_speaks_when_it_is_agreed() -> None:
    extra = """
[[rule]]
id = "CN-COMING"
kind = "always"
acts = ["visit_plan", "call"]
from_date = 2026-09-12
text_zh = "新规。"
text_en = "A new rule."
source_zh = "新规"
source_en = "New rule"
confidence = "S"
"""
    coming = PolicyEngine(read_pack(PACK_FILE.read_text(encoding="utf-8") + extra))
    now = local("2026-09-10 09:00")
    assert coming.judge(Act.CALL, now, bent()).blocks == ()
    assert coming.judge(Act.VISIT_PLAN, now, bent()).blocks == ("CN-COMING",)


@pytest.mark.parametrize(
    ("kind", "state"),
    [("bereavement", "deceased"), ("minor", "minor"), ("illness", "hospital")],
)
def test_holds_that_follow_the_customers_state_end_with_it(kind: str, state: str) -> None:
    lifting = Lifting(kind, TEN - 99 * DAY, reason="了结", asked_by_customer=True)
    for holds_on in (True, False):
        customer = CustomerState(**{state: holds_on})
        case = Situation(actor_role="lead", lifting=lifting, customer=customer)
        assert bool(ENGINE.judge(Act.HOLD_LIFT, TEN, case).blocks) is holds_on


def test_wishes_about_place_and_language_bind() -> None:
    not_home = Wishes(places_refused=("home", "work"), language="ug")
    assert plan(bent(wishes=not_home)).blocks == ("CN-WISH",)
    at_branch = msgspec.structs.replace(agreed(place="branch"), wishes=not_home)
    assert plan(at_branch).blocks == ()
    in_chinese = msgspec.structs.replace(at_branch, language="zh")
    assert plan(in_chinese).blocks == ("CN-WISH",)
    finding = plan(in_chinese).findings[0]
    assert words_of("cn", "zh_CN").sentence(finding) == "与客户的要求不符：只使用语言 ug。"


def test_wish_of_a_later_version_is_told_as_it_was_written() -> None:
    later = RuleFinding("CN-WISH", Severity.BLOCK, {"wish": "before lunch"})
    assert words_of("cn", "en").sentence(later) == "Against the customer's wish: before lunch."


@pytest.mark.parametrize(
    ("wishes", "zh", "en"),
    [
        (Wishes(channels_refused=("visit",)), "不接受上门", "no visits"),
        (Wishes(no_weekdays=(1,)), "避开周二", "not on Tuesdays"),
        (Wishes(not_before=time(14)), "不早于 14:00", "not before 14:00"),
        (Wishes(not_after=time(9)), "不晚于 09:00", "not after 09:00"),
        (Wishes(places_refused=("home",)), "不在家中", "not at home"),
    ],
)
def test_wish_is_told_in_words(wishes: Wishes, zh: str, en: str) -> None:
    (finding,) = plan(bent(wishes=wishes)).findings
    assert zh in words_of("cn", "zh_CN").sentence(finding)
    assert en in words_of("cn", "en").sentence(finding)


def test_sensitive_information_without_consent_may_not_be_kept() -> None:
    kept = Situation(sensitive=Sensitive(kept=True))
    assert ENGINE.judge(Act.RETENTION, TEN, kept).blocks == ("CN-SENSITIVE",)


def there(text: str) -> datetime:
    """Return an instant written by a laptop in New York, as its clock tells it."""
    return local(text, "America/New_York").astimezone(ZoneInfo("America/New_York"))


@pytest.mark.parametrize(
    ("agreed_at", "start", "blocked"),
    [
        ("2026-03-07 10:00", "2026-03-08 10:00", True),  # the clock skipped an hour: 23 passed
        ("2026-03-07 09:00", "2026-03-08 10:00", False),
        ("2026-10-31 10:30", "2026-11-01 09:30", False),  # one came twice: 24 passed
        ("2026-10-31 10:31", "2026-11-01 09:30", True),
    ],
)
def test_hours_that_passed_are_counted_not_those_of_the_clock(
    agreed_at: str, start: str, blocked: bool
) -> None:
    agreement = Agreement(there(start), None, there(agreed_at))
    asked = bent(zone="America/New_York", agreement=agreement)
    decision = ENGINE.judge(Act.VISIT_PLAN, there(agreed_at), asked)
    assert ("CN-LEAD" in decision.blocks) is blocked


def test_quarter_hour_before_the_door_is_one_that_passed() -> None:
    early = Agreement(there("2026-03-08 03:10"), there("2026-03-08 04:00"))
    asked = bent(zone="America/New_York", agreement=early)
    for at, blocked in (("2026-03-08 01:55", False), ("2026-03-08 01:54", True)):
        decision = ENGINE.judge(Act.VISIT_START, there(at), asked)
        assert ("CN-AGREED" in decision.blocks) is blocked
