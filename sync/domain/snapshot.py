"""The part of the world a command is decided upon, loaded beforehand by either end."""

from collections.abc import Iterable
from typing import Any, get_args

import msgspec

from sync.domain.budget import Budget
from sync.domain.commands import (
    FACTS,
    AssignCase,
    Command,
    ConfirmAppointment,
    LiftHold,
    PlaceHold,
    ProposeAppointment,
    PublishRoutes,
    RecordVisit,
    ReferCustomer,
    TakeOut,
    TakeQuiz,
    fact_record,
)
from sync.domain.day_routes import route_id_of
from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.records import (
    KINDS,
    Appointment,
    Case,
    Complaint,
    Contact,
    Hardship,
    Hold,
    Officer,
    Payment,
    Plan,
    Record,
    Referral,
    Route,
    Versioned,
    Visit,
    kind_of,
)

# What a decision looks at. All else is a case's history, kept whole for whoever reads it: looks at
# a phone number, photos and notes, of which an old case has more than of anything else.
type Weighed = (
    Case
    | Contact
    | Appointment
    | Visit
    | Hardship
    | Hold
    | Budget
    | Complaint
    | Plan
    | Payment
    | Referral
    | Officer
    | Route
)
HISTORY = frozenset(KINDS) - {
    kind for kind, cls in KINDS.items() if cls in get_args(Weighed.__value__)
}


class Needs(msgspec.Struct, frozen=True):
    """What must be in the snapshot: cases with all of theirs but HISTORY, and single records."""

    cases: tuple[CaseId, ...] = ()
    officers: tuple[OfficerId, ...] = ()
    routes: tuple[RecordId, ...] = ()


def needs(command: Command) -> Needs:
    """Return what has to be loaded before `decide` can be asked about this command."""
    match command:
        case PublishRoutes():
            return _needs_of_a_day(command)
        case AssignCase():
            named = (command.officer_id, command.second_id)
            return Needs((command.case_id,), tuple(o for o in named if o is not None))
        case ProposeAppointment() | ConfirmAppointment():
            return Needs((command.case_id,), command.officers)
        case RecordVisit():
            return Needs((command.visit.case_id,), command.visit.officers)
        case PlaceHold() | LiftHold():
            return Needs((command.case_id,))
        case TakeQuiz() | TakeOut():
            return Needs((), (command.officer_id,))
        case ReferCustomer():
            return Needs((command.referral.case_id,))
        case _ if isinstance(command, FACTS):
            return Needs((fact_record(command).case_id,))
        case _:
            return Needs((command.case_id,))


def _needs_of_a_day(command: PublishRoutes) -> Needs:
    routes = command.routes
    named = [o for r in routes for o in (r.officer_id, r.starts_with_id) if o is not None]
    return Needs(
        tuple(dict.fromkeys(stop.case_id for route in routes for stop in route.stops)),
        tuple(dict.fromkeys(named)),
        tuple(dict.fromkeys(route_id_of(r.officer_id, command.day) for r in routes)),
    )


class Snapshot:
    """Records by kind and id, with the few questions the core asks of them."""

    def __init__(self, records: Iterable[Versioned[Record]] = ()) -> None:
        self._by_key: dict[tuple[str, str], Versioned[Record]] = {
            (kind_of(v.record), v.record.id): v for v in records
        }
        # Lists are refreshed for hundreds of cases at once: none may walk the others' records.
        self._by_case: dict[tuple[type[Any], CaseId], list[Any]] = {}
        for versioned in self._by_key.values():
            case_id = getattr(versioned.record, "case_id", None)
            if case_id is not None:
                key = (type(versioned.record), case_id)
                self._by_case.setdefault(key, []).append(versioned.record)

    def get[T: Weighed](self, cls: type[T], record_id: str) -> Versioned[T] | None:
        """Return one record with its revision, or None when the snapshot does not hold it."""
        key = (str(cls.__struct_config__.tag), record_id)
        return self._by_key.get(key)  # type: ignore[return-value]  # the key holds the kind

    def rev_of(self, kind: str, record_id: str) -> int | None:
        """Return the revision at which a record was seen, None when it was not."""
        found = self._by_key.get((kind, record_id))
        return found.rev if found else None

    def case(self, case_id: CaseId) -> Case | None:
        """Return the case, or None."""
        found = self.get(Case, case_id)
        return found.record if found else None

    def cases(self) -> list[Case]:
        """Return every case, as they were given."""
        return [v.record for v in self._by_key.values() if isinstance(v.record, Case)]

    def officer(self, officer_id: OfficerId) -> Officer | None:
        """Return the officer, or None."""
        found = self.get(Officer, officer_id)
        return found.record if found else None

    def contacts(self, case_id: CaseId) -> list[Contact]:
        """Return every contact of the case, oldest first."""
        return sorted(self._of(Contact, case_id), key=lambda c: (c.at, c.id))

    def visits(self, case_id: CaseId) -> list[Visit]:
        """Return the visits of the case that no later fact corrects, oldest first."""
        every = self._of(Visit, case_id)
        corrected = {v.corrects for v in every}
        standing = [v for v in every if v.id not in corrected]
        return sorted(standing, key=lambda v: (v.arrived_at, v.id))

    def appointments(self, case_id: CaseId) -> list[Appointment]:
        """Return every appointment of the case, by start."""
        return sorted(self._of(Appointment, case_id), key=lambda a: (a.start, a.id))

    def active_holds(self, case_id: CaseId) -> list[Hold]:
        """Return the holds that stand on the case."""
        return [h for h in self._of(Hold, case_id) if h.active]

    def plans(self, case_id: CaseId) -> list[Plan]:
        """Return every plan of the case, oldest first."""
        return sorted(self._of(Plan, case_id), key=lambda p: (p.proposed_at, p.id))

    def complaints(self, case_id: CaseId) -> list[Complaint]:
        """Return every complaint of the case, oldest first."""
        return sorted(self._of(Complaint, case_id), key=lambda c: (c.received_at, c.id))

    def hardships(self, case_id: CaseId) -> list[Hardship]:
        """Return every hardship note of the case."""
        return self._of(Hardship, case_id)

    def payments(self, case_id: CaseId) -> list[Payment]:
        """Return the money received on the case, oldest first."""
        return sorted(self._of(Payment, case_id), key=lambda p: (p.day, p.id))

    def _of[T: Weighed](self, cls: type[T], case_id: CaseId) -> list[T]:
        return self._by_case.get((cls, case_id), [])
