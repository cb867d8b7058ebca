"""Taking a file out of the laptop: asked, on record before the file exists, and only so many a day.

What is on record names what, why and how many cases; never a person or the file's place. It is
sent like all work, so that who leads the team sees it.
"""

from datetime import datetime
from typing import Any

import msgspec

from field_app.operations.cases import officer_names
from field_app.operations.desk import Desk
from field_app.operations.submit import Saved, Written, submit
from sync.domain.commands import TakeOut
from sync.domain.ids import RecordId
from sync.domain.outcome import refused
from sync.domain.records import Export
from sync.domain.time import local_date
from sync.domain.vocabulary import ExportFile, ExportReason, Role


class ExportWish(msgspec.Struct, frozen=True):
    """What a person says before a file exists; without a `password` it is open to all."""

    reason: ExportReason
    words: str
    password: str


class Stamp(msgspec.Struct, frozen=True):
    """Whose file it is: stands on every page."""

    by: str
    at: datetime
    cases: int
    reason: ExportReason


def taken_today(desk: Desk) -> int:
    """Return how many files this person took out today, as far as this laptop knows."""
    today, me = local_date(desk.clock.now(), desk.zone), desk.me.officer_id
    every = (stands.record for stands in desk.store.projection.every(Export))
    return sum(one.officer_id == me and local_date(one.at, desk.zone) == today for one in every)


def most_today(desk: Desk) -> int | None:
    """Return the bank's limit for this person, None when there is none."""
    is_officer = desk.me.role is Role.OFFICER
    return desk.policy.reference.exports_per_day if is_officer else None


def take_out(desk: Desk, wish: ExportWish, file: ExportFile, cases: int, **ids: Any) -> Written:
    """Note that a file is taken out, before there is one; `ids` stay in this laptop's trail."""
    most, now = most_today(desk), desk.clock.now()
    if most is not None and taken_today(desk) >= most:
        return refused("export.daily_cap", n=most)
    export_id, locked = RecordId(desk.ids.fresh()), bool(wish.password)
    command = TakeOut(
        export_id, desk.me.officer_id, file, wish.reason, wish.words, cases, locked, now
    )
    with desk.store.vault.transaction():
        written = submit(desk, command)
        if isinstance(written, Saved):
            told = {"file": str(file), "reason": str(wish.reason), "words": wish.words}
            desk.store.audit.add(now, "export", **told, cases=cases, locked=locked, **ids)
    return written


def stamp(desk: Desk, wish: ExportWish, cases: int) -> Stamp:
    """Return what a file that this person takes out now must carry."""
    by = officer_names(desk).get(desk.me.officer_id, desk.me.officer_id[:8])
    return Stamp(by, desk.clock.now(), cases, wish.reason)
