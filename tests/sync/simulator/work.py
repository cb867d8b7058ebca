"""What people do at their laptops, all through the program's own operations.

Each act picks what it is about by chance from what the laptop shows, and returns the operation's
answer, or None when there was nothing to do it to.
"""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

from field_app.operations import (
    appointments,
    attachments,
    cases,
    contacts,
    feedback,
    hardship,
    holds,
    learning,
    referrals,
    relief,
    resolutions,
    review,
    team,
    visits,
    wishes,
)
from field_app.operations.appointments import Draft
from field_app.operations.hardship import HardshipForm
from field_app.operations.relief import MonthForm
from field_app.operations.submit import submit
from field_app.operations.visits import VisitForm
from sync.domain.budget import CostKind, IncomeKind
from sync.domain.commands import PublishRoutes
from sync.domain.day_routes import DayRoute, route_id_of
from sync.domain.ids import CaseId, OfficerId
from sync.domain.plan_terms import PlanTerms
from sync.domain.records import (
    AgreementEvidence,
    Appointment,
    Case,
    Complaint,
    Hold,
    Plan,
    PlanAgreement,
    Referral,
    Route,
    Stop,
    Versioned,
)
from sync.domain.situation import Wishes
from sync.domain.time import at_local, local, local_date
from sync.domain.vocabulary import (
    OPEN_APPOINTMENTS,
    OPEN_PLANS,
    AgreedBy,
    AppointmentState,
    Channel,
    ComplaintState,
    ContactResult,
    FeedbackKind,
    HardshipCause,
    HoldKind,
    Place,
    PlanState,
    Present,
    ReferralOutcome,
    Revealable,
    Role,
    VisitOutcome,
    Vulnerability,
)
from sync.protocol.messages import CHUNK
from tests.sync.simulator.central import lessons
from tests.sync.simulator.chance import Chance
from tests.sync.simulator.seat import Seat

ZONE = "Asia/Shanghai"
FRIDAY = 4
PNG = b"\x89PNG\r\n\x1a\n"
CLOSING = (AppointmentState.DECLINED, AppointmentState.WITHDRAWN, AppointmentState.MISSED_BY_US)
ENDS = (PlanState.ENDED, PlanState.BROKEN, PlanState.KEPT)


def _case(seat: Seat, chance: Chance) -> CaseId | None:
    found = seat.rows("SELECT id FROM projected WHERE kind = 'case' ORDER BY id")
    if (seat.mind,) in found:
        return CaseId(seat.mind)
    return CaseId(chance.one(found)[0]) if found else None


def _any[T: Any](
    seat: Seat, chance: Chance, cls: type[T], wanted: Callable[[T], bool] = lambda _r: True
) -> Versioned[T] | None:
    every = seat.at.store.projection.every(cls)
    found = sorted((v for v in every if wanted(v.record)), key=lambda v: v.record.id)
    return chance.one(found) if found else None


def _both(seat: Seat, case_id: CaseId) -> tuple[OfficerId, ...]:
    found = seat.at.store.projection.get(Case, case_id)
    return found.record.officers if found else ()


def _words(chance: Chance) -> str:
    return f"说明 {chance.among(1, 10**6)}"


def contact(seat: Seat, chance: Chance) -> Any:
    case_id = _case(seat, chance)
    if case_id is None:
        return None
    result = chance.one((ContactResult.NO_ANSWER, ContactResult.CONNECTED))
    channel = chance.one((Channel.PHONE, Channel.SMS, Channel.LETTER))
    return contacts.record(seat.at, case_id, channel, result, _words(chance))


def visit(seat: Seat, chance: Chance) -> Any:
    case_id = _case(seat, chance)
    if case_id is None:
        return None
    now = seat.clock.now()
    agreed = _any(seat, chance, Appointment, lambda a: a.case_id == case_id)
    form = VisitForm(
        case_id=case_id,
        appointment_id=agreed.record.id if agreed else None,
        officers=_both(seat, case_id) or (seat.me,),
        arrived_at=now - timedelta(minutes=40),
        left_at=now - timedelta(minutes=5),
        present=(Present.CUSTOMER,),
        identity_shown=True,
        recording_on=True,
        recording_notice=True,
        outcome=chance.one(
            (VisitOutcome.NOT_HOME, VisitOutcome.DISPUTE_RAISED, VisitOutcome.UNSAFE)
        ),
        note=_words(chance),
    )
    told = HardshipForm(case_id, None, (HardshipCause.JOB_LOSS,)) if chance.happens(0.3) else None
    return visits.record(seat.at, form, told)


def hardship_note(seat: Seat, chance: Chance) -> Any:
    case_id = _case(seat, chance)
    if case_id is None:
        return None
    marks = (chance.one((Vulnerability.LOW_RESILIENCE, Vulnerability.LIFE_EVENT)),)
    causes = (HardshipCause.INCOME_DROP,)
    told = HardshipForm(case_id, None, causes, vulnerabilities=marks, words=_words(chance))
    return hardship.record(seat.at, told)


