"""The tree over a log of entries as RFC 6962 draws it: leaves, roots, and proofs of both kinds.

A log only grows, so every perfect subtree is final once it is full. What a log needs to grow is its
*frontier*: the hashes of the perfect subtrees it is made of, the largest first, one for each bit of
its size. A proof is asked for as ranges of entries, so that whoever keeps the log may fetch their
hashes from wherever they are.
"""

import hashlib
from collections.abc import Sequence

LEAF, NODE = b"\x00", b"\x01"
EMPTY_ROOT = hashlib.sha256(b"").digest()
HASH_BYTES = 32

type Range = tuple[int, int]  # entries first … end - 1
type Frontier = tuple[bytes, ...]


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry, 32 bytes."""
    return hashlib.sha256(LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash over two hashes."""
    return hashlib.sha256(NODE + left + right).digest()


def grown(frontier: Frontier, size: int, leaf: bytes) -> Frontier:
    """Return the frontier of a log of `size` entries after one more."""
    kept = list(frontier)
    while size & 1:
        leaf = node_hash(kept.pop(), leaf)
        size >>= 1
    return (*kept, leaf)


def root_of(frontier: Frontier) -> bytes:
    """Return the root of the log that has this frontier."""
    if not frontier:
        return EMPTY_ROOT
    root = frontier[-1]
    for left in reversed(frontier[:-1]):
        root = node_hash(left, root)
    return root


def perfect(hashes: Sequence[bytes]) -> bytes:
    """Return the root over a power of two of hashes."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


def cover(first: int, end: int) -> list[tuple[int, int]]:
    """Return the perfect subtrees (level, index) of a range, the largest first.

    The range begins where its largest subtree may stand, as those of a proof do.
    """
    found = []
    for level in range((end - first).bit_length() - 1, -1, -1):
        if (end - first) >> level & 1:
            done = (end - first) >> (level + 1) << (level + 1)
            found.append((level, (first + done) >> level))
    return found


def inclusion(index: int, size: int) -> list[Range]:
    """Return the ranges whose roots prove entry `index` of a log of `size`, the nearest first."""
    return _path(index, 0, size)


def _path(index: int, first: int, end: int) -> list[Range]:
    if end - first <= 1:
        return []
    middle = first + _half(end - first)
    if index < middle:
        return [*_path(index, first, middle), (middle, end)]
    return [*_path(index, middle, end), (first, middle)]


def consistency(older: int, newer: int) -> list[Range]:
    """Return the ranges whose roots prove that the log of `older` entries begins that of `newer`.

    Nothing proves the empty log and the log itself: 0 < older < newer, else no ranges.
    """
    return _grown_from(older, 0, newer, whole=True) if 0 < older < newer else []


def _grown_from(older: int, first: int, end: int, *, whole: bool) -> list[Range]:
    if older == end:
        return [] if whole else [(first, end)]
    middle = first + _half(end - first)
    if older <= middle:
        return [*_grown_from(older, first, middle, whole=whole), (middle, end)]
    return [*_grown_from(older, middle, end, whole=False), (first, middle)]


def _half(count: int) -> int:
    """Return the largest power of two below a count of at least two."""
    return 1 << ((count - 1).bit_length() - 1)


def includes(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether the proof leads from a leaf's hash to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for one in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(one, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, one)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(
    older: int, old_root: bytes, newer: int, new_root: bytes, proof: Frontier
) -> bool:
    """Say whether the proof leads from one root to a later one (RFC 9162, 2.1.4.2)."""
    if not 0 <= older <= newer:
        return False
    if older in (0, newer):
        return not proof and (old_root == (new_root if older else EMPTY_ROOT))
    path = [old_root, *proof] if older & (older - 1) == 0 else list(proof)
    if not path:
        return False
    at, last = older - 1, newer - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for one in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(one, old), node_hash(one, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, one)
        at, last = at >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root
