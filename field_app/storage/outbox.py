"""Unsent work: signed, chained, numbered, in the transaction of its effect and in the journal.

States: queued (not answered) → acked (applied, its echo not yet pulled) → done; or attention
(the server said no; a person decides) → resolved. Rows are never deleted here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from field_app.storage.search_terms import as_json
from field_app.storage.vault import Vault
from sync.domain.commands import (
    FACTS,
    Command,
    decode_command,
    encode_command,
    fact_record,
    name_of,
)
from sync.domain.ids import BranchId, CaseId, DeviceId, MutationId, OfficerId
from sync.domain.outcome import Change
from sync.domain.records import case_of, encode_record, kind_of
from sync.domain.snapshot import needs
from sync.protocol.envelope import (
    FIRST_PREVIOUS,
    SUITE,
    Envelope,
    decode_envelope,
    encode_envelope,
    envelope_hash,
    sign,
)
from sync.protocol.messages import Result


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs on this laptop, and its clocks: `mono_ms` counts since boot `boot_id`."""

    branch_id: BranchId
    officer_id: OfficerId
    device_id: DeviceId
    key: Ed25519PrivateKey
    boot_id: str
    mono_ms: Callable[[], int]


class OutboxRow(msgspec.Struct, frozen=True):
    """One piece of work as the sync screen shows it."""

    seq: int
    mid: MutationId
    what: str
    case_id: str
    envelope: Envelope
    made_at: datetime
    state: str
    attempts: int
    trouble: str
    result: Result | None


class Waiting(msgspec.Struct, frozen=True):
    """Work that is not answered; `before` is its state when it had been answered once already."""

    seq: int
    before: str
    case_id: str


class Answer(msgspec.Struct, frozen=True):
    """What became of a piece of work."""

    seq: int
    state: str
    result: Result


