"""The lead's board: officers, their load and certificates, cases to be given."""

from datetime import date

import msgspec

from field_app.operations.desk import Desk
from field_app.operations.submit import Written, submit
from field_app.operations.today import TodayVisit, visits_of
from field_app.storage.case_lists import Wanted
from sync.domain.commands import AssignCase
from sync.domain.ids import CaseId, OfficerId
from sync.domain.outcome import Gone
from sync.domain.records import Case, Officer
from sync.domain.time import local_date
from sync.domain.vocabulary import AppointmentState, Role

EVERY_CASE = 100_000


class OfficerLoad(msgspec.Struct, frozen=True):
    """An officer on the board; `days_to_expiry` is negative once the certificate has ended."""

    officer: Officer
    cases: int
    visits: int
    days_to_expiry: int | None


class Board(msgspec.Struct, frozen=True):
    """A day of the team."""

    day: date
    officers: tuple[OfficerLoad, ...]
    visits: tuple[TodayVisit, ...]
    unassigned: int
    to_confirm: int


class Suggestion(msgspec.Struct, frozen=True):
    """Whom a case could be given to."""

    case_id: CaseId
    officer_id: OfficerId
    second_id: OfficerId | None


def board(desk: Desk, day: date | None = None) -> Board:
    """Return the board of a day, today when none is given."""
    today = local_date(desk.clock.now(), desk.zone)
    when = day or today
    visits = visits_of(desk, when, None)
    loads = tuple(_load(desk, officer, visits, today) for officer in field_officers(desk))
    return Board(
        day=when,
        officers=loads,
        visits=tuple(v for v in visits if v.state is AppointmentState.AGREED),
        unassigned=desk.store.lists.count(Wanted(unassigned=True)),
        to_confirm=sum(v.state is AppointmentState.PROPOSED for v in visits),
    )


def field_officers(desk: Desk) -> tuple[Officer, ...]:
    """Return the active officers of the team, by name."""
    found = [
        v.record
        for v in desk.store.projection.every(Officer)
        if v.record.role is Role.OFFICER and v.record.active and v.record.team_id == desk.me.team_id
    ]
    return tuple(sorted(found, key=lambda o: o.name))


def assign(
    desk: Desk,
    case_ids: tuple[CaseId, ...],
    officer_id: OfficerId | None,
    second_id: OfficerId | None,
) -> tuple[Written, ...]:
    """Give cases to two officers, or back to the pool; one answer a case."""
    answers: list[Written] = []
    for case_id in case_ids:
        found = desk.store.projection.get(Case, case_id)
        if found is None:
            answers.append(Gone("case", case_id))
            continue
        answers.append(submit(desk, AssignCase(case_id, found.rev, officer_id, second_id)))
    return tuple(answers)


def suggest_by_area(desk: Desk, case_ids: tuple[CaseId, ...]) -> tuple[Suggestion, ...]:
    """Propose for each case who has most cases in its area, else the freest; seconds in turn."""
    rows = desk.store.lists.page(Wanted(), None, EVERY_CASE)
    officers = [o.id for o in field_officers(desk)]
    load = {o: sum(r.officer_id == o for r in rows) for o in officers}
    beside = {o: sum(r.second_id == o for r in rows) for o in officers}
    here: dict[tuple[str, str], int] = {}
    for row in rows:
        here[row.area, row.officer_id] = here.get((row.area, row.officer_id), 0) + 1
    wanted = set(case_ids)
    found = []
    for row in rows:
        if row.id not in wanted or not officers:
            continue
        area = row.area
        ranked = sorted(officers, key=lambda o: (load[o] - 3 * here.get((area, o), 0), o))
        first = ranked[0]
        second = min(ranked[1:], key=lambda o: (beside[o], o), default=None)
        found.append(Suggestion(row.id, first, second))
        load[first] += 1
        if second is not None:
            beside[second] += 1
        here[area, first] = here.get((area, first), 0) + 1
    return tuple(found)


def suggest_unassigned(desk: Desk) -> tuple[Suggestion, ...]:
    """Propose officers for every case that has none."""
    rows = desk.store.lists.page(Wanted(unassigned=True), None, EVERY_CASE)
    return suggest_by_area(desk, tuple(row.id for row in rows))


def take(desk: Desk, suggestions: tuple[Suggestion, ...]) -> tuple[Written, ...]:
    """Give cases as suggested; one answer a case."""
    answers: list[Written] = []
    for one in suggestions:
        answers += assign(desk, (one.case_id,), one.officer_id, one.second_id)
    return tuple(answers)


def _load(desk: Desk, officer: Officer, visits: tuple[TodayVisit, ...], today: date) -> OfficerLoad:
    until = officer.certified_until
    return OfficerLoad(
        officer=officer,
        cases=desk.store.lists.count(Wanted(officer_id=officer.id)),
        visits=sum(officer.id in v.officers for v in visits if v.state is AppointmentState.AGREED),
        days_to_expiry=(until - today).days if until else None,
    )
