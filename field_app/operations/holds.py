"""Holds: laid by anybody on the case, lifted by a lead or compliance officer with a reason."""

from datetime import timedelta

from field_app.operations.desk import Desk
from field_app.operations.submit import Written, submit
from sync.domain.commands import LiftHold, PlaceHold
from sync.domain.ids import CaseId, RecordId
from sync.domain.records import Hold, Versioned
from sync.domain.time import local_date
from sync.domain.vocabulary import HoldKind


def place(desk: Desk, case_id: CaseId, kind: HoldKind, reason: str, days: int = 0) -> Written:
    """Rest a case, through the last of so many days where the rest has an end."""
    hold_id, now = RecordId(desk.ids.fresh()), desk.clock.now()
    until = local_date(now, desk.zone) + timedelta(days=days) if days else None
    return submit(desk, PlaceHold(hold_id, case_id, kind, reason, now, until))


def lift(desk: Desk, hold: Versioned[Hold], reason: str, *, asked: bool = False) -> Written:
    """Let a case go on; `asked` says that the customer wished it."""
    stands, now = hold.record, desk.clock.now()
    return submit(desk, LiftHold(stands.id, stands.case_id, hold.rev, reason, now, asked))