def customer_said(seat: Seat, chance: Chance) -> Any:
    case_id = _case(seat, chance)
    if case_id is None:
        return None
    kind = chance.one((FeedbackKind.COMPLAINT, FeedbackKind.PRAISE))
    return feedback.record(seat.at, case_id, None, kind, "service", _words(chance))


def _draft(seat: Seat, chance: Chance, stands: Versioned[Appointment] | None) -> Draft | None:
    case_id = stands.record.case_id if stands else _case(seat, chance)
    if case_id is None:
        return None
    # Also at night: the rules must stop that wherever it comes from.
    hour = chance.among(0, 23) if chance.happens(0.2) else chance.among(9, 17)
    day = seat.time.now() + timedelta(days=chance.among(2, 12))
    if chance.happens(0.8) and local(day, ZONE).weekday() > FRIDAY:
        day += timedelta(days=2)
    start = at_local(local_date(day, ZONE), time(hour), ZONE)
    end = start + timedelta(hours=chance.among(1, 2))
    officers = _both(seat, case_id) or (seat.me,)
    known = (stands.record.id, stands.rev) if stands else (None, 0)
    return Draft(case_id, *known, start, end, Place.HOME, officers)


def _open_window(seat: Seat, chance: Chance) -> Versioned[Appointment] | None:
    return _any(seat, chance, Appointment, lambda a: a.state in OPEN_APPOINTMENTS)


def propose(seat: Seat, chance: Chance) -> Any:
    draft = _draft(seat, chance, _open_window(seat, chance) if chance.happens(0.3) else None)
    return appointments.propose(seat.at, draft) if draft else None


def confirm(seat: Seat, chance: Chance) -> Any:
    draft = _draft(seat, chance, _open_window(seat, chance) if chance.happens(0.7) else None)
    if draft is None:
        return None
    now, asked = seat.clock.now(), chance.happens(0.5)
    said = AgreementEvidence(now, AgreedBy.CUSTOMER, Channel.PHONE, _words(chance), asked)
    return appointments.confirm(seat.at, draft, said)


def close_window(seat: Seat, chance: Chance) -> Any:
    found = _open_window(seat, chance)
    if found is None:
        return None
    one = found.record
    ending = chance.one(CLOSING)
    return appointments.close(seat.at, one.case_id, one.id, found.rev, ending, _words(chance))


def rest(seat: Seat, chance: Chance) -> Any:
    case_id = _case(seat, chance)
    kind = chance.one((HoldKind.ILLNESS, HoldKind.DISPUTE, HoldKind.BREATHING_SPACE))
    return holds.place(seat.at, case_id, kind, _words(chance), 10) if case_id else None


def lift(seat: Seat, chance: Chance) -> Any:
    found = _any(seat, chance, Hold, lambda h: h.active)
    return holds.lift(seat.at, found, _words(chance), asked=True) if found else None


def assign(seat: Seat, chance: Chance) -> Any:
    case_id = _case(seat, chance)
    if case_id is None:
        return None
    officers = [OfficerId(o) for o in ("li", "wang", "zhou")]
    first, second = chance.mixed(officers)[:2]
    pair = chance.weighed({(first, second): 6.0, (first, None): 1.0, (None, None): 0.5})
    return team.assign(seat.at, (case_id,), *pair)[0]


def _month(chance: Chance, case_id: CaseId) -> MonthForm:
    income = {IncomeKind.PAY: chance.among(600_000, 900_000)}
    costs = {CostKind.HOUSING: 150_000, CostKind.FOOD: 120_000}
    return MonthForm(case_id, None, 2, 1, income, costs, consent=True, words=_words(chance))


def month(seat: Seat, chance: Chance) -> Any:
    case_id = _case(seat, chance)
    return relief.record_month(seat.at, _month(chance, case_id)) if case_id else None


def propose_plan(seat: Seat, chance: Chance) -> Any:
    case_id = _case(seat, chance)
    found = seat.at.store.projection.get(Case, case_id) if case_id else None
    if found is None:
        return None
    case = found.record
    today = local_date(seat.clock.now(), case.address.zone)
    loan = case.loan
    owed = (loan.principal_fen, loan.interest_fen, loan.fees_fen)
    terms = PlanTerms(*owed, 12, 100_000, today, today + timedelta(days=28))
    return relief.propose(seat.at, _month(chance, case.id), terms, _words(chance))


def _plan(seat: Seat, chance: Chance, *states: PlanState) -> Versioned[Plan] | None:
    return _any(seat, chance, Plan, lambda p: p.state in states)


def decide_plan(seat: Seat, chance: Chance) -> Any:
    found = _plan(seat, chance, PlanState.AWAITING_APPROVAL)
    if found is None:
        return None
    return relief.decide(seat.at, found, approve=chance.happens(0.8), reason=_words(chance))


def agree_plan(seat: Seat, chance: Chance) -> Any:
    found = _plan(seat, chance, PlanState.APPROVED)
    yes = PlanAgreement(seat.clock.now(), written=True, recorded=False, words=_words(chance))
    return relief.agree(seat.at, found, yes) if found else None


def end_plan(seat: Seat, chance: Chance) -> Any:
    found = _plan(seat, chance, *sorted(OPEN_PLANS))
    return relief.end(seat.at, found, chance.one(ENDS), _words(chance)) if found else None


