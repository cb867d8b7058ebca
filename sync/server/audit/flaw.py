"""What a verification finds."""

import msgspec


class Flaw(msgspec.Struct, frozen=True):
    """The first bad entry and what is wrong with it, in a word.

    `end` is n + 1, or more when only so much is known: the bad entry is one of n … end - 1.
    """

    n: int
    what: str
    end: int


def one(n: int, what: str) -> Flaw:
    """Return a flaw of exactly this entry."""
    return Flaw(n, what, n + 1)
