"""Recomputes a branch's log from what the database holds and names the first wrong entry.

Block by block: entries against their hashes and numbers, hashes against the block's tile, the
tile's root against the tile above, pushed entries against their envelopes. Then the head, and the
signed checkpoints that laptops or an earlier export kept.
"""

from collections.abc import Sequence

import msgspec

from sync.domain.ids import BranchId
from sync.protocol.checkpoint import Checkpoint, is_signed
from sync.protocol.merkle import Frontier, cover, grown, leaf_hash, perfect, root_of
from sync.server.audit.envelopes import Envelopes, Told, read_told
from sync.server.audit.flaw import Flaw, one
from sync.server.audit.growing import TILE
from sync.server.audit.proving import Tree
from sync.server.repositories import audit
from sync.server.repositories.audit import Head, Leaf
from sync.server.repositories.session import Session


class NotSigned(Exception):
    """A checkpoint from outside is not signed by this server's audit key for this branch."""


class Verified(msgspec.Struct, frozen=True):
    """How many entries the log has, its root, and the first flaw, if any.

    `others` are entries whose laptops, by their own signed word, had been shown another log. The
    word is not the server's: one laptop alone may lie.
    """

    size: int
    root: str
    flaw: Flaw | None
    others: tuple[int, ...] = ()


