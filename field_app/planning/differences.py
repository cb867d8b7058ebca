"""What a new plan does to an old one, stop by stop: what a lead reads before taking it."""

import msgspec

from field_app.planning.problem import DayPlan
from sync.domain.ids import OfficerId, RecordId


class Difference(msgspec.Struct, frozen=True):
    """One visit that changes; nobody and None on the side where it is not planned."""

    appointment_id: RecordId
    case_no: str
    before: tuple[OfficerId, ...]
    after: tuple[OfficerId, ...]
    before_s: int | None
    after_s: int | None


def differences(before: DayPlan, after: DayPlan) -> tuple[Difference, ...]:
    """Return every visit whose officers or minute changes, in the order of the day."""
    old, new = _stops(before), _stops(after)
    found = [
        Difference(
            i,
            (new.get(i) or old[i])[0],
            tuple(sorted(old[i][2])) if i in old else (),
            tuple(sorted(new[i][2])) if i in new else (),
            old[i][1] if i in old else None,
            new[i][1] if i in new else None,
        )
        for i in dict.fromkeys((*old, *new))
    ]
    changed = [d for d in found if (d.before, d.before_s) != (d.after, d.after_s)]
    return tuple(sorted(changed, key=_when))


def _when(one: Difference) -> int:
    return one.after_s if one.after_s is not None else one.before_s or 0


def _stops(plan: DayPlan) -> dict[RecordId, tuple[str, int, list[OfficerId]]]:
    found: dict[RecordId, tuple[str, int, list[OfficerId]]] = {}
    for route in plan.routes:
        for stop in route.stops:
            _no, _begin, officers = found.setdefault(
                stop.appointment_id, (stop.case_no, stop.arrive_s, [])
            )
            officers.append(route.officer_id)
    return found
