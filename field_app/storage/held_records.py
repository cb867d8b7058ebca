"""The server's records on this laptop, and through which scopes each is held.

A record stays while at least one scope holds it.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter

from field_app.storage.attachments import AttachmentFiles
from field_app.storage.many_rows import insert
from field_app.storage.outbox import Outbox
from field_app.storage.uploads import Uploads
from field_app.storage.vault import Vault
from sync.domain.ids import CaseId
from sync.protocol.digest import Key
from sync.protocol.pages import Op, PageOp

FORMER = "former:"  # marks memberships of a scope that is being read anew
NEWER = (
    "ON CONFLICT (kind, id) DO UPDATE SET rev = excluded.rev, case_id = excluded.case_id, "
    "body = excluded.body WHERE excluded.rev >= replica.rev"
)


class HeldRecords:
    """Writes records and memberships; every method is called inside a transaction.

    `copies` are files of records that the server has, which go with them.
    """

    def __init__(
        self, vault: Vault, outbox: Outbox, uploads: Uploads, copies: AttachmentFiles
    ) -> None:
        self._connection = vault.connection
        self._outbox = outbox
        self._uploads = uploads
        self._copies = copies
        self._known_former: set[str] | None = None

    def take(self, scope: str, ops: Sequence[PageOp]) -> bool:
        """Do what a page says; return whether all of it were records that were not here."""
        self._former()  # before a first reading has written anything, which is the quickest
        all_new = True
        for what, group in groupby(ops, key=attrgetter("op")):
            if what is Op.PUT:
                all_new = self._hold(scope, list(group)) and all_new
            else:
                self._leave(scope, list(group))
                all_new = False
        return all_new

    def _hold(self, scope: str, ops: Sequence[PageOp]) -> bool:
        """Let the scope hold these as they came; say whether none of them was here before.

        A record that is here stays as it is when its revision is the higher one.
        """
        row = self._connection.execute("SELECT max(rowid) FROM replica").fetchone()
        stood = row[0] or 0 if row else 0
        rows = [(op.kind, op.id, op.rev, op.case_id, op.body) for op in ops]
        if insert(self._connection, "OR IGNORE INTO replica", rows) == len(ops):
            # What the scope holds are the rows that were just written.
            self._connection.execute(
                "INSERT OR IGNORE INTO membership (scope, kind, id) "
                "SELECT ?, kind, id FROM replica WHERE rowid > ?",
                (scope, stood),
            )
            return True
        insert(self._connection, "INTO replica", rows, NEWER)
        held = [(scope, op.kind, op.id) for op in ops]
        insert(self._connection, "OR IGNORE INTO membership (scope, kind, id)", held)
        return False

    def put_right(self, scope: str, ops: Sequence[PageOp]) -> None:
        """Let the scope hold these whatever stands there: that is wrong, at any revision."""
        self._connection.executemany(
            "UPDATE replica SET rev = 0 WHERE kind = ? AND id = ?",
            [(op.kind, op.id) for op in ops],
        )
        self._hold(scope, ops)

    def _leave(self, scope: str, ops: Sequence[PageOp]) -> None:
        for op in ops:
            self._let_go(scope, op.kind, op.id)
            if op.op is Op.ERASE:
                self._uploads.note(op.id, "done")  # nobody wants a file of it any more
                self._outbox.forget_case(op.case_id)
            self._purge_if_left(op.kind, op.id)

    def drop(self, scope: str, key: Key) -> set[CaseId]:
        """Take a record out of the scope; return the case it belonged to."""
        kind, record_id = key
        found = self._connection.execute(
            "SELECT case_id FROM replica WHERE kind = ? AND id = ?", (kind, record_id)
        ).fetchone()
        self._let_go(scope, kind, record_id)
        self._purge_if_left(kind, record_id)
        return {CaseId(found[0])} if found and found[0] else set()

    def _let_go(self, scope: str, kind: str, record_id: str) -> None:
        self._connection.execute(
            "DELETE FROM membership WHERE scope = ? AND kind = ? AND id = ?",
            (scope, kind, record_id),
        )

    def _purge_if_left(self, kind: str, record_id: str) -> None:
        gone = self._connection.execute(
            "DELETE FROM replica WHERE kind = ? AND id = ? AND NOT EXISTS "
            "(SELECT 1 FROM membership m WHERE m.kind = replica.kind AND m.id = replica.id)",
            (kind, record_id),
        )
        if kind == "attachment":
            self._uploads.drop_if_left(record_id)
            if gone.rowcount:
                self._copies.remove(record_id)

    def set_aside(self, scope: str, *, other_epoch: bool) -> None:
        """Keep what the scope held readable until it was read anew."""
        self._connection.execute(
            "INSERT OR IGNORE INTO membership SELECT ?, kind, id FROM membership WHERE scope = ?",
            (FORMER + scope, scope),
        )
        self._connection.execute("DELETE FROM membership WHERE scope = ?", (scope,))
        self._former().add(FORMER + scope)
        if other_epoch:
            # Revisions may have gone back with the server: what comes now is the truth. Until
            # then commands name the revision that was seen, which a minus keeps beside it.
            self._connection.execute(
                "UPDATE replica SET rev = -abs(rev) WHERE EXISTS (SELECT 1 FROM membership m "
                "WHERE m.scope = ? AND m.kind = replica.kind AND m.id = replica.id)",
                (FORMER + scope,),
            )

    def forget(self, scope: str) -> set[CaseId]:
        """Purge what is held only through this scope; return the cases it was of."""
        held: Iterable[tuple[str, str, str]] = self._connection.execute(
            "SELECT m.kind, m.id, coalesce(r.case_id, '') FROM membership m "
            "LEFT JOIN replica r ON r.kind = m.kind AND r.id = m.id WHERE m.scope = ?",
            (scope,),
        ).fetchall()
        self._connection.execute("DELETE FROM membership WHERE scope = ?", (scope,))
        for kind, record_id, _ in held:
            self._purge_if_left(kind, record_id)
        return {CaseId(case_id) for _, _, case_id in held if case_id}

    def forget_former(self, scope: str) -> set[CaseId]:
        """Purge what only the former reading of this scope held."""
        return self.forget(FORMER + scope) if FORMER + scope in self._former() else set()

    def _former(self) -> set[str]:
        """Return what memberships are marked with, or were since the program began.

        Each look at that is one at every record's memberships, and each last page of a scope asks.
        """
        if self._known_former is None:
            rows = self._connection.execute(
                "SELECT DISTINCT scope FROM membership WHERE scope >= ? AND scope < ?",
                (FORMER, f"{FORMER}\U0010ffff"),
            )
            self._known_former = {row[0] for row in rows}
        return self._known_former
