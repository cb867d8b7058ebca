"""Commands these tests give again and again."""

from datetime import date

from sync.domain.commands import (
    AssignCase,
    LiftHold,
    PlaceHold,
    PublishRoutes,
    RecordContact,
    RevealField,
)
from sync.domain.day_routes import DayRoute
from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.records import Contact, Reveal
from sync.domain.vocabulary import Channel, ContactResult, HoldKind, Revealable
from tests.server.laptop import PRIVATE_WORDS, Bare, fresh, now


def call(laptop: Bare, case_id: CaseId, note: str = PRIVATE_WORDS) -> RecordContact:
    """Return a telephone call that was made just now."""
    who = {"by": laptop.me, "note": note}
    made = (Channel.PHONE, now(), ContactResult.NO_ANSWER)
    return RecordContact(Contact(RecordId(fresh()), case_id, *made, **who))


def look(laptop: Bare, case_id: CaseId) -> RevealField:
    """Return a look at a telephone number."""
    return RevealField(Reveal(RecordId(fresh()), case_id, now(), laptop.me, Revealable.PHONE))


def hold(case_id: CaseId) -> PlaceHold:
    """Return a rest for a case."""
    return PlaceHold(RecordId(fresh()), case_id, HoldKind.ILLNESS, PRIVATE_WORDS, now())


def lift(placed: PlaceHold, base_rev: int = 1) -> LiftHold:
    """Return the end of a rest."""
    return LiftHold(placed.hold_id, placed.case_id, base_rev, PRIVATE_WORDS, now())


def give(
    case_id: CaseId, base_rev: int, first: OfficerId | None, second: OfficerId | None = None
) -> AssignCase:
    """Return the giving of a case."""
    return AssignCase(case_id, base_rev, first, second)


def route(officer_id: OfficerId, day: date, source: str, base_rev: int = 0) -> PublishRoutes:
    """Return a day without visits."""
    return PublishRoutes(day, (DayRoute(officer_id, base_rev, ()),), source)
