"""The customer's voice: complaints with their answers, wishes, referrals."""

from datetime import date, time

import pytest

from sync.domain.commands import (
    AnswerComplaint,
    CloseComplaint,
    CloseReferral,
    EscalateComplaint,
    RecordFeedback,
    RecordWish,
    ReferCustomer,
)
from sync.domain.decide import decide
from sync.domain.facts_of_case import situation_of
from sync.domain.outcome import Applied, Conflict, Gone
from sync.domain.records import Case, Complaint, Feedback, Hold, Referral, Versioned, Wish
from sync.domain.situation import Wishes
from sync.domain.vocabulary import (
    ComplaintState,
    FactFlag,
    FeedbackKind,
    HoldKind,
    ReferralOutcome,
)
from tests.unit.sync.domain.town import (
    COMPLIANCE,
    LEAD,
    LI,
    NOW,
    OTHER_LEAD,
    STRANGER,
    code,
    only,
    question,
    replaced,
)


def feedback(kind: FeedbackKind = FeedbackKind.COMPLAINT, case_id: str = "c1") -> Feedback:
    return Feedback("b1", case_id, None, NOW, "li", kind, "privacy", "邻居知道了")


def complaint(**values: object) -> Complaint:
    plain = Complaint("k1", "c1", "b1", "h1", "privacy", NOW, date(2026, 9, 25))
    return replaced(plain, **values)


def answered(**values: object) -> Complaint:
    values = {"state": ComplaintState.ANSWERED, "answer": "已改正"} | values
    return complaint(**values)


def hold(**values: object) -> Hold:
    return replaced(Hold("h1", "c1", HoldKind.COMPLAINT, "li", NOW), **values)


def wish(**values: object) -> Wish:
    plain = Wish("w1", "c1", NOW, "li", Wishes(not_before=time(14)), "下午再来")
    return replaced(plain, **values)


def referral(**values: object) -> Referral:
    return replaced(Referral("f1", "c1", NOW, "li", "社区法律援助站", "debt_advice"), **values)


def test_a_complaint_rests_the_case_and_waits_for_an_answer() -> None:
    outcome = decide(question(), RecordFeedback(feedback(), "h1", "k1"))
    assert only(outcome, Hold).hold is HoldKind.COMPLAINT
    opened = only(outcome, Complaint)
    assert (opened.state, opened.feedback_id, opened.hold_id) == (ComplaintState.OPEN, "b1", "h1")
    assert opened.due == date(2026, 9, 25)
    assert opened.escalated_at is None


def test_praise_opens_nothing() -> None:
    praise = RecordFeedback(feedback(FeedbackKind.PRAISE), "h1", "k1")
    outcome = decide(question(), praise)
    assert isinstance(outcome, Applied)
    assert len(outcome.changes) == 1
    assert isinstance(decide(question(), RecordFeedback(feedback(case_id="c9"), "h", "k")), Gone)


@pytest.mark.parametrize("actor", [LEAD, COMPLIANCE])
def test_leads_and_compliance_answer(actor: object) -> None:
    told = only(
        decide(question(actor, complaint()), AnswerComplaint("k1", "c1", 1, " 已改正 ", NOW)),
        Complaint,
    )
    assert told.state is ComplaintState.ANSWERED
    assert (told.answer, told.answered_by, told.answered_at) == ("已改正", actor.officer_id, NOW)


def test_who_may_not_answer_learns_nothing() -> None:
    answer = AnswerComplaint("k1", "c1", 1, "已改正", NOW)
    for actor in (LI, STRANGER, OTHER_LEAD):
        assert isinstance(decide(question(actor, complaint()), answer), Gone)
    assert isinstance(decide(question(LEAD), answer), Gone)
    elsewhere = complaint(case_id="c2")
    assert isinstance(decide(question(LEAD, elsewhere), answer), Gone)


def test_an_answer_needs_words_and_an_open_complaint() -> None:
    empty = AnswerComplaint("k1", "c1", 1, "  ", NOW)
    assert code(decide(question(LEAD, complaint()), empty)) == "complaint.needs_answer"
    again = AnswerComplaint("k1", "c1", 1, "再次", NOW)
    assert code(decide(question(LEAD, answered()), again)) == "complaint.not_open"
    stale = AnswerComplaint("k1", "c1", 4, "已改正", NOW)
    assert isinstance(decide(question(LEAD, complaint()), stale), Conflict)


def test_the_customers_content_ends_the_rest() -> None:
    outcome = decide(
        question(LEAD, answered(), Versioned(3, hold())),
        CloseComplaint("k1", "c1", 1, True, "可以了", NOW),
    )
    closed = only(outcome, Complaint)
    assert (closed.state, closed.content, closed.closed_by) == (ComplaintState.CLOSED, True, "chen")
    lifted = only(outcome, Hold)
    assert (lifted.active, lifted.lift_reason) == (False, "可以了")


