"""Statements about records, the feed and what both ends call a snapshot."""

from collections.abc import Iterable, Sequence
from typing import Any

from sync.domain.ids import BranchId, CaseId
from sync.domain.records import Record, Versioned, decode_record
from sync.domain.snapshot import Needs, Snapshot
from sync.protocol.pages import Cursor, FeedRow, Op
from sync.server.repositories.session import Clash, Row, Session

COLUMNS = "kind, id, rev, body"
OPS = {str(op): op for op in Op}  # quicker than asking the enum, five hundred times a page


async def snapshot(session: Session, branch: BranchId, needs: Needs) -> Snapshot:
    """Load what `decide` must see; the cases' own rows are locked, in one order for everybody."""
    found: list[Versioned[Record]] = []
    for case_id in sorted(needs.cases):
        await session.row(
            "SELECT 1 FROM record WHERE branch_id = ? AND kind = 'case' AND id = ?"
            + session.locking,
            branch,
            case_id,
        )
        found += await of_case(session, branch, case_id)
    for kind, ids in (("officer", needs.officers), ("route", needs.routes)):
        for record_id in ids:
            one = await get(session, branch, kind, record_id)
            found += [one] if one else []
    return Snapshot(found)


async def of_case(session: Session, branch: BranchId, case_id: CaseId) -> list[Versioned[Any]]:
    """Return the case and everything that belongs to it, by kind and id."""
    # Sorted here: with ORDER BY, SQLite walks the branch along its key instead of the case's index.
    rows = await session.rows(
        f"SELECT {COLUMNS} FROM record WHERE branch_id = ? AND case_id = ?", branch, case_id
    )
    return [_versioned(row) for row in sorted(rows, key=lambda row: (row[0], row[1]))]


async def get(
    session: Session, branch: BranchId, kind: str, record_id: str
) -> Versioned[Any] | None:
    """Return one record, or None."""
    row = await session.row(
        f"SELECT {COLUMNS} FROM record WHERE branch_id = ? AND kind = ? AND id = ?",
        branch,
        kind,
        record_id,
    )
    return _versioned(row) if row else None


async def of_kind(session: Session, branch: BranchId, kind: str) -> list[Versioned[Any]]:
    """Return every record of a kind in the branch."""
    rows = await session.rows(
        f"SELECT {COLUMNS} FROM record WHERE branch_id = ? AND kind = ? ORDER BY id", branch, kind
    )
    return [_versioned(row) for row in rows]


async def put(
    session: Session,
    branch: BranchId,
    kind: str,
    record_id: str,
    case_id: str,
    rev: int,
    body: bytes,
) -> None:
    """Write one record at a revision; raises Clash when it does not stand at the one before.

    Not every record is locked when it is read: an import reads all cases while officers work.
    """
    written = await session.row(
        "INSERT INTO record (branch_id, kind, id, case_id, rev, body) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (branch_id, kind, id) DO UPDATE SET case_id = excluded.case_id, "
        "rev = excluded.rev, body = excluded.body WHERE record.rev = excluded.rev - 1 "
        "RETURNING rev",
        branch,
        kind,
        record_id,
        case_id,
        rev,
        body,
    )
    if written is None:
        raise Clash


async def head(session: Session, branch: BranchId) -> int:
    """Return the branch's newest commit number."""
    row = await session.row("SELECT n FROM feed_head WHERE branch_id = ?", branch)
    return int(row[0]) if row else 0


async def feed_page(
    session: Session, branch: BranchId, scope: str, after: Cursor, limit: int
) -> list[FeedRow]:
    """Return up to `limit` ops of a scope behind a cursor."""
    rows = await session.rows(
        "SELECT commit_no, idx, op, kind, id, rev, case_id, body FROM feed "
        "WHERE branch_id = ? AND scope = ? AND (commit_no, idx) > (?, ?) "
        "ORDER BY commit_no, idx LIMIT ?",
        branch,
        scope,
        after.commit_no,
        after.idx,
        limit,
    )
    return [FeedRow(no, i, OPS[op], kind, *rest) for no, i, op, kind, *rest in rows]


async def add_feed(session: Session, branch: BranchId, rows: Iterable[tuple[str, FeedRow]]) -> None:
    """Append ops, each with its scope."""
    values: Sequence[Row] = [
        (branch, scope, f.commit_no, f.idx, str(f.op), f.kind, f.id, f.rev, f.case_id, f.body)
        for scope, f in rows
    ]
    await session.run_many(
        "INSERT INTO feed (branch_id, scope, commit_no, idx, op, kind, id, rev, case_id, body) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        values,
    )


def _versioned(row: Row) -> Versioned[Any]:
    kind, _, rev, body = row
    return Versioned(rev, decode_record(kind, bytes(body)))
