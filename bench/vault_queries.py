"""What people type into the search field: the beginning of what they remember of a customer."""

import random
from collections.abc import Callable, Sequence

from field_app.storage.search_terms import terms_of
from sync.domain.records import Case

CITY = "云川市"
TAIL = 4
PAIR, LONGEST = 2, 8


def _name(chance: random.Random, case: Case) -> str:
    """Return mostly the whole name; sometimes no more than its beginning was typed yet."""
    name = case.customer.name
    return name[: chance.choice((1, 2, 3, 3))]


def _initials(chance: random.Random, case: Case) -> str:
    """Return the first letters of the name's pinyin, all of them or the first two."""
    length = len(case.customer.name)
    latin = sorted(t for t in terms_of(case) if t.isascii() and t.isalpha() and len(t) == length)
    return chance.choice(latin)[: chance.choice((2, 3, 3))]


def _phone_tail(_chance: random.Random, case: Case) -> str:
    return case.customer.phones[0][-TAIL:]


def _account_tail(_chance: random.Random, case: Case) -> str:
    return case.loan.account_no[-TAIL:]


def _address(chance: random.Random, case: Case) -> str:
    """Return two characters or more from within the address; nobody types the city."""
    length = chance.randint(PAIR, LONGEST)
    start = chance.randrange(len(CITY), len(case.address.text) - length)
    return case.address.text[start : start + length]


KINDS: dict[str, Callable[[random.Random, Case], str]] = {
    "name": _name,
    "initials": _initials,
    "phone_tail": _phone_tail,
    "account_tail": _account_tail,
    "address": _address,
}


def typed(chance: random.Random, cases: Sequence[Case], each: int) -> list[tuple[str, str]]:
    """Return (kind, text) of so many searches of each kind, mixed as if by many people."""
    found = [
        (kind, make(chance, chance.choice(cases)))
        for kind, make in KINDS.items()
        for _ in range(each)
    ]
    chance.shuffle(found)
    return found
