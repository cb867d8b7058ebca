"""One record of each kind that a case's timeline tells of, every coded field filled."""

from datetime import UTC, date, datetime, time

from sync.domain.budget import Budget, CostKind, IncomeKind
from sync.domain.plan_terms import (
    Affordability,
    DayCount,
    Instalment,
    Method,
    PlanKind,
    PlanTerms,
)
from sync.domain.records import (
    Address,
    AgreementEvidence,
    Appointment,
    Attachment,
    Case,
    Complaint,
    Contact,
    Customer,
    Feedback,
    Hardship,
    Hold,
    Loan,
    Note,
    Payment,
    PinMove,
    Plan,
    PlanAgreement,
    Promise,
    Record,
    Referral,
    Reveal,
    Route,
    Stop,
    Visit,
    Wish,
)
from sync.domain.situation import Wishes
from sync.domain.vocabulary import (
    AgreedBy,
    AppointmentState,
    Channel,
    ComplaintState,
    ContactResult,
    Datum,
    FactFlag,
    FeedbackKind,
    HardshipCause,
    HoldKind,
    NotedAct,
    Place,
    PlanState,
    Present,
    Product,
    ReferralOutcome,
    Revealable,
    VisitOutcome,
    Vulnerability,
)

AT = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
AGREED = AgreementEvidence(AT, AgreedBy.THIRD_PARTY, Channel.APP, "yes", True, True)
VISIT = Visit(
    id="v1",
    case_id="c1",
    appointment_id="a1",
    officers=("li", "wu"),
    arrived_at=AT,
    left_at=LATER,
    present=(Present.CUSTOMER, Present.ADULT_FAMILY),
    identity_shown=True,
    recording_on=True,
    recording_notice=True,
    outcome=VisitOutcome.PROMISE_TO_PAY,
    promise=Promise(date(2026, 12, 1), 50_000),
    flags=(FactFlag.LATE, FactFlag.RULE_BREACH),
)
TERMS = PlanTerms(
    100_000, 2_000, 500, 12, 60_000, date(2026, 12, 1), date(2027, 1, 1), PlanKind.STEP_UP,
    Method.EQUAL_PRINCIPAL, DayCount.ACTUAL_365, 2, True, 1_000, 500, 3, 1_000,
)  # fmt: skip
PLAN = Plan(
    "p1", "c1", PlanState.AWAITING_APPROVAL, TERMS,
    (Instalment(1, date(2027, 1, 1), 100, 20, 3, 0),), "b1",
    Affordability(500_000, 90_000, 400_000, 300_000, 200_000, ("food",)), True, "li", AT,
    agreement=PlanAgreement(LATER, True, True),
)  # fmt: skip
MOVE = PinMove(AT, "li", "门在北侧", 350000100, 1183000100, Datum.WGS84, 350000000, 1183000000)
PINNED = Case(
    "c1",
    "Y0001",
    "north",
    Customer("单小明"),
    Address("望湖路 8 号", "城北", 350000100, 1183000100, moves=(MOVE,)),
    Loan("6222", Product.CREDIT_CARD, 1_000_000, 20_000, 500, date(2026, 8, 1)),
)

TOLD: tuple[Record, ...] = (
    PINNED,
    Contact("k1", "c1", Channel.PHONE, AT, ContactResult.NO_ANSWER),
    Appointment("a1", "c1", AppointmentState.MISSED_BY_US, AT, LATER, Place.HOME, ("li",), AGREED),
    VISIT,
    Visit(
        id="v2",
        case_id="c1",
        appointment_id=None,
        officers=(),
        arrived_at=AT,
        left_at=LATER,
        present=(),
        identity_shown=False,
        recording_on=False,
        recording_notice=False,
        outcome=VisitOutcome.NOT_HOME,
        corrects="v1",
    ),
    Hardship(
        id="h1",
        case_id="c1",
        visit_id=None,
        at=AT,
        by="li",
        causes=(HardshipCause.JOB_LOSS, HardshipCause.INCOME_DROP),
        household=3,
        vulnerabilities=(Vulnerability.LOW_RESILIENCE,),
        consent_to_sensitive=True,
    ),
    Feedback("f1", "c1", None, AT, "li", FeedbackKind.COMPLAINT, "contact_time", "too early"),
    Hold("o1", "c1", HoldKind.CEASE_CONTACT, "li", AT),
    Hold("o2", "c1", HoldKind.BREATHING_SPACE, "li", AT, "", "chen", LATER, "asked"),
    Attachment("t1", "c1", AT, "li", "letter.pdf", "application/pdf", 12, "00"),
    Reveal("r1", "c1", AT, "li", Revealable.ID_NUMBER),
    Budget("b1", "c1", None, AT, "li", 1, 1, {IncomeKind.PAY: 500_000},
           {CostKind.FOOD: 90_000}, 1_000, 2_000, True),
    Wish("w1", "c1", AT, "li", Wishes(("phone",), time(9), time(18), (5, 6))),
    Payment("y1", "c1", date(2026, 12, 1), 50_000),
    PLAN,
    Complaint("q1", "c1", "f1", "o1", "fees", AT, date(2026, 12, 9), ComplaintState.ANSWERED,
              "we are sorry", "chen", LATER, content=False, escalated_at=LATER),
    Note("n1", "c1", AT, "li", NotedAct.VISIT, "m1", "nobody there"),
    Referral("e1", "c1", AT, "li", "aid", "fees", ReferralOutcome.NOT_REACHED, LATER),
)  # fmt: skip
ROUTE = Route(
    "u1", "li", "t1", date(2026, 11, 24), (Stop("a1", "c1", AT, LATER, 600),), "straight_line",
    "chen", AT,
)  # fmt: skip