class Outbox:
    """The only table a person's act writes first."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def add(
        self,
        mid: MutationId,
        command: Command,
        changes: Sequence[Change],
        signer: Signer,
        at: datetime,
    ) -> int:
        """Keep a decided command with its changes and return its number.

        Must run inside `vault.transaction()`; the journal has it before the commit.
        """
        seq = self.last_seq() + 1
        envelope = self._sealed(mid, seq, encode_command(command), signer, at)
        case_id = next((c for c in (case_of(change.record) for change in changes) if c), "")
        self._keep(envelope, name_of(command), case_id)
        for change in changes:
            self._lay_over(seq, change)
        self._vault.write_down(seq, encode_envelope(envelope))
        return seq

    def _lay_over(self, seq: int, change: Change) -> None:
        record = change.record
        case_id, body = case_of(record) or "", encode_record(record)
        self._vault.connection.execute(
            "INSERT INTO overlay VALUES (?, ?, ?, ?, ?, ?)",
            (kind_of(record), record.id, seq, change.base_rev + 1, case_id, body),
        )

    def restore(self, seq: int, data: bytes) -> Command | None:
        """Keep an envelope again as the journal has it, to be sent; return its command.

        Of an erased one the journal has only the hash, which the next envelope must name.
        """
        if not data.startswith(b"{"):
            self._go_on_after(seq, data.decode())
            return None
        envelope = decode_envelope(data)
        command = decode_command(bytes(envelope.body))
        self._keep(envelope, name_of(command), next(iter(needs(command).cases), ""))
        return command

    def _keep(self, envelope: Envelope, what: str, case_id: str) -> None:
        self._vault.connection.execute(
            "INSERT INTO outbox (seq, mid, what, case_id, envelope, made_at) VALUES (?,?,?,?,?,?)",
            (
                envelope.seq,
                envelope.mid,
                what,
                case_id,
                encode_envelope(envelope),
                envelope.wall_at.isoformat(),
            ),
        )
        self._go_on_after(envelope.seq, envelope_hash(envelope))

    def _go_on_after(self, seq: int, chain_hash: str) -> None:
        self._vault.set_meta("chain_hash", chain_hash)
        self._vault.set_meta("last_seq", str(seq))

    def carry_over(self, signer: Signer) -> int:
        """Sign waiting work anew for a laptop that was enrolled anew; return how much that is.

        Its numbers begin at one again. Answered work keeps its order below them and stays out of
        the journal: the server knows it from the laptop that this one was.
        """
        waiting = self.rows("queued")
        shift = self.last_seq() + 1
        with self._vault.transaction() as connection:
            connection.execute("PRAGMA defer_foreign_keys = ON")
            connection.execute("UPDATE overlay SET seq = seq - ?", (shift,))
            connection.execute("UPDATE outbox SET seq = seq - ?", (shift,))
            self._vault.set_meta("chain_hash", FIRST_PREVIOUS)
            self._vault.set_meta("last_seq", "0")
            for seq, row in enumerate(waiting, 1):
                self._carry(seq, row, row.seq - shift, signer)
        return len(waiting)

    def _carry(self, seq: int, row: OutboxRow, former: int, signer: Signer) -> None:
        # The very bytes as before: the server may have them, and then answers as it did.
        body = bytes(row.envelope.body)
        envelope = self._sealed(row.mid, seq, body, signer, row.envelope.wall_at)
        execute = self._vault.connection.execute
        execute(
            "UPDATE outbox SET seq = ?, envelope = ?, attempts = 0, trouble = '' WHERE seq = ?",
            (seq, encode_envelope(envelope), former),
        )
        execute("UPDATE overlay SET seq = ? WHERE seq = ?", (seq, former))
        self._go_on_after(seq, envelope_hash(envelope))

    def forget_case(self, case_id: str) -> None:
        """Let go of sent work and drafts of an erased case; what was not sent yet stays."""
        execute = self._vault.connection.execute
        sent = "SELECT seq FROM outbox WHERE case_id = ? AND state IN ('acked', 'done', 'resolved')"
        rows = execute(f"SELECT seq, envelope FROM outbox WHERE seq IN ({sent})", (case_id,))
        hashes = {seq: envelope_hash(decode_envelope(data)).encode() for seq, data in rows}
        own = {seq: hashed for seq, hashed in hashes.items() if seq > 0}
        if own:
            self._vault.journal.replace(own)
        execute(f"DELETE FROM overlay WHERE seq IN ({sent})", (case_id,))
        execute(f"DELETE FROM outbox WHERE seq IN ({sent})", (case_id,))
        execute("DELETE FROM draft WHERE instr(name, ?)", (case_id,))

    def _sealed(
        self, mid: MutationId, seq: int, body: bytes, signer: Signer, at: datetime
    ) -> Envelope:
        unsigned = Envelope(
            suite=SUITE,
            mid=mid,
            branch_id=signer.branch_id,
            officer_id=signer.officer_id,
            device_id=signer.device_id,
            seq=seq,
            prev_hash=self._vault.meta("chain_hash") or FIRST_PREVIOUS,
            body=msgspec.Raw(body),
            wall_at=at,
            boot_id=signer.boot_id,
            mono_ms=signer.mono_ms(),
            checkpoint=self._vault.meta("checkpoint") or "",
        )
        return sign(unsigned, signer.key)

    def last_seq(self) -> int:
        """Return the newest number given."""
        return int(self._vault.meta("last_seq") or 0)

    def rows(self, *states: str) -> list[OutboxRow]:
        """Return the work in these states, oldest first."""
        marks = ", ".join("?" * len(states))
        found = self._vault.connection.execute(
            "SELECT seq, mid, what, case_id, envelope, made_at, state, attempts, trouble, result "
            f"FROM outbox WHERE state IN ({marks}) ORDER BY seq",
            states,
        )
        return [_row(r) for r in found]

    def row(self, mid: MutationId) -> OutboxRow | None:
        """Return one piece of work, or None."""
        found = self._vault.connection.execute(
            "SELECT seq, mid, what, case_id, envelope, made_at, state, attempts, trouble, result "
            "FROM outbox WHERE mid = ?",
            (mid,),
        ).fetchone()
        return _row(found) if found else None

    def count(self, *states: str) -> int:
        """Return how much work is in these states."""
        marks = ", ".join("?" * len(states))
        row = self._vault.connection.execute(
            f"SELECT count(*) FROM outbox WHERE state IN ({marks})", states
        ).fetchone()
        return int(row[0]) if row else 0

    def waiting_of(self, mids: Sequence[MutationId]) -> dict[MutationId, Waiting]:
        """Return those of these envelopes that are not answered yet."""
        rows = self._vault.connection.execute(
            "SELECT mid, seq, before, case_id FROM outbox "
            "WHERE state = 'queued' AND mid IN (SELECT value FROM json_each(?))",
            (as_json(mids),),
        )
        return {MutationId(mid): Waiting(*rest) for mid, *rest in rows}

    def settle(self, answers: Sequence[Answer]) -> None:
        """Keep answers.

        What a person had settled before stays settled when the answer is no again.
        """
        self._vault.connection.executemany(
            "UPDATE outbox SET state = iif(? = 'attention' AND before = 'resolved', before, ?), "
            "result = ?, acked_commit = ?, trouble = '', before = '' WHERE seq = ?",
            [
                (a.state, a.state, msgspec.json.encode(a.result), a.result.commit_no, a.seq)
                for a in answers
            ],
        )

    def looks_otherwise(self, seqs: Sequence[int]) -> set[CaseId]:
        """Return the cases that look different without this work over them.

        The server's record is mostly the very one that was shown: then only its waiting ends.
        Where several acts lie over one record it is not known which of them is seen.
        """
        several = "(SELECT count(*) FROM overlay l WHERE l.kind = o.kind AND l.id = o.id) > 1"
        rows = self._vault.connection.execute(
            "SELECT DISTINCT o.case_id FROM overlay o "
            "LEFT JOIN replica r ON r.kind = o.kind AND r.id = o.id "
            "WHERE o.seq IN (SELECT value FROM json_each(?)) AND o.case_id <> '' "
            f"AND (o.body IS NOT r.body OR {several})",
            (as_json(seqs),),
        )
        return {CaseId(row[0]) for row in rows}

    def show_again(self, mids: Sequence[MutationId]) -> set[CaseId]:
        """Let facts that wait once more be seen; return the cases that look different then.

        A server put back lost their records. What other commands had made is not known any more.
        """
        rows = self._vault.connection.execute(
            "SELECT seq, envelope FROM outbox WHERE state = 'queued' AND before <> '' "
            "AND mid IN (SELECT value FROM json_each(?)) "
            "AND NOT EXISTS (SELECT 1 FROM overlay l WHERE l.seq = outbox.seq)",
            (as_json(mids),),
        )
        touched: set[CaseId] = set()
        for seq, data in rows.fetchall():
            command = decode_command(bytes(decode_envelope(data).body))
            if isinstance(command, FACTS):
                self._lay_over(seq, Change(fact_record(command), 0))
                touched.update(needs(command).cases)
        return touched

    def drop_overlays(self, seqs: Sequence[int]) -> set[CaseId]:
        """Let this work lie over nothing any more; return the cases that look different then."""
        execute, asked = self._vault.connection.execute, (as_json(seqs),)
        these = "seq IN (SELECT value FROM json_each(?))"
        rows = execute(
            f"SELECT DISTINCT case_id FROM overlay WHERE {these} AND case_id <> ''", asked
        )
        touched = {CaseId(row[0]) for row in rows}
        execute(f"DELETE FROM overlay WHERE {these}", asked)
        return touched

    def end(self, seqs: Sequence[int]) -> None:
        """Note that the echo of this work has come down."""
        self._vault.connection.execute(
            "UPDATE outbox SET state = 'done' WHERE seq IN (SELECT value FROM json_each(?))",
            (as_json(seqs),),
        )

    def resolve(self, mid: MutationId) -> None:
        """Note that a person has decided about refused work; the row stays as history."""
        self._vault.connection.execute(
            "UPDATE outbox SET state = 'resolved' WHERE mid = ? AND state = 'attention'", (mid,)
        )


def _row(row: tuple[object, ...]) -> OutboxRow:
    seq, mid, what, case_id, envelope, made_at, state, attempts, trouble, result = row
    return OutboxRow(
        seq=int(str(seq)),
        mid=MutationId(str(mid)),
        what=str(what),
        case_id=str(case_id),
        envelope=decode_envelope(_bytes(envelope)),
        made_at=datetime.fromisoformat(str(made_at)),
        state=str(state),
        attempts=int(str(attempts)),
        trouble=str(trouble),
        result=msgspec.json.decode(_bytes(result), type=Result) if result else None,
    )


def _bytes(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError("the vault keeps envelopes and results as bytes")
    return value
