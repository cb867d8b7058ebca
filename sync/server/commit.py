"""The one writer of synced records: records, feed and audit leaves of a transaction together.

The feed number is taken by the last statements before COMMIT, so that whoever sees number n
also sees everything up to n (a time stamp or a sequence loses rows: measured).
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from sync.domain.ids import BranchId
from sync.domain.outcome import Change
from sync.domain.records import Case, Record, Versioned, case_of, encode_record, kind_of
from sync.domain.redaction import seen_in
from sync.domain.scopes import scopes_of
from sync.protocol.pages import FeedRow, Op
from sync.server.audit import growing
from sync.server.in_hand import InHand
from sync.server.repositories import digests, records
from sync.server.repositories.audit import Head
from sync.server.repositories.session import Session


class Pending(msgspec.Struct, frozen=True):
    """An op that waits for its number."""

    scope: str
    op: Op
    kind: str
    id: str
    rev: int
    case_id: str
    body: bytes | None


class Commit:
    """Collects the ops and leaves of one transaction; `finish` numbers and writes them."""

    def __init__(self, session: Session, branch: BranchId) -> None:
        self._session = session
        self._branch = branch
        self._ops: list[Pending] = []
        self._leaves: list[growing.Entry] = []
        self._body: tuple[object, bytes] = None, b""  # of the record that was encoded last
        self.hand = InHand(session, branch)

    async def apply(self, changes: Sequence[Change]) -> None:
        """Let changed records stand at their next revision and note who must hear of it.

        They are written by `finish`: until then only `hand` knows them.
        """
        for change in changes:
            await self._apply(change.record, change.base_rev + 1)

    async def _apply(self, record: Record, rev: int) -> None:
        case = await self._case_of(record)
        stands = await self.hand.stands(kind_of(record), record.id)
        before = stands.record if stands else record
        now_stands = Versioned(rev, record)
        self._body = record, self.hand.put(now_stands)
        now = scopes_of(record, case)
        if isinstance(record, Case) and isinstance(before, Case):
            await self._move(before, record)
        elif stands is not None:
            for scope in sorted(scopes_of(before, case) - now):
                self._ops.append(_op(scope, Op.EXIT, now_stands))
        for scope in sorted(now):
            self._put(scope, now_stands)

    async def _case_of(self, record: Record) -> Case | None:
        case_id = case_of(record)
        if isinstance(record, Case) or case_id is None:
            return record if isinstance(record, Case) else None
        found = await self.hand.stands("case", case_id)
        return found.record if found else None

    async def _move(self, before: Case, after: Case) -> None:
        """Let everything of a reassigned case leave the old scopes and enter the new ones."""
        left = scopes_of(before, before) - scopes_of(after, after)
        joined = scopes_of(after, after) - scopes_of(before, before)
        if not left and not joined:
            return
        await self.hand.write()
        for stands in await records.of_case(self._session, self._branch, after.id):
            for scope in sorted(left & scopes_of(stands.record, before)):
                self._ops.append(_op(scope, Op.EXIT, stands))
            if stands.record.id == after.id:
                continue
            for scope in sorted(joined & scopes_of(stands.record, after)):
                self._put(scope, stands)

    async def erase(self, case: Case, stands: Sequence[Versioned[Any]]) -> None:
        """Let everything of a case go, here and on every laptop; only ids and numbers stay.

        The feed's own copies go too: a laptop that had not read them hears of the erasure alone.
        """
        for one in stands:
            for scope in sorted(scopes_of(one.record, case)):
                self._ops.append(_op(scope, Op.ERASE, one))
        await self.hand.forget()
        for table in ("record", "feed"):
            await self._session.run(
                f"DELETE FROM {table} WHERE branch_id = ? AND case_id = ?", self._branch, case.id
            )

    def _put(self, scope: str, stands: Versioned[Any]) -> None:
        shown = seen_in(scope, stands.record)
        if shown is not self._body[0]:
            self._body = shown, encode_record(shown)
        self._ops.append(_op(scope, Op.PUT, stands, self._body[1]))

    def leaf(self, at: str, **entry: Any) -> None:
        """Note an audit entry: ids, codes and hashes only."""
        self._leaves.append(growing.Entry(at, entry))

    async def finish(self) -> Head:
        """Take the number, write feed and audit, and return where the branch stands then.

        Must be the transaction's last step but for rows that carry the number themselves. Raises
        LookupError when there is no such branch.
        """
        await self.hand.write()
        head = await growing.append(self._session, self._branch, self._leaves)
        if head is None:
            raise LookupError(f"there is no branch {self._branch}")
        await self._write_feed(head.commit_no)
        return head

    async def _write_feed(self, number: int) -> None:
        if not self._ops:
            return
        rows = [
            (o.scope, FeedRow(number, i, o.op, o.kind, o.id, o.rev, o.case_id, o.body))
            for i, o in enumerate(self._ops)
        ]
        await records.add_feed(self._session, self._branch, rows)
        await digests.follow(self._session, self._branch, rows)


def _op(scope: str, op: Op, stands: Versioned[Any], body: bytes | None = None) -> Pending:
    record = stands.record
    return Pending(scope, op, kind_of(record), record.id, stands.rev, case_of(record) or "", body)
