"""This laptop as a witness: it keeps each signed checkpoint of the server's log it was shown.

The first is believed; every later one must grow out of it. A checkpoint that cannot is kept as
evidence and the warning stays for good, for a later honest answer does not undo it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from field_app.storage.audit import AuditTrail
from field_app.storage.profile import Profile, keep_profile, profile_of
from field_app.storage.trouble import Damaged
from field_app.storage.vault import DATABASE, Vault
from sync.domain.time import Clock
from sync.protocol.checkpoint import MOST_PROVEN, Checkpoint, Doubt, Unproven, is_signed
from sync.protocol.epochs import Ended, Way, is_approved, is_declared, leads, since, way
from sync.protocol.messages import Hello, PastEpoch

ASK_EVERY = timedelta(minutes=10)
TROUBLE, ASKED, MARK = "record_trouble", "record_asked_at", "checkpoint"
EPOCH, HELD = "record_epoch", "record_held"  # which epoch's log is believed; which one waits
PAST = "record_past"  # the epochs before the one that is believed
NOTES = (TROUBLE, MARK, EPOCH, HELD, PAST)  # without which a checkpoint says little
MOST_LEAVES = 2**63 - 1
EVIDENCE = frozenset({Doubt.SHRANK, Doubt.CHANGED})


class Hold(msgspec.Struct, frozen=True):
    """An epoch that waits for its approval; its checkpoints come after the `after`th row.

    They stand there in doubt until then.
    """

    epoch: str
    after: int


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
        profile = self._profile()
        with self._vault.transaction():
            if not profile.audit_key:
                self._note(Doubt.NO_KEY)
            elif checkpoint.branch_id != profile.branch_id or not is_signed(
                checkpoint, profile.audit_key
            ):
                self._note(Doubt.BAD_SIGNATURE)
            elif self._vault.meta(HELD):
                self._write(checkpoint, "doubted")
                self._vault.set_meta(MARK, checkpoint.mark)
                self._note(Doubt.UNAPPROVED)
            else:
                self._keep(checkpoint)

    def _profile(self) -> Profile:
        profile = profile_of(self._vault)
        if profile is None:
            raise Damaged(DATABASE)
        return profile

    def _keep(self, checkpoint: Checkpoint) -> None:
        largest = self._largest()
        if largest is not None and largest.mark == checkpoint.mark == self._vault.meta(MARK):
            self._note(None)
            return  # with each sync without news: nothing is written
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
        if self._vault.meta(HELD):
            return None
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

    def follow(self, hello: Hello, former: str) -> None:
        """Follow the server into a new epoch, once it is approved; `former` is the one scopes name.

        Until then what is shown is held beside what was shown before, and compared with nothing.
        """
        profile, stands = self._profile(), self._vault.meta(EPOCH) or former or hello.epoch
        with self._vault.transaction():
            if stands != hello.epoch:
                led = self.way(hello, stands)
                if profile.approver_key and not _is_approved(hello, stands, led, profile):
                    self._hold(hello.epoch)
                    return
                self._outlived(led)
            self._believe(hello)
            self._compare_held(hello, stands)
            if hello.approver_key and not profile.approver_key:
                self._pin(profile, hello.approver_key)

    def way(self, hello: Hello, epoch: str) -> Way | None:
        """Return what lies between an epoch and this server, None when nothing is in common."""
        noted = self._vault.meta(PAST)
        known = msgspec.json.decode(noted, type=tuple[PastEpoch, ...]) if noted else ()
        return way(epoch, hello.past, known, self._vault.meta(EPOCH) or "")

    def _believe(self, hello: Hello) -> None:
        told = {EPOCH: hello.epoch, PAST: msgspec.json.encode(hello.past).decode()}
        for name, value in told.items():
            if (self._vault.meta(name) or "[]") != value:
                self._vault.set_meta(name, value)

    def _pin(self, profile: Profile, approver_key: str) -> None:
        """Know the approver from now on: the laptop is older than the bank's having one."""
        self._audit.add(self._clock.now(), "approver.pinned", key=approver_key)
        keep_profile(self._vault, msgspec.structs.replace(profile, approver_key=approver_key))

    def _outlived(self, led: Way | None) -> None:
        """Ask no longer for what a server put back from a backup lost of its log.

        What was shown of it is kept; what came before must still be the log's beginning.
        """
        if led is None:
            return
        lost = self._vault.connection.execute(
            "UPDATE checkpoint SET state = 'doubted' WHERE size > ? AND state <> 'doubted'",
            (led.leaves,),
        )
        if lost.rowcount:
            self._audit.add(self._clock.now(), "log.put_back", leaves=led.leaves)

    def _hold(self, epoch: str) -> None:
        """Believe nothing new for now; what was held for another epoch stays as evidence only."""
        held = self._vault.meta(HELD)
        if not held or msgspec.json.decode(held, type=Hold).epoch != epoch:
            [(last,)] = self._vault.connection.execute(
                "SELECT coalesce(max(n), 0) FROM checkpoint"
            ).fetchall()
            began = Hold(epoch, last)
            self._vault.set_meta(HELD, msgspec.json.encode(began).decode())
        self._note(Doubt.UNAPPROVED)

    def _compare_held(self, hello: Hello, stood: str) -> None:
        """Judge what was held as if it came now, the oldest first.

        Of an epoch that ended without having been followed only what outlived it is judged.
        """
        noted = self._vault.meta(HELD)
        if not noted:
            return
        held = msgspec.json.decode(noted, type=Hold)
        outlived = [one.leaves for one in since(hello.past, held.epoch)]
        has_ended = hello.epoch not in (held.epoch, stood)
        most = min(outlived, default=0) if has_ended else MOST_LEAVES
        which = "WHERE n > ? AND state = 'doubted' AND size <= ?"
        rows = self._vault.connection.execute(
            f"SELECT body FROM checkpoint {which} ORDER BY size", (held.after, most)
        ).fetchall()
        self._vault.connection.execute(f"DELETE FROM checkpoint {which}", (held.after, most))
        self._vault.set_meta(HELD, "")
        self._note(None)
        for row in rows:
            self._keep(msgspec.json.decode(row[0], type=Checkpoint))

    def every(self) -> list[Checkpoint]:
        """Return all that were kept, in the order they came."""
        rows = self._vault.connection.execute("SELECT body FROM checkpoint ORDER BY n")
        return [msgspec.json.decode(row[0], type=Checkpoint) for row in rows.fetchall()]


