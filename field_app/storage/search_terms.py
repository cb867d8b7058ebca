"""What a case can be found by: name, pinyin in every reading, area, tails of numbers."""

import os
import unicodedata
from functools import lru_cache
from itertools import islice, product

import msgspec

from sync.domain.records import Case

# Names are read character by character: the tables of phrases would hold up each start, or Python's
# lock in the midst of a first sync, for a third of a second.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")

TAIL = 4
MOST_READINGS = 64
_encoder = msgspec.json.Encoder()


def sounds(name: str) -> set[str]:
    """Return the name's pinyin, whole and by initials, in every reading.

    单小明 gives shanxiaoming and sxm, danxiaoming and dxm, chanxiaoming and cxm.
    """
    return _sounds(normal(name))


def _sounds(name: str) -> set[str]:
    # Character by character: a name that happens to be a word (解放) is not read like the word.
    each = [_readings(c) for c in name]
    # The family name's readings change first, so that none is lost where there are too many.
    found = set()
    for way in islice(product(*reversed(each)), MOST_READINGS):
        syllables = way[::-1]
        found.add("".join(syllables))
        found.add("".join([s[:1] for s in syllables]))
    return found


@lru_cache(maxsize=8192)
def _readings(character: str) -> tuple[str, ...]:
    """Return how a character may be read; a single empty text when nobody speaks it."""
    if not character.isalnum():
        return ("",)
    import pypinyin  # with the first name, or behind the unlock screen

    style = pypinyin.Style.NORMAL
    return tuple(pypinyin.pinyin(character, style=style, heteronym=True, strict=False)[0])


def terms_of(case: Case) -> set[str]:
    """Return every word whose beginning finds the case, as `normal` leaves it."""
    customer = case.customer
    name = normal(customer.name)
    found = _sounds(name)  # which are normal already
    found.update((name, normal(case.case_no), _normal_area(case.address.area)))
    found.update([normal(n[-TAIL:]) for n in (case.loan.account_no, *customer.phones)])
    found.discard("")
    return found


def normal(text: str) -> str:
    """Return the text as it is compared: lower case, half width, no blanks, all printable."""
    if text.isascii() and text.isalnum():
        return text.lower()  # numbers and codes, which most terms are
    folded = unicodedata.normalize("NFKC", text).lower()
    if folded.isprintable() and " " not in folded:
        return folded
    return "".join(c for c in folded if c.isprintable() and c != " ")


_normal_area = lru_cache(maxsize=512)(normal)  # of which a laptop knows a few


def as_json(value: object) -> str:
    """Return a value as SQLite's functions for JSON take it."""
    return _encoder.encode(value).decode()


def phrase(text: str) -> str:
    """Return the text as one quoted FTS5 phrase: nothing in it is an operator."""
    return '"' + text.replace('"', '""') + '"'
