"""What people do on their laptops in these tests, all through the program's own operations."""

from datetime import timedelta

from msgspec.structs import replace

from field_app.operations import appointments, cases, contacts, outbox, visits
from field_app.operations.appointments import Draft
from field_app.operations.hardship import HardshipForm
from field_app.operations.submit import Saved, Written
from field_app.operations.visits import VisitForm
from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.records import AgreementEvidence, Appointment, Attachment, Contact, Promise
from sync.domain.time import local_date
from sync.domain.vocabulary import (
    AgreedBy,
    Channel,
    ContactResult,
    HardshipCause,
    Place,
    Present,
    Revealable,
    VisitOutcome,
    Vulnerability,
)
from sync.engine.http_transport import HttpTransport
from sync.protocol.messages import CHUNK
from tests.sync.office import Seat

MINUTES = 60
KINDS = ("appointment", "visit", "hardship", "reveal", "contact", "attachment")


def window(seat: Seat, case_id: CaseId, number: int = 0) -> Draft | None:
    """Return the number-th lawful window of the next weeks for a case, None when there is none."""
    first = local_date(seat.desk.clock.now(), seat.desk.zone) + timedelta(days=2)
    slots = appointments.lawful_slots(seat.desk, case_id, first, 21, MINUTES)
    if len(slots) <= number:
        return None
    slot = slots[number]
    return Draft(case_id, None, 0, slot.start, slot.end, Place.HOME, both(seat, case_id))


def both(seat: Seat, case_id: CaseId) -> tuple[OfficerId, ...]:
    """Return the case's two officers."""
    found = cases.open_file(seat.desk, case_id)
    assert found is not None
    return found.case.officers


def visitable(seat: Seat) -> list[CaseId]:
    """Return the cases that may be visited in the next weeks."""
    return [c for c in sorted(seat.cases()) if window(seat, c) is not None]


def evidence(seat: Seat) -> AgreementEvidence:
    """Return the customer's yes on the telephone just now."""
    return AgreementEvidence(seat.desk.clock.now(), AgreedBy.CUSTOMER, Channel.PHONE, "可以，请来")


def saved(written: Written) -> Saved:
    """Return what was saved; fails the test when the rules said no."""
    assert isinstance(written, Saved), written
    return written


def agree(seat: Seat, case_id: CaseId, number: int = 0) -> Saved:
    """Agree a window with the customer."""
    draft = window(seat, case_id, number)
    assert draft is not None
    return saved(appointments.confirm(seat.desk, draft, evidence(seat)))


def call(seat: Seat, case_id: CaseId, note: str = "") -> Saved:
    """Record a telephone call."""
    return saved(contacts.record(seat.desk, case_id, Channel.PHONE, ContactResult.NO_ANSWER, note))


def visit(seat: Seat, case_id: CaseId, appointment_id: RecordId | None = None) -> Saved:
    """Record a visit that just ended, with what was told of hardship."""
    now = seat.desk.clock.now()
    promise = Promise(local_date(now, seat.desk.zone) + timedelta(days=10), 500_00)
    form = VisitForm(
        case_id=case_id,
        appointment_id=appointment_id,
        officers=both(seat, case_id),
        arrived_at=now - timedelta(minutes=40),
        left_at=now - timedelta(minutes=5),
        present=(Present.CUSTOMER,),
        identity_shown=True,
        recording_on=True,
        recording_notice=True,
        outcome=VisitOutcome.PROMISE_TO_PAY,
        promise=promise,
        note="发工资后归还",
    )
    told = HardshipForm(
        case_id, None, (HardshipCause.JOB_LOSS,), vulnerabilities=(Vulnerability.LOW_RESILIENCE,)
    )
    return saved(visits.record(seat.desk, form, told))


def whole_day(seat: Seat, case_id: CaseId) -> None:
    """Do a day's work on one case: look, call, agree, visit, hear of hardship."""
    shown = cases.reveal(seat.desk, case_id, Revealable.PHONE)
    assert isinstance(shown, str)
    assert shown.startswith("199")
    call(seat, case_id)
    agree(seat, case_id)
    [stands] = [
        v for v in seat.desk.store.projection.every(Appointment) if v.record.case_id == case_id
    ]
    visit(seat, case_id, stands.record.id)


WORK_OF_A_DAY = {"reveal": 1, "contact": 1, "appointment": 1, "visit": 1, "hardship": 1}
ENVELOPES_OF_A_DAY = 5


def counted(seat: Seat) -> dict[str, int]:
    """Return how many records of each kind the screens can see."""
    return {kind: seat.count(kind) for kind in KINDS}


def grown(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    """Return by how much each kind grew, the kinds that stayed left out."""
    return {kind: after[kind] - before[kind] for kind in KINDS if after[kind] != before[kind]}


def notes(seat: Seat) -> set[str]:
    """Return what the screens show of every call."""
    return {v.record.note for v in seat.desk.store.projection.every(Contact)}


def fetched(seat: Seat, fact: Attachment) -> bytes:
    """Return a file as the server hands it out."""
    places = range(0, fact.size, CHUNK)
    return b"".join(seat.line.fetch(fact.id, at, CHUNK) for at in places)


def unanswered(seat: Seat) -> int:
    """Return how much work waits for the server."""
    return len(outbox.state(seat.desk).waiting)


def without_news(line: HttpTransport) -> HttpTransport:
    """Return the line to a server that tells no news along with other answers, as older ones."""
    hello, push = line.hello, line.push
    line.hello = lambda *_a: hello()  # type: ignore[method-assign]
    line.push = lambda one: replace(push(one), pages=())  # type: ignore[method-assign]
    return line
