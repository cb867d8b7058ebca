"""Conduct measures: figures that add up and can be traced to their records."""

from datetime import date, timedelta

import pytest

from sync.domain.plan_terms import Affordability, Instalment
from sync.domain.records import Contact, Feedback, Plan, PlanAgreement, Record, Visit
from sync.domain.vocabulary import (
    AppointmentState,
    Channel,
    ComplaintState,
    ContactResult,
    FactFlag,
    FeedbackKind,
    PlanState,
    Present,
    VisitOutcome,
)
from sync.policy.conduct import MEASURES, Figure, figures
from tests.unit.sync.domain.test_listening import complaint
from tests.unit.sync.domain.test_relief import TERMS, plan
from tests.unit.sync.domain.town import NOW, appointment, case, replaced

CASES = {"c1": case(), "c2": case(id="c2"), "s1": case(id="s1", team_id="south")}


def visit(record_id: str, case_id: str = "c1", **values: object) -> Visit:
    plain = Visit(
        record_id,
        case_id,
        None,
        ("li", "wang"),
        NOW,
        NOW,
        (Present.CUSTOMER,),
        identity_shown=True,
        recording_on=False,
        recording_notice=False,
        outcome=VisitOutcome.PROMISE_TO_PAY,
    )
    return replaced(plain, **values)


def told(*records: Record) -> dict[tuple[str, str], Figure]:
    return {(f.measure, f.team_id): f for f in figures(CASES, records, NOW)}


def test_kept_appointments_are_a_share_of_those_that_ended() -> None:
    every = [appointment(id=f"a{n}", state=s) for n, s in enumerate(AppointmentState)]
    found = told(*every)["kept", "north"]
    assert (found.part, found.whole) == (1, 3)
    assert found.value == pytest.approx(100 / 3)
    assert len(found.evidence) == 3


def test_complaints_and_praise_count_for_each_hundred_visits() -> None:
    voices = [
        Feedback("b1", "c1", None, NOW, "li", FeedbackKind.COMPLAINT, "fees"),
        Feedback("b2", "c1", None, NOW, "li", FeedbackKind.PRAISE, "clear"),
        Feedback("b3", "c1", None, NOW, "li", FeedbackKind.SUGGESTION, "other"),
    ]
    visits = [visit(f"v{n}") for n in range(4)]
    called_off = visit("v9", outcome=VisitOutcome.CALLED_OFF_BY_CUSTOMER)
    found = told(*voices, *visits, called_off, visit("v10", corrects="v1"))
    assert (found["complaints", "north"].part, found["complaints", "north"].whole) == (1, 4)
    assert found["complaints", "north"].value == 25
    assert found["praise", "north"].value == 25


def test_a_complaint_without_any_visit_has_no_rate_but_its_record() -> None:
    alone = told(Feedback("b1", "c1", None, NOW, "li", FeedbackKind.COMPLAINT, "fees"))
    assert alone["complaints", "north"].value is None
    assert [e.record_id for e in alone["complaints", "north"].evidence] == ["b1"]


def test_pressure_is_contacts_for_each_customer_reached() -> None:
    def call(n: int, case_id: str, result: ContactResult) -> Contact:
        return Contact(f"k{n}", case_id, Channel.PHONE, NOW, result)

    found = told(
        call(1, "c1", ContactResult.CONNECTED),
        call(2, "c1", ContactResult.CONNECTED),
        call(3, "c1", ContactResult.NO_ANSWER),
        call(4, "c2", ContactResult.CONNECTED),
        Contact("k5", "c2", Channel.SMS, NOW, ContactResult.DELIVERED),
        visit("v1"),
        call(6, "s1", ContactResult.CONNECTED),
    )
    assert (found["pressure", "north"].part, found["pressure", "north"].whole) == (4, 2)
    assert found["pressure", "north"].value == 2
    assert found["pressure", "south"].value == 1


def test_breaches_are_traced() -> None:
    found = told(visit("v1", flags=(FactFlag.RULE_BREACH,)), visit("v2"))["breaches", "north"]
    assert (found.part, found.whole) == (1, 2)
    assert [e.record_id for e in found.evidence if e.amount] == ["v1"]


def test_plans_agreed_and_kept() -> None:
    agreement = PlanAgreement(NOW, written=True, recorded=False)

    def one(n: int, state: PlanState) -> Plan:
        return plan(id=f"p{n}", state=state, agreement=agreement)

    found = told(*(one(n, s) for n, s in enumerate(PlanState)))
    agreed, kept = found["plans_agreed", "north"], found["plans_kept", "north"]
    assert (agreed.part, agreed.whole) == (3, 5)
    assert (kept.part, kept.whole) == (2, 3)


def test_answers_to_complaints_are_timed() -> None:
    due = NOW.date() + timedelta(days=15)
    quick = complaint(
        id="k1", due=due, answered_at=NOW + timedelta(days=4), state=ComplaintState.ANSWERED
    )
    late = complaint(
        id="k2", due=due, answered_at=NOW + timedelta(days=20), state=ComplaintState.CLOSED
    )
    overdue = complaint(id="k3", due=NOW.date() - timedelta(days=1))
    waiting = complaint(id="k4", due=due)
    found = told(quick, late, overdue, waiting)
    assert (found["answer_days", "north"].part, found["answer_days", "north"].whole) == (24, 2)
    assert found["answer_days", "north"].value == 12
    in_time = found["answered_in_time", "north"]
    assert (in_time.part, in_time.whole) == (1, 3)


def test_months_are_those_of_the_customers_address() -> None:
    # 31 August 16:30 UTC is 1 September in Shanghai.
    late = NOW.replace(month=8, day=31, hour=16, minute=30)
    found = figures(CASES, [visit("v1", arrived_at=late)], NOW)
    assert {f.month for f in found} == {"2026-09"}


def test_what_belongs_to_no_known_case_is_left_out() -> None:
    assert figures(CASES, [visit("v1", "c9"), CASES["c1"]], NOW) == ()


def test_every_measure_can_be_found() -> None:
    agreed = Plan(
        "p1",
        "c1",
        PlanState.AGREED,
        TERMS,
        (Instalment(1, date(2026, 10, 1), 1, 0, 0, 0),),
        "u1",
        Affordability(0, 0, 0, 0, 0),
        affordable=True,
        proposed_by="li",
        proposed_at=NOW,
        agreement=PlanAgreement(NOW, written=True, recorded=False),
    )
    answered = complaint(answered_at=NOW, state=ComplaintState.ANSWERED)
    kept = appointment(state=AppointmentState.KEPT)
    found = figures(CASES, [visit("v1"), agreed, answered, kept], NOW)
    assert {f.measure for f in found} == set(MEASURES)
