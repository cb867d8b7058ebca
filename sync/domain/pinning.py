"""Decides the correction of a customer's pin: who may, and that it says what it changes."""

import msgspec

from sync.domain.commands import CorrectPin
from sync.domain.coordinates import in_china
from sync.domain.outcome import Applied, Change, Conflict, Gone, Outcome, refused
from sync.domain.question import Question
from sync.domain.records import Case, PinMove

E7 = 10_000_000


def correct_pin(question: Question, command: CorrectPin) -> Outcome:
    """Move a pin; everybody who works on the case may, with a reason."""
    case = question.own_case(command.case_id)
    if isinstance(case, Gone):
        return case
    found = question.snapshot.get(Case, command.case_id)
    before = (case.address.lat_e7, case.address.lon_e7)
    told = (command.before_lat_e7, command.before_lon_e7)
    if found is None or found.rev != command.base_rev or told != before:
        return Conflict("case", command.case_id, found.rev if found else 0)
    if not command.reason.strip():
        return refused("pin.needs_reason")
    if not in_china(command.lat_e7 / E7, command.lon_e7 / E7):
        return refused("pin.outside_china")
    if before == (command.lat_e7, command.lon_e7):
        return refused("pin.not_moved")
    return Applied((Change(_moved(question, case, command), found.rev),))


def _moved(question: Question, case: Case, command: CorrectPin) -> Case:
    address = case.address
    move = PinMove(
        at=command.at,
        by=question.actor.officer_id,
        reason=command.reason.strip(),
        lat_e7=command.lat_e7,
        lon_e7=command.lon_e7,
        datum=command.datum,
        before_lat_e7=address.lat_e7,
        before_lon_e7=address.lon_e7,
        before_datum=address.datum if address.point else None,
    )
    pinned = msgspec.structs.replace(
        address,
        lat_e7=command.lat_e7,
        lon_e7=command.lon_e7,
        datum=command.datum,
        moves=(*address.moves, move),
    )
    return msgspec.structs.replace(case, address=pinned)
