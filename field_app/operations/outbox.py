"""What waits, what was answered, and what needs a person to decide (`resolutions`)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from field_app.operations.cases import officer_names
from field_app.operations.desk import Desk
from field_app.operations.resolutions import Resolution, of_a_copy, offered
from field_app.storage.incidents import REVIVED, Incident
from field_app.storage.outbox import OutboxRow
from field_app.storage.rescue_story import RescueStory as RescueStory
from field_app.storage.rescue_story import put_away, story_of
from sync.domain.commands import Command, decode_command
from sync.domain.hidden_text import marked_json
from sync.domain.ids import CaseId, MutationId, OfficerId
from sync.domain.outcome import Reason
from sync.domain.records import Case, Record, decode_record
from sync.protocol.checkpoint import Doubt
from sync.protocol.messages import STUMBLED, Result, Status
from sync.protocol.policy_bundle import Distrust

INCIDENTS = 5  # shown of what was put right


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

    @property
    def has_stumbled(self) -> bool:
        """Say whether a fault of the server's keeps it from taking this."""
        return self.trouble == STUMBLED


class AttentionItem(msgspec.Struct, frozen=True):
    """Refused work with both versions; `theirs` is what stands at the server, where told.

    `names` are the colleagues' by id. `of_a_copy`: it may be tried again once this laptop has been
    enrolled anew, and not before.
    """

    item: WaitingItem
    status: Status
    reasons: tuple[Reason, ...]
    mine: Command
    theirs: Record | None
    offered: tuple[Resolution, ...]
    names: Mapping[OfficerId, str]
    of_a_copy: bool

    @property
    def can_retry(self) -> bool:
        """Say whether it may be tried again now."""
        return Resolution.TRY_AGAIN in self.offered and not self.of_a_copy

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
    """How this laptop stands to the server.

    `rescue` is there after the vault was built anew; without a `last_sync` its cases are to come.
    """

    waiting: tuple[WaitingItem, ...]
    attention: tuple[AttentionItem, ...]
    uploads: int
    last_sync: datetime | None
    clock_off: timedelta
    rules_trouble: Distrust | None
    record_trouble: Doubt | None
    history: tuple[SyncRun, ...]
    incidents: tuple[Incident, ...]
    rescue: RescueStory | None


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
        rescue=story_of(vault),
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


def put_away_rescue(desk: Desk) -> None:
    """Tell of the rescue no longer."""
    put_away(desk.store.vault)


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
        of_a_copy(desk, row),
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
