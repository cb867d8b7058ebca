"""What an officer may have open at a door: one case, masked, and nothing that is owed."""

from datetime import datetime

import msgspec

from field_app.operations.desk import Desk
from field_app.operations.masking import mask_address, mask_name
from field_app.operations.visits import DoorCheck, check_door
from sync.domain.ids import CaseId, RecordId
from sync.domain.records import Appointment, Case
from sync.domain.situation import Verdict
from sync.domain.vocabulary import AppointmentState, Place

CASE_TAIL = 4


class AtDoor(msgspec.Struct, frozen=True):
    """One visit as it may lie open: there is no field for money, and none for a whole name.

    `case_tail` is the end of the case number; `start` and `end` are None without an agreed window.
    """

    case_id: CaseId
    appointment_id: RecordId | None
    case_tail: str
    name: str
    area: str
    zone: str
    place: Place | None
    start: datetime | None
    end: datetime | None
    lawful: bool


def at_door(desk: Desk, case_id: CaseId, appointment_id: RecordId | None) -> AtDoor | None:
    """Return what is needed at the door, None when the case is not on this laptop."""
    stands = desk.store.projection.get(Case, case_id)
    if stands is None:
        return None
    case, agreed = stands.record, _agreed(desk, appointment_id)
    officers = agreed.officers if agreed else case.officers
    decision = check_door(desk, DoorCheck(case_id, appointment_id, officers))
    return AtDoor(
        case_id=case_id,
        appointment_id=appointment_id,
        case_tail=case.case_no[-CASE_TAIL:],
        name=mask_name(case.customer.name),
        area=mask_address(case.address.text, case.address.area),
        zone=case.address.zone,
        place=agreed.place if agreed else None,
        start=agreed.start if agreed else None,
        end=agreed.end if agreed else None,
        lawful=decision is not None and decision.verdict is not Verdict.BLOCK,
    )


def _agreed(desk: Desk, appointment_id: RecordId | None) -> Appointment | None:
    found = desk.store.projection.get(Appointment, appointment_id) if appointment_id else None
    record = found.record if found else None
    return record if record and record.state is AppointmentState.AGREED else None
