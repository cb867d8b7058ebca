"""Statements about the audit log: leaves, tiles of 256 hashes, and the branch's head."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from sync.domain.ids import BranchId
from sync.protocol.checkpoint import read_mark
from sync.protocol.merkle import HASH_BYTES, Frontier
from sync.server.repositories.session import Session

KEY = "audit_key"  # the public half, among the server's own values


class Leaf(msgspec.Struct, frozen=True):
    """One entry as it is stored: its canonical JSON, and the hash of its leaf in hex."""

    n: int
    entry: str
    hash: str


class _Dated(msgspec.Struct, frozen=True):
    """The one thing wanted of an entry: its instant."""

    at: datetime


class Head(msgspec.Struct, frozen=True):
    """Where a branch stands: its newest commit, how many leaves, and the tree's frontier."""

    commit_no: int
    leaves: int
    frontier: Frontier


def split(hashes: bytes) -> Frontier:
    """Return hashes that were stored behind each other."""
    return tuple(hashes[i : i + HASH_BYTES] for i in range(0, len(hashes), HASH_BYTES))


async def public_key(session: Session) -> str | None:
    """Return the key that checkpoints are signed with, base64; None before there is one."""
    row = await session.row("SELECT value FROM server_meta WHERE name = ?", KEY)
    return str(row[0]) if row else None


async def head(session: Session, branch: BranchId) -> Head | None:
    """Return where a branch stands, None when there is no such branch."""
    row = await session.row("SELECT n, leaves, frontier FROM feed_head WHERE branch_id = ?", branch)
    return Head(row[0], row[1], split(bytes(row[2]))) if row else None


async def advance(session: Session, branch: BranchId, leaves: int) -> Head | None:
    """Take the next commit number for so many new leaves; return the head as it was left.

    The row stays locked until the transaction ends, and `leaves` counts the new ones already.
    """
    row = await session.row(
        "UPDATE feed_head SET n = n + 1, leaves = leaves + ? WHERE branch_id = ? "
        "RETURNING n, leaves, frontier",
        leaves,
        branch,
    )
    return Head(row[0], row[1], split(bytes(row[2]))) if row else None


async def set_frontier(session: Session, branch: BranchId, frontier: Frontier) -> None:
    """Keep the frontier after the newest leaf."""
    await session.run(
        "UPDATE feed_head SET frontier = ? WHERE branch_id = ?", b"".join(frontier), branch
    )


async def add_leaves(session: Session, branch: BranchId, leaves: Sequence[Leaf]) -> None:
    """Append leaves."""
    await session.run_many(
        "INSERT INTO audit_leaf (branch_id, n, entry, hash) VALUES (?, ?, ?, ?)",
        [(branch, leaf.n, leaf.entry, leaf.hash) for leaf in leaves],
    )


async def leaves(session: Session, branch: BranchId, first: int, end: int) -> list[Leaf]:
    """Return the leaves numbered first … end - 1 that are there, by number."""
    rows = await session.rows(
        "SELECT n, entry, hash FROM audit_leaf WHERE branch_id = ? AND n >= ? AND n < ? ORDER BY n",
        branch,
        first,
        end,
    )
    return [Leaf(*row) for row in rows]


async def hashes(session: Session, branch: BranchId, first: int, end: int) -> Frontier:
    """Return the stored hashes of leaves first … end - 1."""
    rows = await session.rows(
        "SELECT hash FROM audit_leaf WHERE branch_id = ? AND n >= ? AND n < ? ORDER BY n",
        branch,
        first,
        end,
    )
    return tuple(bytes.fromhex(row[0]) for row in rows)


async def strays(session: Session, branch: BranchId, end: int) -> int:
    """Return how many leaves lie outside 0 … end - 1."""
    row = await session.row(
        "SELECT count(*) FROM audit_leaf WHERE branch_id = ? AND (n < 0 OR n >= ?)", branch, end
    )
    return int(row[0]) if row else 0


async def enrolments(session: Session, branch: BranchId, end: int) -> list[Leaf]:
    """Return the entries before `end` that made a laptop known."""
    rows = await session.rows(
        "SELECT n, entry, hash FROM audit_leaf WHERE branch_id = ? AND n < ? AND entry LIKE ? "
        "ORDER BY n",
        branch,
        end,
        '%"what":"device.enrolled"%',
    )
    return [Leaf(*row) for row in rows]


async def leaf_of(session: Session, branch: BranchId, name: str, value: str) -> Leaf | None:
    """Return the first entry that holds this value under this name; every entry is looked at."""
    row = await session.row(
        "SELECT n, entry, hash FROM audit_leaf WHERE branch_id = ? AND entry LIKE ? "
        "ORDER BY n LIMIT 1",
        branch,
        f'%"{name}":"{value}"%',
    )
    return Leaf(*row) if row else None


async def shown_at(session: Session, branch: BranchId, mark: str) -> datetime | None:
    """Return the instant of the newest entry under the checkpoint that an envelope names."""
    named = read_mark(mark)
    if named is None:
        return None
    row = await session.row(
        "SELECT entry FROM audit_leaf WHERE branch_id = ? AND n = ?", branch, named[0] - 1
    )
    return msgspec.json.decode(row[0], type=_Dated).at if row else None


async def tile(session: Session, branch: BranchId, level: int, idx: int) -> Frontier:
    """Return the hashes of a tile, none when it is not there."""
    row = await session.row(
        "SELECT hashes FROM audit_tile WHERE branch_id = ? AND level = ? AND idx = ?",
        branch,
        level,
        idx,
    )
    return split(bytes(row[0])) if row else ()


async def put_tile(
    session: Session, branch: BranchId, level: int, idx: int, hashes: Frontier
) -> None:
    """Keep a tile as it is now."""
    await session.run(
        "INSERT INTO audit_tile (branch_id, level, idx, hashes) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (branch_id, level, idx) DO UPDATE SET hashes = excluded.hashes",
        branch,
        level,
        idx,
        b"".join(hashes),
    )


async def tiles(session: Session, branch: BranchId) -> list[tuple[int, int]]:
    """Return (level, index) of every tile."""
    rows = await session.rows("SELECT level, idx FROM audit_tile WHERE branch_id = ?", branch)
    return [(row[0], row[1]) for row in rows]
