"""What was done at a laptop before the test begins, by the program's own operations."""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from field_app.operations import appointments, cases, hardship, holds, team, visits
from field_app.operations.appointments import Draft
from field_app.operations.desk import Desk
from field_app.operations.hardship import HardshipForm
from field_app.operations.submit import Saved, Written
from field_app.operations.visits import VisitForm
from field_app.ui.screens.visit_screen import VisitScreen
from sync.domain.ids import CaseId, OfficerId
from sync.domain.records import AgreementEvidence, Promise
from sync.domain.time import local_date
from sync.domain.vocabulary import (
    AgreedBy,
    Channel,
    HardshipCause,
    HoldKind,
    Place,
    Present,
    VisitOutcome,
    Vulnerability,
)
from tests.ui.lookup import file_of, rows_at
from tests.ui.room import MORNING, Room
from tools.tour.seat import Seat, quiet

VISIT_DAY = MORNING + timedelta(days=2)


async def ready(seat: Seat) -> list[CaseId]:
    """Return the cases a visit may be agreed for, the longest overdue first."""
    return [row.id for row in await rows_at(seat, "agree") if row.case_no.isalnum()]


async def agree(seat: Seat, case_id: CaseId, start: datetime) -> None:
    """Agree an hour with the customer."""
    await _act(
        seat, lambda desk: appointments.confirm(desk, _draft(desk, case_id, start), _yes(desk))
    )


async def at_the_visit(room: Room, seat: Seat) -> tuple[CaseId, VisitScreen]:
    """Agree an hour and stand in its form when it has come."""
    case_id = (await ready(seat))[0]
    await agree(seat, case_id, VISIT_DAY)
    room.clock.jump_to(VISIT_DAY)
    return case_id, await open_visit(seat, case_id)


async def open_visit(seat: Seat, case_id: CaseId) -> VisitScreen:
    """Open the form of the visit that was agreed with a customer."""
    agreed = (await file_of(seat, case_id)).open_appointments[0].record.id
    seat.main.open_visit(case_id, agreed)
    await quiet()
    return seat.screens.visit


async def move(seat: Seat, case_id: CaseId, start: datetime) -> None:
    """Agree another hour for the case's open appointment."""

    def confirm(desk: Desk) -> Written:
        file = cases.open_file(desk, case_id)
        assert file is not None
        stands = file.open_appointments[0]
        draft = _draft(desk, case_id, start)
        again = msgspec.structs.replace(draft, appointment_id=stands.record.id, base_rev=stands.rev)
        return appointments.confirm(desk, again, _yes(desk))

    await _act(seat, confirm)


async def give(seat: Seat, case_id: CaseId, officer: OfficerId | None) -> None:
    """Give a case to an officer, or back to the pool."""
    assert seat.program.runner is not None
    await seat.program.runner.act_many(lambda desk: team.assign(desk, (case_id,), officer, None))
    await quiet()


async def propose(seat: Seat, case_id: CaseId, start: datetime) -> None:
    """Keep an hour to ask the customer about."""
    await _act(seat, lambda desk: appointments.propose(desk, _draft(desk, case_id, start)))


async def hold(seat: Seat, case_id: CaseId, reason: str) -> None:
    """Rest a case."""
    await _act(seat, lambda desk: holds.place(desk, case_id, HoldKind.ILLNESS, reason))


async def told_of_hardship(seat: Seat, case_id: CaseId) -> None:
    """Note that the customer has lost her job and can bear little."""
    told = HardshipForm(
        case_id, None, (HardshipCause.JOB_LOSS,), vulnerabilities=(Vulnerability.LOW_RESILIENCE,)
    )
    await _act(seat, lambda desk: hardship.record(desk, told))


async def visited(seat: Seat, case_id: CaseId, *, promise_fen: int, promise_in: timedelta) -> None:
    """Record the visit of the case's open appointment, just ended, with a promise."""

    def record(desk: Desk) -> Written:
        file = cases.open_file(desk, case_id)
        assert file is not None
        now = desk.clock.now()
        form = VisitForm(
            case_id=case_id,
            appointment_id=file.open_appointments[0].record.id,
            officers=file.case.officers,
            arrived_at=now - timedelta(minutes=30),
            left_at=now,
            present=(Present.CUSTOMER,),
            identity_shown=True,
            recording_on=False,
            recording_notice=False,
            outcome=VisitOutcome.PROMISE_TO_PAY,
            promise=Promise(local_date(now + promise_in, desk.zone), promise_fen),
            note="发工资后归还",
        )
        return visits.record(desk, form)

    await _act(seat, record)


def _draft(desk: Desk, case_id: CaseId, start: datetime) -> Draft:
    file = cases.open_file(desk, case_id)
    assert file is not None
    end = start + timedelta(hours=1)
    return Draft(case_id, None, 0, start, end, Place.HOME, file.case.officers)


def _yes(desk: Desk) -> AgreementEvidence:
    return AgreementEvidence(desk.clock.now(), AgreedBy.CUSTOMER, Channel.PHONE, "可以，请来")


async def _act(seat: Seat, act: Callable[[Desk], Written]) -> None:
    assert seat.program.runner is not None
    written = await seat.program.runner.act(act)
    assert isinstance(written, Saved), written
    await quiet()
