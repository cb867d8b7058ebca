"""A customer's pin: where it is set, and every correction of it."""

from field_app.operations.desk import Desk
from field_app.operations.submit import Written, submit
from sync.domain.commands import CorrectPin
from sync.domain.ids import CaseId
from sync.domain.outcome import Gone
from sync.domain.records import Case
from sync.domain.vocabulary import Datum

E7 = 10_000_000


def correct(
    desk: Desk, case_id: CaseId, point: tuple[float, float], datum: Datum, reason: str
) -> Written:
    """Set a case's pin; `point` is WGS-84, `datum` the system a person was given it in."""
    found = desk.store.projection.get(Case, case_id)
    if found is None:
        return Gone("case", case_id)
    address = found.record.address
    command = CorrectPin(
        case_id=case_id,
        base_rev=found.rev,
        lat_e7=round(point[0] * E7),
        lon_e7=round(point[1] * E7),
        datum=datum,
        before_lat_e7=address.lat_e7,
        before_lon_e7=address.lon_e7,
        reason=reason,
        at=desk.clock.now(),
    )
    return submit(desk, command)