async def verify(
    session: Session,
    branch: BranchId,
    since: int = 0,
    checkpoints: Sequence[Checkpoint] = (),
) -> Verified:
    """Verify a branch's log; of entries before `since` only their hashes are read.

    Raises NotSigned for a checkpoint that says nothing about this log.
    """
    head = await audit.head(session, branch)
    if head is None:
        raise LookupError(f"there is no branch {branch}")
    check = _Check(session, branch, head)
    flaw = await check.run(since // TILE)
    others: tuple[int, ...] = ()
    if flaw is None:
        others, flaw = await check.others(), await check.claims(checkpoints)
    return Verified(head.leaves, root_of(head.frontier).hex(), flaw, others)


class _Check:
    """One verification inside its transaction."""

    def __init__(self, session: Session, branch: BranchId, head: Head) -> None:
        self._session = session
        self._branch = branch
        self._head = head
        self._tree = Tree(session, branch)
        self._envelopes = Envelopes(session, branch)

    async def run(self, first_block: int) -> Flaw | None:
        """Return the first flaw inside the database."""
        frontier: Frontier = ()
        flaw = await self._enrolled(first_block * TILE)
        if flaw is not None:
            return flaw
        for block in range(-(-self._head.leaves // TILE)):
            hashes = await self._skipped(block) if block < first_block else None
            if hashes is None:
                hashes, flaw = await self._block(block)
                if flaw is not None:
                    return flaw
            flaw = await self._above(block, hashes)
            if flaw is not None:
                return flaw
            frontier = _extended(frontier, block, hashes)
        flaw = await self._ends(frontier)
        if flaw is None and first_block == 0:
            flaw = await self._envelopes.left_over(self._head.leaves)
        return flaw

    async def _enrolled(self, end: int) -> Flaw | None:
        """Learn the keys of laptops from entries whose blocks are not read."""
        for leaf in await audit.enrolments(self._session, self._branch, end):
            kept = await audit.tile(self._session, self._branch, 0, leaf.n // TILE)
            if kept and leaf_hash(leaf.entry.encode()) != kept[leaf.n % TILE]:
                return one(leaf.n, "entry")
            told = _told(leaf.entry)
            if told is None or not self._envelopes.learn(told):
                return one(leaf.n, "entry")
        return None

    async def others(self) -> tuple[int, ...]:
        """Return the entries whose laptops had been shown another log than this one."""
        found = []
        for (size, root), n in self._envelopes.claims.items():
            if size > n or (await self._tree.root(size)).hex() != root:
                found.append(n)
        return tuple(sorted(found))

    async def _skipped(self, block: int) -> Frontier | None:
        hashes = await audit.tile(self._session, self._branch, 0, block)
        return hashes if len(hashes) == TILE else None

    async def _block(self, block: int) -> tuple[Frontier, Flaw | None]:
        """Recompute one block; the flaw is the first of its entries that is wrong."""
        first, end = block * TILE, min((block + 1) * TILE, self._head.leaves)
        leaves = await audit.leaves(self._session, self._branch, first, end)
        kept: Frontier = ()
        if end - first == TILE:
            kept = await audit.tile(self._session, self._branch, 0, block)
            if len(kept) != TILE:
                return (), one(first + min(len(kept), TILE - 1), "tile")
        hashes = []
        entries: list[Told] = []
        flaw: Flaw | None = None
        for n, leaf in zip(range(first, end), leaves, strict=False):
            hashed = leaf_hash(leaf.entry.encode())
            flaw = _leaf_flaw(n, leaf, hashed, kept[n - first] if kept else hashed)
            if flaw is not None:
                break
            hashes.append(hashed)
            told = _told(leaf.entry)
            if told is None or told.n != n:
                flaw = one(n, "entry" if told is None else "number")
                break
            entries.append(told)
        if flaw is None and len(leaves) < end - first:
            flaw = one(first + len(leaves), "missing")
        until = flaw.n if flaw else end
        earlier = await self._envelopes.check([e for e in entries if e.n < until])
        return tuple(hashes), earlier or flaw

    async def _above(self, block: int, hashes: Frontier) -> Flaw | None:
        """Compare the roots of tiles that end with this block with the tiles above them."""
        level = 0
        while len(hashes) == TILE:
            place, span = block, TILE ** (level + 1)
            level, block = level + 1, block // TILE
            kept = await audit.tile(self._session, self._branch, level, block)
            if len(kept) <= place % TILE or kept[place % TILE] != perfect(hashes):
                return Flaw(place * span, "node", place * span + span)
            hashes = kept if place % TILE == TILE - 1 else ()
        return None

    async def _ends(self, frontier: Frontier) -> Flaw | None:
        """Compare the head with what was recomputed, and look for what lies outside."""
        size, kept = self._head.leaves, self._head.frontier
        if await audit.strays(self._session, self._branch, size):
            return one(size, "behind the head")
        if len(kept) != len(frontier):
            return one(size, "head")
        for (level, index), ours, theirs in zip(cover(0, size), frontier, kept, strict=True):
            if ours != theirs:
                return Flaw(index << level, "head", (index + 1) << level)
        wanted = {(0, i) for i in range(size // TILE)}
        level, count = 1, size // TILE
        while count:
            wanted |= {(level, i) for i in range(-(-count // TILE))}
            level, count = level + 1, count // TILE
        if set(await audit.tiles(self._session, self._branch)) - wanted:
            return one(size, "behind the head")
        for level_idx in wanted:
            flaw = await self._too_long(*level_idx)
            if flaw is not None:
                return flaw
        return None

    async def _too_long(self, level: int, idx: int) -> Flaw | None:
        if level == 0:
            return None
        full = self._head.leaves // TILE**level
        kept = await audit.tile(self._session, self._branch, level, idx)
        if len(kept) > min(TILE, full - idx * TILE):
            return one(self._head.leaves, "behind the head")
        return None

    async def claims(self, checkpoints: Sequence[Checkpoint]) -> Flaw | None:
        """Compare with checkpoints from outside; the last right one says where to look.

        Raises NotSigned when one is another branch's or the server's key did not sign it.
        """
        key = await audit.public_key(self._session) or ""
        for checkpoint in checkpoints:
            if checkpoint.branch_id != self._branch or not is_signed(checkpoint, key):
                raise NotSigned
        told: dict[int, set[str]] = {}
        for checkpoint in checkpoints:
            told.setdefault(checkpoint.size, set()).add(checkpoint.root)
        right = 0
        for size in sorted(told):
            if size > self._head.leaves:
                return Flaw(self._head.leaves, "cut off", size)
            if told[size] != {(await self._tree.root(size)).hex()}:
                return Flaw(right, "checkpoint", size)
            right = size
        return None


def _told(entry: str) -> Told | None:
    try:
        return read_told(entry)
    except msgspec.DecodeError:
        return None


def _leaf_flaw(n: int, leaf: Leaf, hashed: bytes, kept: bytes) -> Flaw | None:
    if leaf.n != n:
        return one(n, "missing")
    if hashed.hex() != leaf.hash or hashed != kept:
        return one(n, "entry")
    return None


def _extended(frontier: Frontier, block: int, hashes: Frontier) -> Frontier:
    """Return the frontier with one more block: full, or the last."""
    if len(hashes) == TILE:
        return grown(frontier, block, perfect(hashes))
    rest: Frontier = ()
    for n, hashed in enumerate(hashes):
        rest = grown(rest, n, hashed)
    return (*frontier, *rest)
