"""Relief on a real vault: kept together or not at all, standing by payments, who may do what."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import msgspec
import pytest

from field_app.operations import referrals, relief, wishes
from field_app.operations.desk import Desk
from field_app.operations.hardship import HardshipForm
from field_app.operations.relief import Kept, MonthForm
from field_app.operations.submit import Saved, Written
from sync.domain.budget import CostKind, IncomeKind
from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.outcome import Actor, Conflict, Gone, Refused
from sync.domain.plan_terms import Affordability, PlanTerms, TermsTrouble
from sync.domain.records import Payment, Plan, PlanAgreement, Versioned
from sync.domain.situation import Wishes
from sync.domain.vocabulary import HardshipCause, PlanState, ReferralOutcome, Role
from sync.policy.relief.proposals import Proposals
from tests.storage.feed import page, put
from tests.storage.furnished_vault import KNOWN, NOW, Furnished, SetClock

CASE = KNOWN.id
START = date(2026, 9, 10)
TERMS = PlanTerms(1_000_000, 20_000, 500, 10, 0, START, date(2026, 10, 10))
EACH = 102_050  # a tenth of all that is owed
WRITTEN = PlanAgreement(NOW, written=True, recorded=False)


def month(**other: object) -> MonthForm:
    plain = MonthForm(
        CASE, None, 1, 0, {IncomeKind.PAY: 600_000}, {CostKind.FOOD: 200_000}, consent=True
    )
    return msgspec.structs.replace(plain, **other)


def as_lead(desk: Desk) -> Desk:
    return replace(desk, me=Actor(OfficerId("chen"), Role.LEAD, KNOWN.team_id))


def as_compliance(desk: Desk) -> Desk:
    return replace(desk, me=Actor(OfficerId("sun"), Role.COMPLIANCE, KNOWN.team_id))


def saved(written: Written) -> Saved:
    assert isinstance(written, Saved), written
    return written


def code(written: Written) -> str:
    assert isinstance(written, Refused), written
    return written.reasons[0].code


def kept(desk: Desk) -> Kept:
    file = relief.open_relief(desk, CASE)
    assert file is not None
    assert file.kept is not None
    return file.kept


def propose(desk: Desk, **other: object) -> Versioned[Plan]:
    saved(relief.propose(desk, month(**other), TERMS, "分十期"))
    return kept(desk).plan


def agreed(desk: Desk) -> Versioned[Plan]:
    saved(relief.decide(as_lead(desk), propose(desk), approve=True, reason=""))
    saved(relief.agree(desk, kept(desk).plan, WRITTEN))
    return kept(desk).plan


def receive(furnished: Furnished, *paid: tuple[date, int]) -> None:
    """Let the books tell of payments."""
    rows = [
        put(Payment(RecordId(f"pay-{n}"), CASE, day, fen), commit=9, idx=n)
        for n, (day, fen) in enumerate(paid)
    ]
    furnished.store.replica.apply_page(page(*rows))


def at(furnished: Furnished, day: date) -> None:
    clock = furnished.clock
    assert isinstance(clock, SetClock)
    clock.at = datetime.combine(day, NOW.timetz())


def test_a_case_that_is_not_here_has_no_file(furnished: Furnished) -> None:
    assert relief.open_relief(furnished.desk, CaseId("other")) is None
    with pytest.raises(LookupError):
        relief.ways(furnished.desk, CaseId("other"), 100_000, 0)


def test_the_month_and_the_ways_come_from_the_policy(furnished: Furnished) -> None:
    left = relief.month(furnished.desk, month())
    assert isinstance(left, Affordability)
    assert (left.income_fen, left.surplus_fen, left.affordable_fen) == (600_000, 400_000, 400_000)
    assert isinstance(relief.month(furnished.desk, month(adults=0)), TermsTrouble)
    ways = relief.ways(furnished.desk, CASE, left.affordable_fen, 150_000)
    assert isinstance(ways, Proposals)
    assert all(o.affordable for o in ways.options)
    assert all(o.terms.start == START for o in ways.options)
    tight = relief.ways(furnished.desk, CASE, 1_000, 150_000)
    assert isinstance(tight, Proposals)
    assert tight.counselling
    assert max(o.terms.months + o.terms.deferred_months for o in tight.options) == 60


def test_a_proposal_is_kept_with_its_statement_and_note(furnished: Furnished) -> None:
    note = HardshipForm(CASE, None, (HardshipCause.JOB_LOSS,))
    written = saved(relief.propose(furnished.desk, month(), TERMS, "分十期", note))
    assert written.changes.cases == {CASE}
    assert {"hardship", "budget", "plan"} <= written.changes.kinds
    assert furnished.store.outbox.count("queued") == 3
    file = relief.open_relief(furnished.desk, CASE)
    assert file is not None
    assert file.budget is not None
    assert kept(furnished.desk).plan.record.budget_id == file.budget.id


@pytest.mark.parametrize(
    ("form", "note", "expected"),
    [
        (month(consent=False), None, "budget.needs_consent"),
        (
            month(),
            HardshipForm(CASE, None, (HardshipCause.ILLNESS,)),
            "hardship.needs_consent",
        ),
        (month(adults=0), None, "budget.no_adults"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(
    furnished: Furnished, form: MonthForm, note: HardshipForm | None, expected: str
) -> None:
    trail = furnished.rows("SELECT count(*) FROM audit")
    assert code(relief.propose(furnished.desk, form, TERMS, "", note)) == expected
    assert furnished.store.outbox.count("queued") == 0
    assert furnished.rows("SELECT count(*) FROM audit") == trail
    file = relief.open_relief(furnished.desk, CASE)
    assert file is not None
    assert (file.budget, file.kept) == (None, None)


def test_a_statement_alone_is_kept_too(furnished: Furnished) -> None:
    saved(relief.record_month(furnished.desk, month()))
    furnished.clock.at += timedelta(days=1)
    saved(relief.record_month(furnished.desk, month(adults=2)))
    file = relief.open_relief(furnished.desk, CASE)
    assert file is not None
    assert file.budget is not None
    assert file.budget.adults == 2
    assert file.kept is None


def test_each_state_offers_only_what_this_person_may(furnished: Furnished) -> None:
    desk = furnished.desk
    lead, compliance = as_lead(desk), as_compliance(desk)
    propose(desk)
    assert kept(desk).acts == ("take_back",)
    assert kept(lead).acts == ("approve", "decline")
    assert kept(compliance).acts == ("take_back",)
    saved(relief.decide(lead, kept(lead).plan, approve=True, reason=""))
    assert kept(desk).acts == ("agree", "take_back")
    assert kept(compliance).acts == ("take_back",)
    saved(relief.agree(desk, kept(desk).plan, WRITTEN))
    assert kept(desk).acts == ()
    assert kept(lead).acts == ("end",)
    assert kept(compliance).acts == ("end",)
    saved(relief.end(lead, kept(lead).plan, PlanState.ENDED, "客户要求重新安排"))
    assert kept(lead).acts == ()


def test_every_act_offered_is_one_that_is_taken(furnished: Furnished) -> None:
    desk = furnished.desk
    saved(relief.end(desk, propose(desk), PlanState.ENDED, "客户改变主意"))
    furnished.clock.at += timedelta(minutes=1)
    saved(relief.decide(as_lead(desk), propose(desk), approve=False, reason="先谈减息"))
    furnished.clock.at += timedelta(minutes=1)
    saved(relief.end(as_compliance(desk), propose(desk), PlanState.ENDED, "有投诉"))
    file = relief.open_relief(desk, CASE)
    assert file is not None
    assert [p.state for p in file.earlier] == [PlanState.DECLINED, PlanState.ENDED]


def test_a_plan_changed_meanwhile_is_not_decided_again(furnished: Furnished) -> None:
    plan = propose(furnished.desk)
    lead = as_lead(furnished.desk)
    stale = Versioned(plan.rev + 7, plan.record)
    assert isinstance(relief.decide(lead, stale, approve=True, reason=""), Conflict)
    strange = msgspec.structs.replace(plan.record, id=RecordId("none"))
    assert isinstance(relief.agree(lead, Versioned(1, strange), WRITTEN), Gone)


def test_the_payments_say_how_a_plan_stands(furnished: Furnished) -> None:
    agreed(furnished.desk)
    receive(furnished, (date(2026, 9, 1), 5_000), (date(2026, 10, 9), EACH))
    at(furnished, date(2026, 10, 11))
    stands = kept(furnished.desk).standing
    assert stands is not None
    assert (stands.state, stands.paid_fen, stands.due_fen) == ("kept", EACH, EACH)
    assert stands.next_due == date(2026, 11, 10)
    at(furnished, date(2026, 11, 12))
    stands = kept(furnished.desk).standing
    assert stands is not None
    assert (stands.state, stands.behind_fen, stands.missed) == ("behind", EACH, (2,))


def test_a_broken_plan_is_the_leads_to_end(furnished: Furnished) -> None:
    desk = furnished.desk
    agreed(desk)
    at(furnished, date(2026, 11, 30))
    lead = as_lead(desk)
    assert kept(lead).acts == ("break", "end")
    assert kept(desk).acts == ()
    early = relief.end(lead, kept(lead).plan, PlanState.KEPT, "已付清")
    assert code(early) == "repayment.payments_say_otherwise"
    saved(relief.end(lead, kept(lead).plan, PlanState.BROKEN, "两期未付，客户失联"))
    file = relief.open_relief(desk, CASE)
    assert file is not None
    assert not file.case.plan_in_force


def test_a_plan_paid_to_its_end_is_kept(furnished: Furnished) -> None:
    agreed(furnished.desk)
    receive(furnished, (date(2026, 12, 1), 10 * EACH))
    at(furnished, date(2026, 12, 2))
    lead = as_lead(furnished.desk)
    assert kept(lead).acts == ("keep", "end")
    saved(relief.end(lead, kept(lead).plan, PlanState.KEPT, "提前付清"))
    assert kept(lead).plan.record.state is PlanState.KEPT


def test_wishes_take_the_place_of_the_former(furnished: Furnished) -> None:
    desk = furnished.desk
    saved(wishes.record(desk, CASE, Wishes(channels_refused=("sms",)), "不要短信"))
    furnished.clock.at += timedelta(minutes=1)
    saved(wishes.record(desk, CASE, Wishes(language="en"), " English please "))
    file = relief.open_relief(desk, CASE)
    assert file is not None
    assert file.case.wishes == Wishes(language="en")
    assert file.wish is not None
    assert file.wish.words == "English please"


def test_referrals_stand_newest_first_with_their_outcome(furnished: Furnished) -> None:
    desk = furnished.desk
    saved(referrals.refer(desk, CASE, " 调解中心 ", "counselling", ""))
    furnished.clock.at += timedelta(minutes=1)
    saved(referrals.refer(desk, CASE, "法律援助站", "legal_aid", "明天去"))
    assert code(referrals.refer(desk, CASE, " ", "other", "")) == "referral.needs_organisation"
    file = relief.open_relief(desk, CASE)
    assert file is not None
    assert [r.record.organisation for r in file.referrals] == ["法律援助站", "调解中心"]
    saved(referrals.close(desk, file.referrals[1], ReferralOutcome.HELPED, "已谈妥"))
    file = relief.open_relief(desk, CASE)
    assert file is not None
    assert file.referrals[1].record.outcome is ReferralOutcome.HELPED