def _complaint(seat: Seat, chance: Chance, *states: ComplaintState) -> Versioned[Complaint] | None:
    return _any(seat, chance, Complaint, lambda c: c.state in states)


def answer(seat: Seat, chance: Chance) -> Any:
    found = _complaint(seat, chance, ComplaintState.OPEN)
    if found is None:
        return None
    one = found.record
    return review.answer(seat.at, one.case_id, one.id, found.rev, _words(chance))


def close_complaint(seat: Seat, chance: Chance) -> Any:
    found = _complaint(seat, chance, ComplaintState.ANSWERED)
    if found is None:
        return None
    one, content = found.record, chance.happens(0.6)
    return review.close(
        seat.at, one.case_id, one.id, found.rev, content=content, words=_words(chance)
    )


def escalate(seat: Seat, chance: Chance) -> Any:
    found = _complaint(seat, chance, ComplaintState.OPEN, ComplaintState.ANSWERED)
    if found is None:
        return None
    one = found.record
    return review.escalate(seat.at, one.case_id, one.id, found.rev, _words(chance))


def wish(seat: Seat, chance: Chance) -> Any:
    case_id = _case(seat, chance)
    asked = Wishes(no_weekdays=(chance.among(5, 6),), language=chance.one(("", "zh", "en")))
    return wishes.record(seat.at, case_id, asked, _words(chance)) if case_id else None


def refer(seat: Seat, chance: Chance) -> Any:
    case_id = _case(seat, chance)
    return (
        referrals.refer(seat.at, case_id, "法律援助", "debts", _words(chance)) if case_id else None
    )


def close_referral(seat: Seat, chance: Chance) -> Any:
    found = _any(seat, chance, Referral)
    ending = chance.one((ReferralOutcome.HELPED, ReferralOutcome.DECLINED))
    return referrals.close(seat.at, found, ending, _words(chance)) if found else None


def quiz(seat: Seat, chance: Chance) -> Any:
    module = chance.one(lessons().modules)
    wrong = chance.happens(0.3)
    answers = tuple(1 - r if wrong and r < 2 else r for r in module.right)
    return learning.take(seat.at, module.id, module.version, answers)


def reveal(seat: Seat, chance: Chance) -> Any:
    case_id = _case(seat, chance)
    return cases.reveal(seat.at, case_id, chance.one(list(Revealable))) if case_id else None


def attach(seat: Seat, chance: Chance) -> Any:
    case_id = _case(seat, chance)
    pieces = chance.weighed({0: 4.0, 1: 1.0, 2: 0.5})
    data = PNG + chance.bytes(pieces * CHUNK + chance.among(0, 3000))
    return attachments.add(seat.at, case_id, "收据", data) if case_id else None


def publish_routes(seat: Seat, chance: Chance) -> Any:
    found = _any(seat, chance, Appointment, lambda a: a.state is AppointmentState.AGREED)
    if found is None:
        return None
    one = found.record
    leave = one.start + timedelta(minutes=40)
    stops = (Stop(one.id, one.case_id, one.start, leave, 600),)
    day = local_date(one.start, ZONE)
    stand = [seat.at.store.projection.get(Route, route_id_of(o, day)) for o in one.officers]
    routes = tuple(DayRoute(officer, found.rev if found else 0, stops)
                   for officer, found in zip(one.officers, stand, strict=True))  # fmt: skip
    return submit(seat.at, PublishRoutes(day, routes, "estimate"))


def _attention(seat: Seat, chance: Chance) -> Any:
    found = seat.at.store.outbox.rows("attention")
    return chance.one(found).mid if found else None


def accept_theirs(seat: Seat, chance: Chance) -> Any:
    mid = _attention(seat, chance)
    return resolutions.accept_theirs(seat.at, mid) if mid else None


def try_again(seat: Seat, chance: Chance) -> Any:
    mid = _attention(seat, chance)
    return resolutions.try_again(seat.at, mid) if mid else None


type Act = Callable[[Seat, Chance], Any]

EVERYBODY: dict[Act, float] = {rest: 1, reveal: 2, refer: 2, close_referral: 2, quiz: 1}
SETTLING: dict[Act, float] = {accept_theirs: 1.5, try_again: 3}
FIELD: dict[Act, float] = {
    **EVERYBODY,
    **SETTLING,
    contact: 6,
    visit: 4,
    hardship_note: 3,
    customer_said: 3,
    propose: 5,
    confirm: 6,
    close_window: 4,
    month: 1,
    propose_plan: 3,
    agree_plan: 4,
    end_plan: 2,
    wish: 3,
    attach: 3,
}
OVERSEEING: dict[Act, float] = {**SETTLING, lift: 3, answer: 4, close_complaint: 5, escalate: 2}
ACTS: dict[Role, dict[Act, float]] = {
    Role.OFFICER: FIELD,
    Role.LEAD: {**FIELD, **OVERSEEING, assign: 20, decide_plan: 6, publish_routes: 2},
    Role.COMPLIANCE: {**EVERYBODY, **OVERSEEING},
}