def test_a_hold_that_is_lifted_already_stays_as_it_is() -> None:
    close = CloseComplaint("k1", "c1", 1, True, "可以了", NOW)
    gone = hold(lifted_by="chen", lifted_at=NOW, lift_reason="x")
    outcome = decide(question(LEAD, answered(), gone), close)
    assert isinstance(outcome, Applied)
    assert len(outcome.changes) == 1


def test_a_customer_who_is_not_content_is_heard_again_at_compliance() -> None:
    outcome = decide(
        question(LEAD, answered(), hold()), CloseComplaint("k1", "c1", 1, False, "没有解决", NOW)
    )
    again = only(outcome, Complaint)
    assert (again.state, again.content) == (ComplaintState.OPEN, False)
    assert (again.escalated_at, again.escalation_reason) == (NOW, "没有解决")
    assert isinstance(outcome, Applied)
    assert len(outcome.changes) == 1  # the case rests on


def test_complaint_that_is_heard_again_is_open_for_the_rules() -> None:
    heard = {"answered_at": NOW, "content": False}
    for state, waits in ((ComplaintState.OPEN, True), (ComplaintState.ANSWERED, False)):
        asked = question(LEAD, complaint(state=state, **heard))
        case = asked.snapshot.case("c1")
        assert case is not None
        (told,) = situation_of(asked.snapshot, case).complaints
        assert (told.answered_at is None) is waits


def test_closing_needs_an_answer_and_the_customers_word() -> None:
    close = CloseComplaint("k1", "c1", 1, True, "可以了", NOW)
    assert code(decide(question(LEAD, complaint()), close)) == "complaint.not_answered"
    silent = CloseComplaint("k1", "c1", 1, True, " ", NOW)
    assert code(decide(question(LEAD, answered()), silent)) == "complaint.needs_customer_words"
    assert isinstance(decide(question(LI, answered()), close), Gone)


def test_escalation_hands_over_once() -> None:
    ask = EscalateComplaint("k1", "c1", 1, "请合规处理", NOW)
    handed = only(decide(question(LEAD, complaint()), ask), Complaint)
    assert (handed.escalated_at, handed.escalation_reason) == (NOW, "请合规处理")
    assert code(decide(question(LEAD, handed), ask)) == "complaint.already_escalated"
    closed = complaint(state=ComplaintState.CLOSED)
    assert code(decide(question(LEAD, closed), ask)) == "complaint.already_closed"
    silent = EscalateComplaint("k1", "c1", 1, "", NOW)
    assert code(decide(question(LEAD, complaint()), silent)) == "complaint.needs_reason"
    assert isinstance(decide(question(LI, complaint()), ask), Gone)


def test_wishes_bind_the_case() -> None:
    outcome = decide(question(), RecordWish(wish()))
    assert only(outcome, Case).wishes == Wishes(not_before=time(14))
    assert only(outcome, Wish).flags == ()
    outside = decide(question(STRANGER), RecordWish(wish()))
    assert only(outside, Wish).flags == (FactFlag.OUT_OF_SCOPE,)
    assert isinstance(outside, Applied)
    assert len(outside.changes) == 1
    assert isinstance(decide(question(), RecordWish(wish(case_id="c9"))), Gone)


def test_a_referral_is_kept_under_its_authors_name() -> None:
    told = only(decide(question(), ReferCustomer(referral(by="somebody"))), Referral)
    assert (told.by, told.outcome) == ("li", ReferralOutcome.PENDING)
    assert isinstance(decide(question(STRANGER), ReferCustomer(referral())), Gone)
    early = ReferCustomer(referral(outcome=ReferralOutcome.HELPED))
    assert code(decide(question(), early)) == "referral.outcome_comes_later"
    nowhere = ReferCustomer(referral(organisation=" "))
    assert code(decide(question(), nowhere)) == "referral.needs_organisation"


def test_a_referral_ends_with_its_outcome() -> None:
    close = CloseReferral("f1", "c1", 1, ReferralOutcome.HELPED, " 已得到帮助 ", NOW)
    told = only(decide(question(LI, referral()), close), Referral)
    assert (told.outcome, told.outcome_at, told.words) == (
        ReferralOutcome.HELPED,
        NOW,
        "已得到帮助",
    )
    pending = CloseReferral("f1", "c1", 1, ReferralOutcome.PENDING, "", NOW)
    assert code(decide(question(LI, referral()), pending)) == "referral.needs_outcome"
    stale = CloseReferral("f1", "c1", 9, ReferralOutcome.HELPED, "", NOW)
    assert isinstance(decide(question(LI, referral()), stale), Conflict)
    assert isinstance(decide(question(LI), close), Gone)
    assert isinstance(decide(question(STRANGER, referral()), close), Gone)
