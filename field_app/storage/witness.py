"""This laptop as a witness: it keeps each signed checkpoint of the server's log it was shown.

The first is believed; every later one must grow out of it. A checkpoint that cannot is kept as
evidence and the warning stays for good, for a later honest answer does not undo it.
"""

from datetime import datetime, timedelta

import msgspec

from field_app.storage.audit import AuditTrail
from field_app.storage.profile import profile_of
from field_app.storage.trouble import Damaged
from field_app.storage.vault import DATABASE, Vault
from sync.domain.time import Clock
from sync.protocol.checkpoint import MOST_PROVEN, Checkpoint, Doubt, Unproven, is_signed

ASK_EVERY = timedelta(minutes=10)
TROUBLE, ASKED, MARK = "record_trouble", "record_asked_at", "checkpoint"
EVIDENCE = frozenset({Doubt.SHRANK, Doubt.CHANGED})


class Witness:
    """Keeps checkpoints; used on the store thread."""

    def __init__(self, vault: Vault, audit: AuditTrail, clock: Clock) -> None:
        self._vault = vault
        self._audit = audit
        self._clock = clock

    @property
    def trouble(self) -> Doubt | None:
        """Return why the server's record is not believed, None when all is well."""
        noted = self._vault.meta(TROUBLE)
        return Doubt(noted) if noted else None

    def saw(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint that came with an answer; what is wrong with it becomes the trouble."""
        profile = profile_of(self._vault)
        if profile is None:
            raise Damaged(DATABASE)
        with self._vault.transaction():
            if not profile.audit_key:
                self._note(Doubt.NO_KEY)
            elif checkpoint.branch_id != profile.branch_id or not is_signed(
                checkpoint, profile.audit_key
            ):
                self._note(Doubt.BAD_SIGNATURE)
            else:
                self._keep(checkpoint)

    def _keep(self, checkpoint: Checkpoint) -> None:
        largest = self._largest()
        if largest is None:
            self._write(checkpoint, "proven")
        elif checkpoint.size < largest.size:
            self._doubt(checkpoint, Doubt.SHRANK)
        elif checkpoint.size == largest.size and checkpoint.root != largest.root:
            self._doubt(checkpoint, Doubt.CHANGED)
        else:
            self._write(checkpoint, "seen")
        self._vault.set_meta(MARK, checkpoint.mark)
        self._note(None)

    def _largest(self) -> Checkpoint | None:
        row = self._vault.connection.execute(
            "SELECT body FROM checkpoint WHERE state <> 'doubted' ORDER BY size DESC LIMIT 1"
        ).fetchone()
        return msgspec.json.decode(row[0], type=Checkpoint) if row else None

    def _write(self, checkpoint: Checkpoint, state: str) -> None:
        """Keep a checkpoint; one of the same tree shown again keeps its place and its state."""
        self._vault.connection.execute(
            "INSERT INTO checkpoint (size, root, body, state) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (size, root) DO UPDATE SET body = excluded.body",
            (checkpoint.size, checkpoint.root, msgspec.json.encode(checkpoint), state),
        )

    def unproven(self) -> Unproven | None:
        """Return what is to be proven now; None when nothing is, or it was asked a while ago."""
        asked, now = self._vault.meta(ASKED), self._clock.now()
        if asked and timedelta() <= now - datetime.fromisoformat(asked) < ASK_EVERY:
            return None
        proven = self._in_state("proven", "DESC")[:1]
        seen = self._in_state("seen", "ASC")[:MOST_PROVEN]
        if not proven or not seen:
            return None
        self._vault.set_meta(ASKED, now.isoformat())
        return Unproven((*proven, *seen[:-1]), seen[-1])

    def _in_state(self, state: str, order: str) -> list[Checkpoint]:
        rows = self._vault.connection.execute(
            f"SELECT body FROM checkpoint WHERE state = ? ORDER BY size {order} "
            f"LIMIT {MOST_PROVEN}",
            (state,),
        )
        return [msgspec.json.decode(row[0], type=Checkpoint) for row in rows.fetchall()]

    def proved(self, newest: Checkpoint) -> None:
        """Note that everything up to this checkpoint lies on one line."""
        self._vault.connection.execute(
            "UPDATE checkpoint SET state = 'proven' WHERE state = 'seen' AND size <= ?",
            (newest.size,),
        )

    def disproved(self, newest: Checkpoint) -> None:
        """Note that this checkpoint does not grow out of those before."""
        with self._vault.transaction():
            self._doubt(newest, Doubt.CHANGED)

    def _doubt(self, checkpoint: Checkpoint, doubt: Doubt) -> None:
        self._write(checkpoint, "doubted")
        self._vault.connection.execute(
            "UPDATE checkpoint SET state = 'doubted' "
            "WHERE size = ? AND root = ? AND state = 'seen'",
            (checkpoint.size, checkpoint.root),
        )
        self._note(doubt)

    def _note(self, trouble: Doubt | None) -> None:
        """Keep the trouble; what is evidence stays."""
        stands = self.trouble
        if trouble is stands or stands in EVIDENCE:
            return
        self._vault.set_meta(TROUBLE, str(trouble or ""))
        if trouble is not None:
            self._audit.add(self._clock.now(), "checkpoint.doubted", why=str(trouble))

    def outlived(self, leaves: int) -> None:
        """Ask no longer for what a server put back from a backup lost: the log behind `leaves`.

        What was shown of it is kept; what came before must still be the log's beginning.
        """
        with self._vault.transaction() as connection:
            lost = connection.execute(
                "UPDATE checkpoint SET state = 'doubted' WHERE size > ? AND state <> 'doubted'",
                (leaves,),
            )
            if lost.rowcount:
                self._audit.add(self._clock.now(), "log.put_back", leaves=leaves)

    def every(self) -> list[Checkpoint]:
        """Return all that were kept, in the order they came."""
        rows = self._vault.connection.execute("SELECT body FROM checkpoint ORDER BY n")
        return [msgspec.json.decode(row[0], type=Checkpoint) for row in rows.fetchall()]
