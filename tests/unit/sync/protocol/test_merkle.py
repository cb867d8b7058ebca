"""The tree of RFC 6962: its own vectors, and every proof against a second implementation."""

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.merkle import (
    EMPTY_ROOT,
    Frontier,
    Range,
    consistency,
    cover,
    grown,
    includes,
    inclusion,
    is_consistent,
    leaf_hash,
    perfect,
    root_of,
)
from tools.verify_audit import Tree, climb

MOST = 200
# The entries and roots of the reference implementation's own tests (certificate-transparency-go).
ENTRIES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    bytes(range(96, 112)).hex(),
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def frontier_of(entries: list[bytes]) -> Frontier:
    frontier: Frontier = ()
    for n, entry in enumerate(entries):
        frontier = grown(frontier, n, leaf_hash(entry))
    return frontier


def root(entries: list[bytes]) -> bytes:
    return root_of(frontier_of(entries))


def by_definition(entries: list[bytes]) -> bytes:
    """Return the root as section 2.1 writes it down."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    half = 1
    while half * 2 < len(entries):
        half *= 2
    left, right = by_definition(entries[:half]), by_definition(entries[half:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def log(count: int) -> list[bytes]:
    return [b"entry %d" % n for n in range(count)]


def hashes_of(entries: list[bytes], ranges: list[Range]) -> Frontier:
    return tuple(root(entries[first:end]) for first, end in ranges)


@pytest.mark.parametrize("count", range(1, 9))
def test_the_reference_vectors(count: int) -> None:
    entries = [bytes.fromhex(one) for one in ENTRIES[:count]]
    assert root(entries).hex() == ROOTS[count - 1]
    assert by_definition(entries).hex() == ROOTS[count - 1]


def test_the_empty_log() -> None:
    assert root_of(()) == EMPTY_ROOT == Tree().root() == by_definition([])


@given(st.lists(st.binary(max_size=40), max_size=MOST))
def test_three_ways_to_one_root(entries: list[bytes]) -> None:
    tree = Tree()
    for entry in entries:
        tree.add(leaf_hash(entry))
    assert root(entries) == by_definition(entries) == tree.root()


@given(st.integers(1, MOST), st.data())
def test_every_entry_is_proven(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    entries = log(size)
    proof, top = hashes_of(entries, inclusion(index, size)), root(entries)
    hashed = leaf_hash(entries[index])
    assert includes(hashed, index, size, proof, top)
    assert climb(hashed, index, size, list(proof)) == top
    assert not includes(leaf_hash(b"another"), index, size, proof, top)
    assert not includes(hashed, index, size, (*proof, top), top)
    assert not includes(hashed, index, size, proof, by_definition(entries[:-1]))
    if proof:
        assert not includes(hashed, index, size, proof[:-1], top)
        assert not includes(hashed, index, size, (hashed, *proof[1:]), top)
    assert not includes(hashed, size, size, proof, top)


@given(st.integers(1, MOST), st.data())
def test_growth_is_proven_and_nothing_else(newer: int, data: st.DataObject) -> None:
    older = data.draw(st.integers(1, newer))
    entries = log(newer)
    proof = hashes_of(entries, consistency(older, newer))
    roots = root(entries[:older]), root(entries)
    assert is_consistent(older, roots[0], newer, roots[1], proof)
    changed = data.draw(st.integers(0, older - 1))
    forged = [*entries[:changed], b"another", *entries[changed + 1 :]]
    told = hashes_of(forged, consistency(older, newer))
    assert not is_consistent(older, roots[0], newer, root(forged), told)
    assert not is_consistent(older, roots[0], newer, root(forged), proof)
    assert not is_consistent(older, roots[0], newer, roots[1], (*proof, roots[1]))
    if proof:
        assert not is_consistent(older, roots[0], newer, roots[1], proof[:-1])
    if older < newer:
        assert not is_consistent(newer, roots[1], older, roots[0], proof)


def test_the_ends_of_consistency() -> None:
    top = root(log(5))
    assert is_consistent(0, EMPTY_ROOT, 5, top, ())
    assert not is_consistent(0, top, 5, top, ())
    assert not is_consistent(5, top, 5, root(log(4)), ())
    assert not is_consistent(-1, top, 5, top, ())
    assert consistency(0, 5) == consistency(5, 5) == []


@given(st.integers(0, 60), st.integers(1, 5000))
def test_a_range_is_covered_once(shift: int, count: int) -> None:
    first = shift << (count.bit_length() - 1)
    found = [(index << level, (index + 1) << level) for level, index in cover(first, first + count)]
    assert found[0][0] == first
    assert found[-1][1] == first + count
    assert all(one[1] == two[0] for one, two in pairwise(found))


@pytest.mark.parametrize("level", range(9))
def test_a_perfect_tree_is_its_own_frontier(level: int) -> None:
    hashes = [leaf_hash(entry) for entry in log(1 << level)]
    assert frontier_of(log(1 << level)) == (perfect(hashes),)
