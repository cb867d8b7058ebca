"""The log grows in the transaction of what it tells, under the lock of the branch's head.

A commit hashes its own entries and as many nodes; every 256th leaf closes a *tile*, which keeps the
256 hashes of its block a second time, so that proofs read a few rows and an entry that was changed
together with its hash is still named. A tile's root is appended to the tile above.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from sync.domain.ids import BranchId
from sync.protocol.merkle import grown, leaf_hash, perfect
from sync.server.repositories import audit
from sync.server.repositories.audit import Head, Leaf
from sync.server.repositories.session import Session

TILE_LEVELS = 8
TILE = 1 << TILE_LEVELS  # hashes of a full tile


class Entry(msgspec.Struct, frozen=True):
    """What is to be told: an instant (ISO 8601, UTC) and ids, codes and hashes by name."""

    at: str
    told: dict[str, Any]


def canonical(n: int, entry: Entry) -> str:
    """Return the text that is hashed: JSON with sorted names, its own number among them."""
    return msgspec.json.encode(entry.told | {"at": entry.at, "n": n}, order="sorted").decode()


async def append(session: Session, branch: BranchId, entries: Sequence[Entry]) -> Head | None:
    """Take the branch's next commit number and add entries; None when there is no such branch."""
    head = await audit.advance(session, branch, len(entries))
    if head is None or not entries:
        return head
    first, frontier = head.leaves - len(entries), head.frontier
    leaves = []
    for n, entry in enumerate(entries, first):
        text = canonical(n, entry)
        hashed = leaf_hash(text.encode())
        frontier = grown(frontier, n, hashed)
        leaves.append(Leaf(n, text, hashed.hex()))
    await audit.add_leaves(session, branch, leaves)
    await audit.set_frontier(session, branch, frontier)
    for block in range(first // TILE, head.leaves // TILE):
        await _close(session, branch, block)
    return msgspec.structs.replace(head, frontier=frontier)


async def _close(session: Session, branch: BranchId, block: int) -> None:
    """Keep the hashes of a full block, and its root in the tile above, up to one not yet full."""
    level, hashes = 0, await audit.hashes(session, branch, block * TILE, (block + 1) * TILE)
    await audit.put_tile(session, branch, 0, block, hashes)
    while len(hashes) == TILE:
        level, block, root = level + 1, block // TILE, perfect(hashes)
        hashes = (*await audit.tile(session, branch, level, block), root)
        await audit.put_tile(session, branch, level, block, hashes)
