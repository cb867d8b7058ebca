"""Statements about records and the feed."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import batched
from typing import Any

import msgspec

from sync.domain.ids import BranchId, CaseId
from sync.domain.records import Versioned, decode_record
from sync.domain.snapshot import HISTORY
from sync.protocol.pages import Cursor, FeedRow, Op
from sync.server.repositories.session import Clash, Row, Session

COLUMNS = "kind, id, rev, body"
AT_ONCE = 256  # ids one statement names: a power of two
# An op as `pages.line_of` writes it: its ids need no quoting, or were never let in.
_LINE = (
    """commit_no || ',' || idx || ',"' || op || '","' || kind || '","' || id || '",' """
    """|| rev || ',"' || case_id || '",'"""
)
_BODY = "coalesce(body, 'null')"
_HISTORY = sorted(HISTORY)
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')

type Key = tuple[str, str]  # kind, id


class Written(msgspec.Struct, frozen=True):
    """A record that is to be written at a revision."""

    kind: str
    id: str
    case_id: str
    rev: int
    body: bytes


async def lock_cases(session: Session, branch: BranchId, case_ids: Sequence[CaseId]) -> None:
    """Lock the cases' own rows until the transaction ends, in the order of their ids."""
    if session.locking:
        for part in _parts(sorted(case_ids)):
            await session.rows(
                "SELECT 1 FROM record WHERE branch_id = ? AND kind = 'case' "
                f"AND id IN ({_marks(part)}) ORDER BY id{session.locking}",
                branch,
                *part,
            )


async def weighed(
    session: Session, branch: BranchId, case_ids: Sequence[CaseId]
) -> list[Versioned[Any]]:
    """Return cases and what belongs to them but their history, in no order."""
    rows: list[Row] = []
    for part in _parts(case_ids):
        rows += await session.rows(
            f"SELECT {COLUMNS} FROM record WHERE branch_id = ? AND case_id IN ({_marks(part)}) "
            f"AND kind NOT IN ({_marks(_HISTORY)})",
            branch,
            *part,
            *_HISTORY,
        )
    return [_versioned(row) for row in rows]


async def named(
    session: Session, branch: BranchId, kind: str, ids: Sequence[str]
) -> dict[str, Versioned[Any]]:
    """Return those of these records of a kind that there are, by id."""
    rows: list[Row] = []
    for part in _parts(ids):
        rows += await session.rows(
            f"SELECT {COLUMNS} FROM record WHERE branch_id = ? AND kind = ? "
            f"AND id IN ({_marks(part)})",
            branch,
            kind,
            *part,
        )
    return {row[1]: _versioned(row) for row in rows}


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the ids in parts of a few sizes, the last id again and again to fill one.

    Else each number of ids were a statement of its own to prepare.
    """
    for part in batched(ids, AT_ONCE):
        size = 1 << (len(part) - 1).bit_length()
        yield (*part, *part[-1:] * (size - len(part)))


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))


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


async def put(session: Session, branch: BranchId, written: Sequence[Written]) -> None:
    """Write records, in this order; raises Clash when one does not stand at the revision before.

    Not every record is locked when it is read: an import reads all cases while officers work.
    """
    done = await session.rows_many(
        "INSERT INTO record (branch_id, kind, id, case_id, rev, body) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (branch_id, kind, id) DO UPDATE SET case_id = excluded.case_id, "
        "rev = excluded.rev, body = excluded.body WHERE record.rev = excluded.rev - 1 "
        "RETURNING rev",
        [(branch, w.kind, w.id, w.case_id, w.rev, w.body) for w in written],
    )
    if len(done) != len(written):
        raise Clash


async def head(session: Session, branch: BranchId) -> int:
    """Return the branch's newest commit number."""
    row = await session.row("SELECT n FROM feed_head WHERE branch_id = ?", branch)
    return int(row[0]) if row else 0


async def feed_page(
    session: Session, branch: BranchId, scope: str, after: Cursor, limit: int, longest: int
) -> list[bytes | None]:
    """Return up to `limit` ops of a scope behind a cursor, each as `pages.line_of` writes it.

    None stands for one with a body of more than `longest` bytes, which is not read.
    """
    line = session.spliced.format(text=_LINE, body=_BODY)
    rows = await session.rows(
        f"SELECT CASE WHEN length(body) > ? THEN NULL ELSE {line} END FROM feed "
        "WHERE branch_id = ? AND scope = ? AND (commit_no, idx) > (?, ?) "
        "ORDER BY commit_no, idx LIMIT ?",
        longest,
        branch,
        scope,
        after.commit_no,
        after.idx,
        limit,
    )
    return [row[0] for row in rows]


async def erased(
    session: Session, branch: BranchId, scopes: Sequence[str], case_ids: Sequence[CaseId]
) -> set[CaseId]:
    """Return those of the cases whose erasure one of these scopes was told.

    It walks what the feed holds of the scopes: not to be asked but of cases that are missing.
    """
    rows = await session.rows(
        f"SELECT DISTINCT case_id FROM feed WHERE branch_id = ? AND scope IN ({_marks(scopes)}) "
        f"AND op = ? AND case_id IN ({_marks(case_ids)})",
        branch,
        *scopes,
        str(Op.ERASE),
        *case_ids,
    )
    return {row[0] for row in rows}


async def erased_files(session: Session, branch: BranchId) -> list[str]:
    """Return the ids of files whose erasure the feed still tells; it walks the whole feed."""
    rows = await session.rows(
        "SELECT DISTINCT id FROM feed WHERE branch_id = ? AND kind = ? AND op = ? AND NOT EXISTS "
        "(SELECT 1 FROM record r WHERE r.branch_id = feed.branch_id AND r.kind = feed.kind "
        "AND r.id = feed.id)",
        branch,
        "attachment",
        str(Op.ERASE),
    )
    return [row[0] for row in rows]


async def add_feed(session: Session, branch: BranchId, rows: Iterable[tuple[str, FeedRow]]) -> None:
    """Append ops, each with its scope; raises ValueError for an id that needs quoting."""
    values: Sequence[Row] = [
        (branch, scope, f.commit_no, f.idx, str(f.op), f.kind, f.id, f.rev, f.case_id, f.body)
        for scope, f in rows
    ]
    for kind, record_id, case_id in {(row[5], row[6], row[8]) for row in values}:
        if not _PLAIN.fullmatch(f"{kind}{record_id}{case_id}"):
            raise ValueError(f"{kind} {record_id!r} of {case_id!r} is no id")
    await session.run_many(
        "INSERT INTO feed (branch_id, scope, commit_no, idx, op, kind, id, rev, case_id, body) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        values,
    )


def _versioned(row: Row) -> Versioned[Any]:
    kind, _, rev, body = row
    return Versioned(rev, decode_record(kind, bytes(body)))
