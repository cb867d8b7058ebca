"""What a person can do about refused work: let it stand, try it again, keep its words."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

import msgspec

from field_app.operations.desk import Desk
from field_app.operations.submit import Changes, Saved, Written, submit
from field_app.storage.outbox import OutboxRow
from sync.domain.commands import (
    Command,
    PlaceHold,
    PublishRoutes,
    RecordAttachment,
    RecordContact,
    RecordNote,
    RecordVisit,
    ReferCustomer,
    TakeOut,
    TakeQuiz,
    decode_command,
    name_of,
    subject_of,
)
from sync.domain.day_routes import DayRoute, route_id_of
from sync.domain.ids import CaseId, MutationId, RecordId
from sync.domain.outcome import Gone, Reason, refused
from sync.domain.records import Note
from sync.domain.vocabulary import NotedAct

# What the server cannot read now it cannot read later; a laptop that is withdrawn gets no new word.
LEAVING = "mutation.leaving"
COPIED = "mutation.forked"
NEVER_AGAIN = frozenset({"mutation.malformed", LEAVING})


class Resolution(StrEnum):
    """What a person can do about refused work in one step; each has a key of this name."""

    LET_STAND = "let_stand"
    TRY_AGAIN = "try_again"
    KEEP_NOTE = "keep_note"


def accept_theirs(desk: Desk, mid: MutationId) -> Written:
    """Let what stands at the server stand; what was tried stays in the history."""
    row = _undecided(desk, mid)
    if row is None:
        return Gone("mutation", mid)
    with desk.store.vault.transaction():
        desk.store.outbox.resolve(mid)
        desk.store.audit.add(desk.clock.now(), "resolve.theirs", mid=mid)
    return Saved(mid, Changes(frozenset({CaseId(row.case_id)})))


def try_again(desk: Desk, mid: MutationId) -> Written:
    """Submit the same intent anew upon what stands now; the rules are asked again."""
    row = _undecided(desk, mid)
    if row is None:
        return Gone("mutation", mid)
    command, ways = _refused(row)
    if of_a_copy(desk, row):
        return refused(COPIED)
    anew = _anew(desk, command) if Resolution.TRY_AGAIN in ways else None
    if anew is None:
        return refused("attention.cannot_retry")
    return _instead(desk, mid, anew)


def keep_as_note(desk: Desk, mid: MutationId) -> Written:
    """Keep the words of a refused visit or call beside its case; the act itself is let go."""
    row = _undecided(desk, mid)
    if row is None:
        return Gone("mutation", mid)
    command, ways = _refused(row)
    if Resolution.KEEP_NOTE not in ways:
        return refused("attention.cannot_note")
    note = Note(
        id=RecordId(desk.ids.fresh()),
        case_id=CaseId(row.case_id),
        at=desk.clock.now(),
        by=desk.me.officer_id,
        act=NotedAct(name_of(command)),
        refused_id=mid,
        note=words_of(command),
    )
    return _instead(desk, mid, RecordNote(note))


def _instead(desk: Desk, mid: MutationId, command: Command) -> Written:
    """Submit a command in the place of a refused one, which is settled when it was saved."""
    with desk.store.vault.transaction():
        written = submit(desk, command)
        if isinstance(written, Saved):
            desk.store.outbox.resolve(mid)
    return written


def words_of(command: Command) -> str:
    """Return what a person wrote of a visit or a call; nothing of any other act.

    Of hardship and budgets nothing: without the consent they lack their words may not be kept.
    """
    match command:
        case RecordVisit(visit):
            said = (visit.note, visit.next_step)
        case RecordContact(contact):
            said = (contact.note, "")
        case _:
            return ""
    return "\n".join(text.strip() for text in said if text.strip())


def offered(reasons: Sequence[Reason], command: Command) -> tuple[Resolution, ...]:
    """Return what may be done about a command that was refused for these reasons."""
    codes = {reason.code for reason in reasons}
    found = [Resolution.LET_STAND]
    if not (isinstance(command, RecordAttachment) or codes & NEVER_AGAIN):
        found.append(Resolution.TRY_AGAIN)
    if words_of(command) and LEAVING not in codes:
        found.append(Resolution.KEEP_NOTE)
    return tuple(found)


def of_a_copy(desk: Desk, row: OutboxRow) -> bool:
    """Say whether this was refused since there are two copies of the laptop that this still is.

    Tried again it would be refused again, until the laptop has been enrolled anew.
    """
    reasons = row.result.reasons if row.result else ()
    copied = any(reason.code == COPIED for reason in reasons)
    return copied and row.envelope.device_id == desk.signer.device_id


def _undecided(desk: Desk, mid: MutationId) -> OutboxRow | None:
    """Return work that needs a person, None for what was settled meanwhile."""
    row = desk.store.outbox.row(mid)
    return row if row is not None and row.state == "attention" else None


def _refused(row: OutboxRow) -> tuple[Command, tuple[Resolution, ...]]:
    """Return what was refused, and what may be done about it."""
    command = decode_command(bytes(row.envelope.body))
    return command, offered(row.result.reasons if row.result else (), command)


def _anew(desk: Desk, command: Command) -> Command | None:
    """Return the same intent upon what stands now, and what is new under an id nobody has.

    None for a file: its bytes lie under the id they were recorded with.
    """
    subject = subject_of(command)
    if subject is not None:
        return _on_current(desk, command, subject)
    fresh = RecordId(desk.ids.fresh())
    match command:
        case RecordAttachment():
            return None
        case PublishRoutes(day, routes):
            anew = tuple(_route_on_current(desk, day, r) for r in routes)
            return msgspec.structs.replace(command, routes=anew)
        case PlaceHold():
            return msgspec.structs.replace(command, hold_id=fresh)
        case TakeQuiz():
            return msgspec.structs.replace(command, training_id=fresh)
        case TakeOut():
            return msgspec.structs.replace(command, export_id=fresh)
        case ReferCustomer(referral):
            return msgspec.structs.replace(
                command, referral=msgspec.structs.replace(referral, id=fresh)
            )
        case _:
            return _under(command, fresh)


def _under(command: Command, fresh: RecordId) -> Command:
    """Return the fact-command with its fact under another id."""
    for name in command.__struct_fields__:
        fact = getattr(command, name)
        if isinstance(fact, msgspec.Struct):
            other = msgspec.structs.replace(fact, id=fresh)
            return msgspec.structs.replace(command, **{name: other})
    return command


def _on_current(desk: Desk, command: Command, subject: tuple[str, str]) -> Command:
    return msgspec.structs.replace(command, base_rev=_current(desk, subject))


def _route_on_current(desk: Desk, day: date, route: DayRoute) -> DayRoute:
    stands = _current(desk, ("route", route_id_of(route.officer_id, day)))
    return msgspec.structs.replace(route, base_rev=stands)


def _current(desk: Desk, subject: tuple[str, str]) -> int:
    rev = desk.store.vault.connection.execute(
        "SELECT abs(rev) FROM projected WHERE kind = ? AND id = ?", subject
    ).fetchone()
    return int(rev[0]) if rev else 0
