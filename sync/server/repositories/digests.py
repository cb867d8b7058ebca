"""Statements about what each scope holds, and its sums: they follow the feed commit by commit."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from sync.domain.ids import BranchId
from sync.protocol.digest import Digest, HeldRow, Key, bucket_of, digest_of, row_hash
from sync.protocol.pages import FeedRow, Op
from sync.server.repositories.session import Row, Session

AT_ONCE = 200  # rows one statement names

type Place = tuple[str, str, str]  # scope, kind, id
type Held = tuple[int, bytes]  # revision, hash


async def follow(session: Session, branch: BranchId, ops: Iterable[tuple[str, FeedRow]]) -> None:
    """Let rows and sums follow new ops of the feed; the branch's head must be locked."""
    after: dict[Place, Held | None] = {}
    hashes: dict[tuple[str, str, int, bytes], bytes] = {}  # most scopes hold the same
    for scope, row in ops:
        held = None
        if row.op is Op.PUT and row.body is not None:
            content = row.kind, row.id, row.rev, row.body
            if content not in hashes:
                hashes[content] = row_hash(*content)
            held = row.rev, hashes[content]
        after[(scope, row.kind, row.id)] = held
    before = await _hashes(session, branch, after)
    await _keep_rows(session, branch, after)
    await _keep_sums(session, branch, before, after)


async def _hashes(
    session: Session, branch: BranchId, places: Iterable[Place]
) -> dict[Place, bytes]:
    found: dict[Place, bytes] = {}
    # By scope and kind: with whole places in a list, SQLite walks everything the branch holds.
    for (scope, kind), group in groupby(sorted(places), key=lambda place: place[:2]):
        ids = [place[2] for place in group]
        for start in range(0, len(ids), AT_ONCE):
            part = ids[start : start + AT_ONCE]
            rows = await session.rows(
                "SELECT id, hash FROM scope_row WHERE branch_id = ? AND scope = ? AND kind = ? "
                f"AND id IN ({', '.join('?' * len(part))})",
                branch,
                scope,
                kind,
                *part,
            )
            found |= {(scope, kind, r[0]): bytes(r[1]) for r in rows}
    return found


async def _keep_rows(
    session: Session, branch: BranchId, after: Mapping[Place, Held | None]
) -> None:
    buckets = {key: bucket_of(*key) for key in {place[1:] for place in after}}
    await session.run_many(
        "INSERT INTO scope_row (branch_id, scope, kind, id, bucket, rev, hash) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (branch_id, scope, kind, id) DO UPDATE SET "
        "rev = excluded.rev, hash = excluded.hash",
        [(branch, *place, buckets[place[1:]], *held) for place, held in after.items() if held],
    )
    await session.run_many(
        "DELETE FROM scope_row WHERE branch_id = ? AND scope = ? AND kind = ? AND id = ?",
        [(branch, *place) for place, held in after.items() if not held],
    )


async def _keep_sums(
    session: Session,
    branch: BranchId,
    before: Mapping[Place, bytes],
    after: Mapping[Place, Held | None],
) -> None:
    gone: dict[str, list[bytes]] = {place[0]: [] for place in after}
    came: dict[str, list[bytes]] = {scope: [] for scope in gone}
    for place, hashed in before.items():
        gone[place[0]].append(hashed)
    for place, held in after.items():
        if held:
            came[place[0]].append(held[1])
    changed = []
    for scope in sorted(gone):
        stood = await whole(session, branch, scope)
        stands = stood.changed(gone[scope], came[scope])
        changed.append((branch, scope, stands.n, stands.sum))
    await session.run_many(
        "INSERT INTO scope_sum (branch_id, scope, n, sum) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (branch_id, scope) DO UPDATE SET n = excluded.n, sum = excluded.sum",
        changed,
    )


async def whole(session: Session, branch: BranchId, scope: str) -> Digest:
    """Return the digest of a scope."""
    row = await session.row(
        "SELECT n, sum FROM scope_sum WHERE branch_id = ? AND scope = ?", branch, scope
    )
    return Digest(row[0], row[1]) if row else Digest()


async def buckets(session: Session, branch: BranchId, scope: str) -> dict[int, Digest]:
    """Return the digests of a scope's buckets that are not empty.

    Added up when a laptop asks, which one in perfect order never does: kept up to date they were
    half of what a batch wrote.
    """
    held: dict[int, list[bytes]] = {}
    for bucket, hashed in await session.rows(
        "SELECT bucket, hash FROM scope_row WHERE branch_id = ? AND scope = ?", branch, scope
    ):
        held.setdefault(bucket, []).append(bytes(hashed))
    return {bucket: digest_of(hashes) for bucket, hashes in held.items()}


async def rows_of(
    session: Session, branch: BranchId, scope: str, numbers: Sequence[int]
) -> tuple[HeldRow, ...]:
    """Return what a scope holds in some buckets, by kind and id."""
    found = await session.rows(
        "SELECT kind, id, rev, hash FROM scope_row WHERE branch_id = ? AND scope = ? "
        f"AND bucket IN ({', '.join('?' * len(numbers))})",
        branch,
        scope,
        *numbers,
    )
    # Sorted here: each database has an order of its own for text.
    return tuple(HeldRow(r[0], r[1], r[2], bytes(r[3]).hex()) for r in sorted(found, key=_key))


def _key(row: Row) -> Key:
    return row[0], row[1]


async def holds(session: Session, branch: BranchId, scope: str, key: Key) -> bool:
    """Say whether a record stands in a scope."""
    row = await session.row(
        "SELECT 1 FROM scope_row WHERE branch_id = ? AND scope = ? AND kind = ? AND id = ?",
        branch,
        scope,
        *key,
    )
    return row is not None
