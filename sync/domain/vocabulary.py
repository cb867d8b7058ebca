"""The stable codes of the trade; their words in Chinese and English are in the catalogues."""

from enum import StrEnum


class Role(StrEnum):
    """What a person may do; separated as the bank separates its powers."""

    OFFICER = "officer"
    LEAD = "lead"
    COMPLIANCE = "compliance"
    ADMIN = "admin"


class Channel(StrEnum):
    """How the customer was contacted."""

    SMS = "sms"
    APP = "app"
    LETTER = "letter"
    PHONE = "phone"


REMINDER_CHANNELS = frozenset({Channel.SMS, Channel.APP, Channel.LETTER})


class ContactResult(StrEnum):
    """What became of a contact."""

    CONNECTED = "connected"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    WRONG_NUMBER = "wrong_number"
    SWITCHED_OFF = "switched_off"
    DELIVERED = "delivered"
    FAILED = "failed"


class Place(StrEnum):
    """Where a visit is agreed to be."""

    HOME = "home"
    WORK = "work"
    BRANCH = "branch"
    OTHER = "other"


class AgreedBy(StrEnum):
    """Who agreed; only the customer's own word lets a visit happen."""

    CUSTOMER = "customer"
    CO_BORROWER = "co_borrower"
    GUARDIAN = "guardian"
    THIRD_PARTY = "third_party"


class AppointmentState(StrEnum):
    """The life of an appointment."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    KEPT = "kept"
    MISSED_BY_US = "missed_by_us"
    MISSED_BY_CUSTOMER = "missed_by_customer"


OPEN_APPOINTMENTS = frozenset({AppointmentState.PROPOSED, AppointmentState.AGREED})


class Present(StrEnum):
    """Who was met at the door."""

    CUSTOMER = "customer"
    ADULT_FAMILY = "adult_family"
    MINOR = "minor"
    STRANGER = "stranger"


class VisitOutcome(StrEnum):
    """What a visit led to."""

    PROMISE_TO_PAY = "promise_to_pay"
    PAID_IN_FULL = "paid_in_full"
    PAID_PART = "paid_part"
    PLAN_DISCUSSED = "plan_discussed"
    PLAN_AGREED = "plan_agreed"
    HARDSHIP_REPORTED = "hardship_reported"
    DISPUTE_RAISED = "dispute_raised"
    REFUSED_TO_TALK = "refused_to_talk"
    ASKED_TO_LEAVE = "asked_to_leave"
    NOT_HOME = "not_home"
    THIRD_PARTY_ONLY = "third_party_only"
    ADDRESS_WRONG = "address_wrong"
    MOVED = "moved"
    DECEASED_REPORTED = "deceased_reported"
    UNSAFE = "unsafe"
    CALLED_OFF_BY_CUSTOMER = "called_off_by_customer"
    CALLED_OFF_BY_US = "called_off_by_us"


CALLED_OFF = frozenset({VisitOutcome.CALLED_OFF_BY_CUSTOMER, VisitOutcome.CALLED_OFF_BY_US})


class HoldKind(StrEnum):
    """Why a case must rest until a lead lifts the hold."""

    COMPLAINT = "complaint"
    DISPUTE = "dispute"
    LITIGATION = "litigation"
    CEASE_CONTACT = "cease_contact"
    BEREAVEMENT = "bereavement"
    ILLNESS = "illness"
    MINOR = "minor"
    BREATHING_SPACE = "breathing_space"
    PLAN_KEPT = "plan_kept"


# A visit that ends so lays a hold by itself: the customer need not ask twice.
HOLD_AFTER_VISIT = {
    VisitOutcome.DISPUTE_RAISED: HoldKind.DISPUTE,
    VisitOutcome.DECEASED_REPORTED: HoldKind.BEREAVEMENT,
}


class HardshipCause(StrEnum):
    """Why a customer cannot pay."""

    JOB_LOSS = "job_loss"
    INCOME_DROP = "income_drop"
    ILLNESS = "illness"
    ACCIDENT = "accident"
    BEREAVEMENT = "bereavement"
    DIVORCE = "divorce"
    CARING = "caring"
    BUSINESS_FAILURE = "business_failure"
    DISASTER = "disaster"
    OVER_INDEBTED = "over_indebted"
    FRAUD_VICTIM = "fraud_victim"
    OTHER = "other"


# These causes tell of health or of the family: kept only with separate consent (PIPL art. 29).
SENSITIVE_CAUSES = frozenset(
    {
        HardshipCause.ILLNESS,
        HardshipCause.ACCIDENT,
        HardshipCause.BEREAVEMENT,
        HardshipCause.DIVORCE,
        HardshipCause.CARING,
    }
)


class Vulnerability(StrEnum):
    """The four drivers of vulnerability (FCA, FG21/1)."""

    HEALTH = "health"
    LIFE_EVENT = "life_event"
    LOW_RESILIENCE = "low_resilience"
    LOW_CAPABILITY = "low_capability"


class FeedbackKind(StrEnum):
    """The customer's own voice."""

    PRAISE = "praise"
    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"


class ComplaintState(StrEnum):
    """The life of a complaint; it closes only with the customer's word."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class PlanState(StrEnum):
    """The life of a repayment plan."""

    AWAITING_APPROVAL = "awaiting_approval"
    DECLINED = "declined"
    APPROVED = "approved"
    AGREED = "agreed"
    KEPT = "kept"
    BROKEN = "broken"
    ENDED = "ended"


OPEN_PLANS = frozenset({PlanState.AWAITING_APPROVAL, PlanState.APPROVED, PlanState.AGREED})


class ReferralOutcome(StrEnum):
    """What became of sending a customer to somebody who can help."""

    PENDING = "pending"
    TAKEN_UP = "taken_up"
    HELPED = "helped"
    NOT_REACHED = "not_reached"
    DECLINED = "declined"


class Datum(StrEnum):
    """The coordinate system a point was given in; stored, never guessed."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


class Product(StrEnum):
    """The kind of credit; some rules differ by it."""

    CREDIT_CARD = "credit_card"
    CONSUMER_LOAN = "consumer_loan"
    BUSINESS_LOAN = "business_loan"
    MORTGAGE = "mortgage"
    CAR_LOAN = "car_loan"


class Revealable(StrEnum):
    """Personal data that is masked until somebody asks for it and leaves a trace."""

    NAME = "name"
    PHONE = "phone"
    ADDRESS = "address"
    ACCOUNT = "account"
    ID_NUMBER = "id_number"
    FILE = "file"  # a photo or paper of the case; `Reveal.file_id` says which


class FactFlag(StrEnum):
    """What the server adds to a fact that came late, from outside or against a rule."""

    LATE = "late"
    OUT_OF_SCOPE = "out_of_scope"
    TIME_SUSPECT = "time_suspect"
    RULE_BREACH = "rule_breach"
    FORKED = "forked"


class NotedAct(StrEnum):
    """Which act the server said no to, of which the words are kept: a command's name."""

    CONTACT = "record_contact"
    VISIT = "record_visit"


class ExportFile(StrEnum):
    """Which file somebody takes out of a laptop."""

    DAY_SHEET = "day_sheet"
    PLAN_AGREEMENT = "plan_agreement"
    CONDUCT = "conduct"
    CALENDAR = "calendar"
    DAY_CALENDAR = "day_calendar"
    DAY_GPX = "day_gpx"
    CHECKPOINTS = "checkpoints"


class ExportReason(StrEnum):
    """Why somebody takes a file out."""

    VISIT = "visit"
    CUSTOMER = "customer"
    SUPERVISION = "supervision"
    RECORDS = "records"
    OTHER = "other"
