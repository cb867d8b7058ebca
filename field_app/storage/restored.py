"""What a laptop does for a server that was put back from a backup: it gives back what was lost.

Answered envelopes above the server's own last number are queued again as they are, with their ids
and in their order, so that the chain goes on where the server's ends; so are those whose answers
were given after what both servers have in common. Where that chain is not this laptop's own, a copy
of it has gone on there, and all that was answered is queued. Whatever the server kept is answered
as before.
"""

from collections.abc import Sequence
from datetime import datetime

from field_app.storage.attachments import AttachmentFiles
from field_app.storage.incidents import RECOVERED, Incidents
from field_app.storage.vault import Vault
from field_app.storage.witness import Witness
from sync.engine.ports import ScopeState
from sync.protocol.envelope import decode_envelope, envelope_hash
from sync.protocol.epochs import since
from sync.protocol.messages import Hello
from sync.protocol.pages import WHOLE_COMMIT

EPOCH = "epoch"  # the one that was met last
ALL = 2**63 - 1


class GivingBack:
    """Compares what the server says of itself with what this laptop knows of it."""

    def __init__(
        self, vault: Vault, files: AttachmentFiles, witness: Witness, incidents: Incidents
    ) -> None:
        self._vault = vault
        self._files = files
        self._witness = witness
        self._incidents = incidents

    @property
    def epoch(self) -> str | None:
        """Return the epoch of the server that was met last, None before the first meeting."""
        met = self._vault.meta(EPOCH)
        return str(met) if met else None

    def put_back(self, hello: Hello, scopes: Sequence[ScopeState], at: datetime) -> None:
        """Queue what the server lost; scopes it did not lose anything of go on. One transaction."""
        with self._vault.transaction():
            if self._queue_again(self._kept_up_to(hello), self._answered_up_to(hello)):
                self._incidents.add(at, RECOVERED)
            if self._is_new(hello):
                self._vault.set_meta(EPOCH, hello.epoch)
            former = [state for state in scopes if state.epoch not in ("", hello.epoch)]
            self._witness.follow(hello, former[0].epoch if former else "")
            for state in former:
                self._go_on(state, hello)
            if former:
                self._offer_files()

    def _is_new(self, hello: Hello) -> bool:
        return self.epoch != hello.epoch

    def _kept_up_to(self, hello: Hello) -> int:
        """Return the number up to which the server is known to have what it answered."""
        if not self._is_new(hello):
            # Of two copies it counts nothing any more, and keeps all.
            return self._last_seq() if hello.forked else hello.last_seq
        return hello.last_seq if self._is_mine(hello) else 0

    def _answered_up_to(self, hello: Hello) -> int:
        """Return the commit up to which answers are this server's; later ones were another's.

        It may answer otherwise, and have been asked already by a copy of this laptop.
        """
        if self.epoch is None or not self._is_new(hello):
            return ALL
        led = self._witness.way(hello, self.epoch)
        return led.up_to if led is not None else 0

    def _last_seq(self) -> int:
        row = self._vault.connection.execute("SELECT max(seq) FROM outbox").fetchone()
        return int(row[0] or 0) if row else 0

    def _is_mine(self, hello: Hello) -> bool:
        """Say whether what the server counts of this laptop is what this laptop made."""
        row = self._vault.connection.execute(
            "SELECT envelope FROM outbox WHERE seq = ?", (hello.last_seq,)
        ).fetchone()
        if row is None:
            return hello.last_seq == 0
        return envelope_hash(decode_envelope(row[0])) == hello.chain_hash

    def _queue_again(self, last_seq: int, last_commit: int) -> bool:
        # What it had stumbled over takes its place in the chain once more.
        self._vault.connection.execute(
            "UPDATE outbox SET trouble = '' WHERE seq > ? AND state = 'queued'", (last_seq,)
        )
        # A rescued vault queues all it has anew; what is queued already needs nothing.
        done = self._vault.connection.execute(
            "UPDATE outbox SET before = state, state = 'queued', attempts = 0, trouble = '' "
            "WHERE (seq > ? OR (seq > 0 AND acked_commit > ?)) AND state <> 'queued'",
            (last_seq, last_commit),
        )
        return done.rowcount > 0

    def _go_on(self, state: ScopeState, hello: Hello) -> None:
        ended = since(hello.past, state.epoch)
        # In the midst of a compacted feed what is told again later was left out, and that is lost.
        is_whole = state.cursor.idx == WHOLE_COMMIT
        if ended and is_whole and state.cursor.commit_no <= min(one.up_to for one in ended):
            self._vault.connection.execute(
                "UPDATE scope_state SET epoch = ? WHERE scope = ?", (hello.epoch, state.scope)
            )

    def _offer_files(self) -> None:
        """Ask again for every file that is still here whether the server has it whole."""
        rows = self._vault.connection.execute("SELECT id FROM upload WHERE state = 'done'")
        here = [(row[0],) for row in rows.fetchall() if self._files.has(row[0])]
        self._vault.connection.executemany("UPDATE upload SET state = 'waiting' WHERE id = ?", here)
