"""What waits, what was answered, and what needs a person to decide."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec

from field_app.operations.cases import officer_names
from field_app.operations.desk import Desk
from field_app.operations.submit import Changes, Saved, Written, submit
from field_app.storage.incidents import REVIVED, Incident
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
from sync.domain.hidden_text import marked_json
from sync.domain.ids import CaseId, MutationId, OfficerId, RecordId
from sync.domain.outcome import Gone, Reason, refused
from sync.domain.records import Case, Note, Record, decode_record
from sync.domain.vocabulary import NotedAct
from sync.protocol.checkpoint import Doubt
from sync.protocol.messages import Result, Status
from sync.protocol.policy_bundle import Distrust

INCIDENTS = 5  # shown of what was put right
# What the server cannot read now it cannot read later; a laptop that is withdrawn gets no new word.
LEAVING = "mutation.leaving"
NEVER_AGAIN = frozenset({"mutation.malformed", LEAVING})


class WaitingItem(msgspec.Struct, frozen=True):
    """One piece of work on the sync screen."""

    mid: MutationId
    seq: int
    what: str
    case_id: CaseId
    case_no: str
    at: datetime
    state: str
    attempts: int
    trouble: str


class Resolution(StrEnum):
    """What a person can do about refused work in one step; each has a key of this name."""

    LET_STAND = "let_stand"
    TRY_AGAIN = "try_again"
    KEEP_NOTE = "keep_note"


class AttentionItem(msgspec.Struct, frozen=True):
    """Refused work with both versions; `theirs` is what stands at the server, where told.

    `names` are the colleagues' by id.
    """

    item: WaitingItem
    status: Status
    reasons: tuple[Reason, ...]
    mine: Command
    theirs: Record | None
    offered: tuple[Resolution, ...]
    names: Mapping[OfficerId, str]

    @property
    def can_retry(self) -> bool:
        """Say whether it may be tried again."""
        return Resolution.TRY_AGAIN in self.offered

    @property
    def can_note(self) -> bool:
        """Say whether its words may be kept beside a case that is still here."""
        return Resolution.KEEP_NOTE in self.offered and bool(self.item.case_no)


class SyncRun(msgspec.Struct, frozen=True):
    """One finished sync."""

    began_at: datetime
    ended_at: datetime
    sent: int
    received: int
    trouble: str


class SyncState(msgspec.Struct, frozen=True):
    """How this laptop stands to the server."""

    waiting: tuple[WaitingItem, ...]
    attention: tuple[AttentionItem, ...]
    uploads: int
    last_sync: datetime | None
    clock_off: timedelta
    rules_trouble: Distrust | None
    record_trouble: Doubt | None
    history: tuple[SyncRun, ...]
    incidents: tuple[Incident, ...]


def state(desk: Desk) -> SyncState:
    """Return everything the sync screen shows."""
    vault = desk.store.vault
    last = vault.meta("last_sync")
    return SyncState(
        waiting=tuple(_item(desk, r) for r in desk.store.outbox.rows("queued")),
        attention=tuple(_attention(desk, r) for r in desk.store.outbox.rows("attention")),
        uploads=len(desk.store.replica.uploads()),
        last_sync=datetime.fromisoformat(last) if last else None,
        clock_off=desk.store.server_time.off_by(),
        rules_trouble=desk.store.rulebook.trouble,
        record_trouble=desk.store.witness.trouble,
        history=_history(desk),
        incidents=_incidents(desk),
    )


def _incidents(desk: Desk) -> tuple[Incident, ...]:
    """Return what there is to tell of what was put right, cases by their number."""
    told = [one for one in desk.store.incidents.latest(INCIDENTS) if one.is_telling]
    return tuple(
        msgspec.structs.replace(one, scope=_case_no(desk, one.scope))
        if one.what == REVIVED
        else one
        for one in told
    )


def has_synced(desk: Desk) -> bool:
    """Say whether this laptop has ever read everything from the server."""
    return desk.store.vault.meta("last_sync") is not None


def note_run(desk: Desk, run: SyncRun) -> None:
    """Keep the story of one sync."""
    with desk.store.vault.transaction() as connection:
        connection.execute(
            "INSERT INTO sync_run (began_at, ended_at, sent, received, trouble) "
            "VALUES (?, ?, ?, ?, ?)",
            (
                run.began_at.isoformat(),
                run.ended_at.isoformat(),
                run.sent,
                run.received,
                run.trouble,
            ),
        )


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


def _case_no(desk: Desk, case_id: str) -> str:
    case = desk.store.projection.get(Case, case_id) if case_id else None
    return case.record.case_no if case else ""


def _item(desk: Desk, row: OutboxRow) -> WaitingItem:
    return WaitingItem(
        row.mid,
        row.seq,
        row.what,
        CaseId(row.case_id),
        _case_no(desk, row.case_id),
        row.made_at,
        row.state,
        row.attempts,
        row.trouble,
    )


def _attention(desk: Desk, row: OutboxRow) -> AttentionItem:
    result = row.result
    if result is None:
        raise LookupError(f"envelope {row.seq} needs attention without an answer")
    status = result.first if result.status is Status.ALREADY and result.first else result.status
    command = decode_command(bytes(row.envelope.body))
    return AttentionItem(
        _item(desk, row),
        status,
        result.reasons,
        command,
        _theirs(result),
        offered(result.reasons, command),
        officer_names(desk),
    )


def _theirs(result: Result) -> Record | None:
    """Return what stands at the server instead, when it said so."""
    body = bytes(result.current)
    if not result.kind or body == b"null":
        return None
    return decode_record(result.kind, marked_json(body))


def _history(desk: Desk) -> tuple[SyncRun, ...]:
    rows = desk.store.vault.connection.execute(
        "SELECT began_at, ended_at, sent, received, trouble FROM sync_run ORDER BY n DESC LIMIT 20"
    )
    return tuple(
        SyncRun(datetime.fromisoformat(b), datetime.fromisoformat(e), s, r, t)
        for b, e, s, r, t in rows
    )
