"""Learning: one's own modules and certificate, and for the lead everybody's."""

from datetime import date

import msgspec

from field_app.operations.desk import Desk
from field_app.operations.submit import Written, submit
from field_app.operations.team import field_officers
from sync.domain.commands import TakeQuiz
from sync.domain.curriculum import PassedModule
from sync.domain.ids import RecordId
from sync.domain.records import Officer
from sync.domain.time import local_date


class Learned(msgspec.Struct, frozen=True):
    """What a person has passed; `days_left` is negative once the certificate has ended."""

    name: str
    passed: dict[str, PassedModule]
    certified_until: date | None
    days_left: int | None


def my_state(desk: Desk) -> Learned:
    """Return one's own state."""
    found = desk.store.projection.get(Officer, desk.me.officer_id)
    if found is None:
        return Learned("", {}, None, None)
    return _learned(found.record, local_date(desk.clock.now(), desk.zone))


def overview(desk: Desk) -> tuple[Learned, ...]:
    """Return the state of every officer of the team, those whose certificate ends first on top."""
    today = local_date(desk.clock.now(), desk.zone)
    every = (_learned(officer, today) for officer in field_officers(desk))
    return tuple(sorted(every, key=lambda one: (one.certified_until or date.min, one.name)))


def take(desk: Desk, module: str, version: str, answers: tuple[int, ...]) -> Written:
    """Keep the answers to a module's questions; graded here and again by the server."""
    training = RecordId(desk.ids.fresh())
    now = desk.clock.now()
    return submit(desk, TakeQuiz(training, desk.me.officer_id, module, version, answers, now))


def _learned(officer: Officer, today: date) -> Learned:
    until = officer.certified_until
    left = (until - today).days if until else None
    return Learned(officer.name, {p.module: p for p in officer.passed}, until, left)
