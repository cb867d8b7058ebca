"""The engine's `Replica` port on the vault: pages in, answers in, unsent work out.

Each method is one transaction. A record stays while at least one scope holds it; own work is
shown over it until its echo has come down with the feed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from field_app.storage.arriving import (
    Foreseen,
    Foresight,
    entries_of,
    only_brought,
    sum_of,
    unknown,
)
from field_app.storage.attachments import AttachmentFiles
from field_app.storage.case_index import CaseIndex
from field_app.storage.held_records import HeldRecords
from field_app.storage.incidents import RECOVERED, REPAIRED, REREAD, REVIVED, Incidents
from field_app.storage.outbox import Answer, Outbox
from field_app.storage.restored import GivingBack
from field_app.storage.rulebook import Rulebook
from field_app.storage.scope_sums import ScopeSums
from field_app.storage.server_time import ServerTime, Uptime
from field_app.storage.uploads import Uploads
from field_app.storage.vault import Vault
from field_app.storage.witness import Witness
from sync.domain.ids import CaseId, DeviceId, MutationId
from sync.domain.time import Clock
from sync.engine.ports import ScopeState, UploadState
from sync.protocol.checkpoint import Checkpoint, Unproven
from sync.protocol.digest import Digest, HeldRow, Key
from sync.protocol.envelope import Envelope, decode_envelope
from sync.protocol.messages import (
    SETTLED_WELL,
    STUMBLED,
    Clocks,
    Hello,
    Result,
    Status,
    has_stumbled,
)
from sync.protocol.pages import WHOLE_COMMIT, Cursor, Op, Page, PageOp
from sync.protocol.policy_bundle import Distrust, PolicyStanding, Trusted


class VaultReplica:
    """What the sync engine sees of the laptop."""

    def __init__(
        self,
        vault: Vault,
        outbox: Outbox,
        index: CaseIndex,
        files: AttachmentFiles,
        copies: AttachmentFiles,
        rulebook: Rulebook,
        witness: Witness,
        incidents: Incidents,
        server_time: ServerTime,
        clock: Clock,
        uptime: Uptime,
    ) -> None:
        self._vault = vault
        self._outbox = outbox
        self._index = index
        self._uploads = Uploads(vault, files)
        self._held = HeldRecords(vault, outbox, self._uploads, copies)
        self._rulebook = rulebook
        self._witness = witness
        self._incidents = incidents
        self._sums = ScopeSums(vault.connection, clock)
        self._foresight = Foresight()
        self._giving_back = GivingBack(vault, files, witness, incidents)
        self._server_time = server_time
        self._clock = clock
        self._uptime = uptime

    def device_id(self) -> DeviceId:
        """Return this laptop's id."""
        return DeviceId(str(self._vault.meta("device_id")))

    def server_id(self) -> str:
        """Return the id of the server this laptop was enrolled with."""
        return str(self._vault.meta("server_id"))

    def last_seq(self) -> int:
        """Return the number of the newest envelope this laptop made."""
        return self._outbox.last_seq()

    def waiting(self, limit: int, max_bytes: int) -> Sequence[Envelope]:
        """Return unsent envelopes, lowest number first, at least one when any waits.

        What the server has stumbled over comes last: it has its place in the chain already.
        """
        found: list[Envelope] = []
        size = 0
        for data in self._unsent(limit):
            size += len(data)
            if found and size > max_bytes:
                break
            found.append(decode_envelope(data))
        return found

    def _unsent(self, limit: int) -> list[bytes]:
        found: list[bytes] = []
        for which in ("<>", "="):  # two questions, each of which ends with the last row it needs
            rows = self._vault.connection.execute(
                f"SELECT envelope FROM outbox WHERE state = 'queued' AND trouble {which} ? "
                "ORDER BY seq LIMIT ?",
                (STUMBLED, limit - len(found)),
            )
            found += [data for (data,) in rows]
        return found

    def clocks(self) -> Clocks:
        """Return what this laptop's clocks show now."""
        return Clocks(self._clock.now(), self._uptime.boot_id, self._uptime.mono_ms())

    def waiting_count(self) -> int:
        """Return how many envelopes are not yet answered, without those it has stumbled over."""
        row = self._vault.connection.execute(
            "SELECT count(*) FROM outbox WHERE state = 'queued' AND trouble <> ?", (STUMBLED,)
        ).fetchone()
        return int(row[0]) if row else 0

    def settle(self, results: Sequence[Result]) -> None:
        """Keep the server's answers: applied work waits for its echo, refused work for a person.

        Until its echo comes applied work is shown as before, so only what is dropped is reckoned.
        What the server stumbled over stays unsent, and is shown as before.
        """
        stumbled = [r.mid for r in results if has_stumbled(r)]
        results = [r for r in results if not has_stumbled(r)]
        waiting = self._outbox.waiting_of([r.mid for r in results])  # others are answered already
        told = [r for r in {r.mid: r for r in reversed(results)}.values() if r.mid in waiting]
        answers = [Answer(waiting[r.mid].seq, _state(r), r) for r in told]
        again = [waiting[r.mid] for r in told if r.status is Status.APPLIED]
        lost = sum(one.before in ("acked", "done") for one in again)
        with self._vault.transaction():
            self.note_attempt(stumbled, STUMBLED)
            self._outbox.settle(answers)
            touched = self._outbox.show_again(stumbled)
            touched |= self._outbox.drop_overlays(
                [a.seq for a in answers if a.state == "attention"]
            )
            if lost:
                self._incidents.count_up(self._clock.now(), RECOVERED, lost)
            for one in again:
                if one.before == "resolved":  # a person thinks that it is over
                    self._incidents.add(self._clock.now(), REVIVED, one.case_id, 1)
            touched |= self._drop_echoed()
            self._index.refresh(touched)

    def note_attempt(self, mids: Sequence[MutationId], trouble: str) -> None:
        """Count a failed try of these envelopes and keep its code."""
        with self._vault.transaction() as connection:
            connection.executemany(
                "UPDATE outbox SET attempts = attempts + 1, trouble = ? WHERE mid = ?",
                [(trouble, mid) for mid in mids],
            )

    def scope_states(self) -> Sequence[ScopeState]:
        """Return the scopes this laptop holds, with their cursors."""
        rows = self._vault.connection.execute(
            "SELECT scope, epoch, commit_no, idx, floor FROM scope_state ORDER BY scope"
        )
        return [ScopeState(s, Cursor(c, i), e, f) for s, e, c, i, f in rows]

    def apply_page(self, page: Page) -> None:
        """Apply one page and its cursor; the same page twice changes nothing."""
        with self._vault.transaction() as connection, self._foresight.resting():
            after, foreseen = self._reached(page.scope), self._foresight.take(page)
            new = unknown(connection, foreseen.cases if foreseen else only_brought(page.ops))
            if page.more and self._index.is_empty():
                self._index.put_off_orders()
            all_new = self._held.take(page.scope, page.ops)
            known = [op for op in page.ops if op.case_id not in new]
            touched = self._seen_of(known, all_new=all_new)
            cursor = Cursor.parse(page.to)
            if not page.more:
                # Every commit up to the head is read: the feed number is taken last.
                cursor = max(cursor, Cursor(page.head, WHOLE_COMMIT))
                touched |= self._held.forget_former(page.scope)
            connection.execute(
                "INSERT INTO scope_state VALUES (?, ?, ?, ?, ?) ON CONFLICT (scope) DO UPDATE SET "
                "epoch = excluded.epoch, commit_no = excluded.commit_no, idx = excluded.idx, "
                "floor = iif(commit_no = 0, excluded.floor, floor)",
                (page.scope, page.epoch, cursor.commit_no, cursor.idx, page.floor),
            )
            if page.checkpoint is not None:
                self._witness.saw(page.checkpoint)
            touched |= self._drop_echoed()
            entries = foreseen.entries if foreseen else entries_of(page.ops, new)
            self._index.add([entry for case_id, entry in entries.items() if case_id in new])
            self._index.refresh(touched)
            if not page.more and self._index.lacks_orders():
                self._index.set_orders()
        self._sums.arrived(page, after, self._came(page, foreseen) if all_new else None)
        self._sums.hear(page.scope, page.head, None if page.more else page.digest)

    def foresee(self, page: Page) -> None:
        """Reckon beforehand what `apply_page` needs; pure work, for any thread."""
        self._foresight.reckon(page)

    def _came(self, page: Page, foreseen: Foreseen | None) -> Digest:
        return foreseen.sum if foreseen else sum_of(page.ops)

    def _reached(self, scope: str) -> Cursor:
        row = self._vault.connection.execute(
            "SELECT commit_no, idx FROM scope_state WHERE scope = ?", (scope,)
        ).fetchone()
        return Cursor(*row) if row else Cursor()

    def _seen_of(self, ops: Sequence[PageOp], *, all_new: bool) -> set[CaseId]:
        """Return the cases that look different by these; what own work lies over is not seen yet.

        The echo of one's own day is that: it is looked at when the work over it is dropped.
        """
        own = set(self._vault.connection.execute("SELECT kind, id FROM overlay").fetchall())
        seen = [
            op for op in ops if op.case_id and not (op.op is Op.PUT and (op.kind, op.id) in own)
        ]
        return self._index.moved_by(seen) if all_new else {op.case_id for op in seen}

    def _drop_echoed(self) -> set[CaseId]:
        """End work whose echo every scope has passed, and show the server's own words instead."""
        connection = self._vault.connection
        # What a server put back answers has numbers that were read of the former one already.
        epoch = self._giving_back.epoch
        row = connection.execute(
            "SELECT min(iif(epoch = coalesce(?, epoch), commit_no, 0)) FROM scope_state", (epoch,)
        ).fetchone()
        reached = row[0] if row and row[0] is not None else 0
        done = [
            row[0]
            for row in connection.execute(
                "SELECT seq FROM outbox WHERE state = 'acked' AND acked_commit <= ?", (reached,)
            )
        ]
        if not done:
            return set()
        self._outbox.end(done)
        changed = self._outbox.looks_otherwise(done)
        self._outbox.drop_overlays(done)
        return changed

    def reset_scope(self, scope: str, epoch: str) -> None:
        """Begin the scope anew; what it held stays readable until the new reading is whole."""
        with self._vault.transaction() as connection:
            stood = connection.execute(
                "SELECT epoch FROM scope_state WHERE scope = ?", (scope,)
            ).fetchone()
            self._held.set_aside(scope, other_epoch=stood is not None and stood[0] != epoch)
            connection.execute(
                "INSERT OR REPLACE INTO scope_state VALUES (?, ?, 0, -1, 0)", (scope, epoch)
            )
        self._sums.hear(scope, 0, None)

    def told(self, scope: str, head: int) -> Digest | None:
        """Return the digest the server told of the scope, when it was read up to this commit."""
        return self._sums.told(scope, head)

    def suits(self, scope: str, digest: Digest) -> bool:
        """Say whether the scope's records add up to this; True too when it was looked at lately."""
        return self._sums.suits(scope, digest)

    def bucket_sums(self, scope: str) -> Mapping[int, Digest]:
        """Return the digests of the scope's buckets that are not empty."""
        return self._sums.bucket_sums(scope)

    def bucket_rows(self, scope: str, buckets: Sequence[int]) -> Sequence[HeldRow]:
        """Return what these buckets hold."""
        return self._sums.bucket_rows(scope, buckets)

    def repair(self, scope: str, pages: Sequence[Page], gone: Sequence[Key]) -> None:
        """Put right what differed from the server, in one transaction, and note the incident."""
        ops = [op for page in pages for op in page.ops]
        with self._vault.transaction():
            touched = {op.case_id for op in ops if op.case_id}
            self._held.put_right(scope, ops)
            for key in gone:
                touched |= self._held.drop(scope, key)
            self._incidents.add(self._clock.now(), REPAIRED, scope, len(ops) + len(gone))
            self._index.refresh(touched)

    def put_back(self, hello: Hello) -> None:
        """Queue again what this server does not have; see `field_app.storage.restored`."""
        self._giving_back.put_back(hello, self.scope_states(), self._clock.now())

    def note_reset(self, scope: str) -> None:
        """Note that a scope is read anew."""
        self._incidents.add(self._clock.now(), REREAD, scope)

    def leave_scopes(self, kept: Sequence[str]) -> None:
        """Purge what is held only through scopes that are no longer granted."""
        left = {s.scope for s in self.scope_states()} - set(kept)
        if not left:
            return
        with self._vault.transaction() as connection:
            touched: set[CaseId] = set()
            for scope in sorted(left):
                touched |= self._held.forget(scope) | self._held.forget_former(scope)
                connection.execute("DELETE FROM scope_state WHERE scope = ?", (scope,))
            self._index.refresh(touched)

    def uploads(self) -> Sequence[UploadState]:
        """Return files whose facts the server has and whose bytes it has not."""
        return self._uploads.waiting()

    def read_upload(self, attachment_id: str, offset: int, size: int) -> bytes:
        """Return up to `size` plain bytes of the file from `offset`, none when it was changed."""
        return self._uploads.read(attachment_id, offset, size)

    def uploaded(self, attachment_id: str) -> None:
        """Note that the server has the whole file."""
        self._uploads.done(attachment_id)

    def policy_standing(self) -> PolicyStanding:
        """Return the policy key this laptop believes and the newest rules it has."""
        return self._rulebook.standing()

    def keep_policy(self, proven: Trusted) -> None:
        """Keep proven rules and put them in force, when this program can read them."""
        self._rulebook.keep(proven)

    def note_policy(self, trouble: Distrust | None) -> None:
        """Keep why newer rules were not believed; None when all is well."""
        self._rulebook.note(trouble)

    def saw(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint of the server's log."""
        self._witness.saw(checkpoint)

    def unproven(self) -> Unproven | None:
        """Return the checkpoints that are to be proven now, None when it is not time."""
        return self._witness.unproven()

    def proved(self, newest: Checkpoint) -> None:
        """Note that the log grew out of what this laptop saw before."""
        self._witness.proved(newest)

    def disproved(self, newest: Checkpoint) -> None:
        """Note that it did not."""
        self._witness.disproved(newest)

    def met(self, server_at: datetime) -> None:
        """Keep what the server's clock shows now."""
        self._server_time.heard(server_at)

    def note_sync(self) -> None:
        """Keep when the last whole sync ended."""
        now = self._clock.now()
        self._vault.set_meta("last_sync", now.isoformat())


def _state(result: Result) -> str:
    return "acked" if _final(result) in SETTLED_WELL else "attention"


def _final(result: Result) -> Status:
    """Return what became of it in the end: a repeat answers with the first time's status."""
    return result.first if result.status is Status.ALREADY and result.first else result.status
