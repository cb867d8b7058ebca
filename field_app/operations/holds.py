"""Holds: laid by anybody on the case, lifted by a lead or compliance officer with a reason."""

from field_app.operations.desk import Desk
from field_app.operations.submit import Written, submit
from sync.domain.commands import LiftHold, PlaceHold
from sync.domain.ids import CaseId, RecordId
from sync.domain.records import Hold, Versioned
from sync.domain.vocabulary import HoldKind


def place(desk: Desk, case_id: CaseId, kind: HoldKind, reason: str) -> Written:
    """Rest a case."""
    hold_id = RecordId(desk.ids.fresh())
    return submit(desk, PlaceHold(hold_id, case_id, kind, reason, desk.clock.now()))


def lift(desk: Desk, hold: Versioned[Hold], reason: str) -> Written:
    """Let a case go on."""
    stands = hold.record
    return submit(desk, LiftHold(stands.id, stands.case_id, hold.rev, reason, desk.clock.now()))
