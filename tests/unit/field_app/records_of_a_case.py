"""One record of each kind that a case's timeline tells of, every coded field filled."""

from datetime import UTC, date, datetime

from sync.domain.records import (
    AgreementEvidence,
    Appointment,
    Attachment,
    Contact,
    Feedback,
    Hardship,
    Hold,
    Promise,
    Record,
    Reveal,
    Route,
    Stop,
    Visit,
)
from sync.domain.vocabulary import (
    AgreedBy,
    AppointmentState,
    Channel,
    ContactResult,
    FactFlag,
    FeedbackKind,
    HardshipCause,
    HoldKind,
    Place,
    Present,
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
TOLD: tuple[Record, ...] = (
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
)
ROUTE = Route(
    "u1", "li", "t1", date(2026, 11, 24), (Stop("a1", "c1", AT, LATER, 600),), "straight_line",
    "chen", AT,
)  # fmt: skip
