"""The audit chain: whatever is changed in it afterwards is named by `field-server audit verify`."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sync.server.commit import leaf_hash
from sync.server.repositories.session import Database, Session
from tests.server.house import House, at_database
from tests.server.terminal import tell

type Leaf = tuple[str, int, str, str, str]  # branch, number, instant, entry, hash
type Chain = list[Leaf]
type Head = tuple[int, str]

COLUMNS = "branch_id, n, at, entry, hash"


async def read(session: Session) -> tuple[Chain, Head]:
    rows = await session.rows(f"SELECT {COLUMNS} FROM audit_leaf ORDER BY n")
    head = await session.row("SELECT leaves, leaf_hash FROM feed_head")
    assert head is not None
    return [tuple(row) for row in rows], (head[0], head[1])


def chain_of(data: Path) -> tuple[Chain, Head]:
    async def act(database: Database) -> Any:
        return await database.read(read)

    return at_database(data, act)


def put_chain(data: Path, chain: Chain, head: Head) -> None:
    """Write the whole chain anew, as somebody with the database in hand could."""

    async def work(session: Session) -> None:
        await session.run("DELETE FROM audit_leaf")
        await session.run_many(f"INSERT INTO audit_leaf ({COLUMNS}) VALUES (?, ?, ?, ?, ?)", chain)
        await session.run("UPDATE feed_head SET leaves = ?, leaf_hash = ?", *head)

    async def act(database: Database) -> None:
        await database.write(work)

    at_database(data, act)


@pytest.fixture
def whole(house: House) -> Iterator[tuple[Chain, Head]]:
    """Return the chain as it is, and put it back afterwards."""
    chain, head = chain_of(house.data)
    assert len(chain) > 20
    assert "is whole" in tell(house.data, "audit", "verify").out
    yield list(chain), head
    put_chain(house.data, chain, head)
    assert tell(house.data, "audit", "verify").code == 0


def changed(leaf: Leaf, **fields: Any) -> Leaf:
    named = dict(zip(("branch", "n", "at", "entry", "hash"), leaf, strict=True))
    return tuple((named | fields).values())


def another_entry(leaf: Leaf) -> str:
    """Let somebody else have done it."""
    told = msgspec.json.decode(leaf[3])
    return msgspec.json.encode(told | {"officer": "nobody"}, order="sorted").decode()


def linked(chain: Chain, first: int) -> Chain:
    """Reckon the hashes anew from a leaf on."""
    previous = chain[first - 1][4] if first else ""
    done = chain[:first]
    for leaf in chain[first:]:
        previous = leaf_hash(previous, leaf[2], leaf[3])
        done.append(changed(leaf, hash=previous))
    return done


def replaced(chain: Chain, at: int, leaf: Leaf) -> Chain:
    return [*chain[:at], leaf, *chain[at + 1 :]]


def renumbered(chain: Chain) -> Chain:
    return [changed(leaf, n=number) for number, leaf in enumerate(chain)]


# What is done to the chain, and how far behind the touched leaf the first bad one is named.
type Tamper = Callable[[Chain, int], Chain]
TAMPERS: dict[str, tuple[Tamper, int]] = {
    "an entry is edited": (
        lambda c, n: replaced(c, n, changed(c[n], entry=another_entry(c[n]))),
        0,
    ),
    "a blank is added": (lambda c, n: replaced(c, n, changed(c[n], entry=c[n][3] + " ")), 0),
    "an instant is edited": (
        lambda c, n: replaced(c, n, changed(c[n], at="2020-01-01T00:00:00+00:00")),
        0,
    ),
    "a hash is edited": (lambda c, n: replaced(c, n, changed(c[n], hash="f" * 64)), 0),
    "a leaf is deleted": (lambda c, n: c[:n] + c[n + 1 :], 0),
    "a leaf is deleted and the rest counted anew": (
        lambda c, n: renumbered(c[:n] + c[n + 1 :]),
        0,
    ),
    "everything from a leaf on is deleted": (lambda c, n: c[:n], 0),
    "a leaf is put in": (lambda c, n: renumbered([*c[:n], c[0], *c[n:]]), 0),
    "an entry is edited with its hash": (
        lambda c, n: [*linked(replaced(c, n, _edited(c, n))[: n + 1], n), *c[n + 1 :]],
        1,
    ),
}


def _edited(chain: Chain, at: int) -> Leaf:
    return changed(chain[at], entry=another_entry(chain[at]))


@pytest.mark.parametrize("where", ["first", "middle", "last"])
@pytest.mark.parametrize("name", TAMPERS)
def test_a_change_is_named(house: House, whole: tuple[Chain, Head], name: str, where: str) -> None:
    chain, head = whole
    tamper, behind = TAMPERS[name]
    at = {"first": 0, "middle": len(chain) // 2, "last": len(chain) - 1}[where]
    put_chain(house.data, tamper(chain, at), head)
    told = tell(house.data, "audit", "verify")
    # Behind the last leaf stands only the head of the branch: it names the last.
    first_bad = min(at + behind, len(chain) - 1)
    if name == "a leaf is put in" and where == "first":
        first_bad = 1  # the same leaf twice: the second does not follow the first
    assert (told.code, told.out) == (1, f"first bad entry: {first_bad}\n")


@pytest.mark.parametrize("first", [0, 5])
def test_two_leaves_that_are_swapped(house: House, whole: tuple[Chain, Head], first: int) -> None:
    chain, head = whole
    one, two = chain[first], chain[first + 3]
    swapped = replaced(replaced(chain, first, changed(two, n=first)), first + 3, one)
    put_chain(house.data, renumbered(swapped), head)
    told = tell(house.data, "audit", "verify")
    assert (told.code, told.out) == (1, f"first bad entry: {first}\n")


def test_a_rest_of_the_chain_that_is_reckoned_anew(house: House, whole: tuple[Chain, Head]) -> None:
    """Edit a leaf and every hash behind it: the branch's head still knows the old end."""
    chain, head = whole
    forged = linked(replaced(chain, 3, _edited(chain, 3)), 3)
    put_chain(house.data, forged, head)
    told = tell(house.data, "audit", "verify")
    assert (told.code, told.out) == (1, f"first bad entry: {len(chain) - 1}\n")


HEADS: dict[str, tuple[Callable[[Head], Head], int]] = {
    "fewer leaves": (lambda head: (head[0] - 1, head[1]), -1),
    "more leaves": (lambda head: (head[0] + 1, head[1]), 0),
    "no leaves": (lambda head: (0, ""), -(10**9)),
    "another hash": (lambda head: (head[0], "f" * 64), -1),
}


@pytest.mark.parametrize("name", HEADS)
def test_a_head_that_is_edited(house: House, whole: tuple[Chain, Head], name: str) -> None:
    chain, head = whole
    edit, behind = HEADS[name]
    put_chain(house.data, chain, edit(head))
    told = tell(house.data, "audit", "verify")
    assert (told.code, told.out) == (1, f"first bad entry: {max(len(chain) + behind, 0)}\n")


def test_entries_hold_no_word_about_anybody(
    whole: tuple[Chain, Head], private: frozenset[str]
) -> None:
    text = "\n".join(leaf[3] for leaf in whole[0])
    assert [word for word in private if word in text] == []