def recall(vault: Vault, rows: Iterable[Sequence[Any]], noted: Mapping[str, Any]) -> int:
    """Take over what a broken vault knew of the server's log; return how many checkpoints.

    Only what the bank's key signed is believed. Where it is not known of which epoch they are, they
    are evidence alone: a server put back meanwhile must not be taken for one that forgot.
    """
    profile, count = profile_of(vault), 0
    for n, size, root, body, state in rows:
        one = msgspec.json.decode(body, type=Checkpoint)
        if profile is None or one.branch_id != profile.branch_id or (size, root) != _tree(one):
            continue
        if not is_signed(one, profile.audit_key):
            continue
        vault.connection.execute(
            "INSERT OR IGNORE INTO checkpoint VALUES (?, ?, ?, ?, ?)",
            (n, size, root, body, state if EPOCH in noted else "doubted"),
        )
        count += 1
    for name in NOTES:
        if name in noted:
            vault.set_meta(name, noted[name])
    return count


def _tree(checkpoint: Checkpoint) -> tuple[int, str]:
    return checkpoint.size, checkpoint.root


def _is_approved(hello: Hello, stands: str, led: Way | None, profile: Profile) -> bool:
    """Say whether all that happened since this epoch was declared and approved, without a gap.

    An epoch beside the one that stands is also a later one (ids are ordered by time): who holds the
    audit key alone must not lead back to one that was approved and left.
    """
    if led is None or (led.back and hello.epoch <= stands):
        return False
    ended = [Ended(profile.branch_id, one) for one in led.on]
    return leads(led.on, hello.epoch) and all(
        is_declared(one, profile.audit_key) and is_approved(one, profile.approver_key)
        for one in ended
    )
