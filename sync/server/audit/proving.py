"""Roots and proofs of the log at any size, from its tiles and the leaves of its open block."""

from sync.domain.ids import BranchId
from sync.protocol.merkle import (
    Frontier,
    Range,
    consistency,
    cover,
    inclusion,
    perfect,
    root_of,
)
from sync.server.audit.growing import TILE, TILE_LEVELS
from sync.server.repositories import audit
from sync.server.repositories.session import Session


class Tree:
    """One branch's log inside one transaction; tiles that were read are kept for it."""

    def __init__(self, session: Session, branch: BranchId) -> None:
        self._session = session
        self._branch = branch
        self._read: dict[tuple[int, int], Frontier] = {}

    async def root(self, size: int) -> bytes:
        """Return the root of the first `size` entries."""
        return await self._root((0, size))

    async def inclusion(self, index: int, size: int) -> Frontier:
        """Return the proof that entry `index` is in the log of `size` entries."""
        return tuple([await self._root(part) for part in inclusion(index, size)])

    async def consistency(self, older: int, newer: int) -> Frontier:
        """Return the proof that the log of `older` entries begins that of `newer`."""
        return tuple([await self._root(part) for part in consistency(older, newer)])

    async def _root(self, part: Range) -> bytes:
        return root_of(tuple([await self._subtree(*one) for one in cover(*part)]))

    async def _subtree(self, level: int, index: int) -> bytes:
        """Return the root of a perfect subtree of 2 ** level entries."""
        tiles, height = divmod(level, TILE_LEVELS)
        width = 1 << height
        first = index * width
        hashes = await self._tile(tiles, first // TILE)
        return perfect(hashes[first % TILE : first % TILE + width])

    async def _tile(self, level: int, idx: int) -> Frontier:
        if (level, idx) not in self._read:
            found = await audit.tile(self._session, self._branch, level, idx)
            if not found and level == 0:
                ends = idx * TILE, (idx + 1) * TILE
                found = await audit.hashes(self._session, self._branch, *ends)
            self._read[level, idx] = found
        return self._read[level, idx]
