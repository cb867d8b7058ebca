"""What lists and searches ask of the index of cases, as parts of SQL; values stay bound."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from field_app.storage.search_terms import as_json, phrase

SORTS = {
    "days": "overdue_since",
    "name": "name",
    "area": "area",
    "amount": "total_fen",
    "next": "next_at",
}
FEW, MANY = 300, 5000  # hits; between them each way to read a page takes a millisecond or two
PAIR = 2  # letters; the index of addresses is made of trigrams
IN_ROW = "instr(words, ?)"
BEGINS = "term >= ? AND term < ?"
IN_ADDRESS = "SELECT rowid FROM case_address WHERE case_address MATCH ?"
ADDRESS_WORDS = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.case_address_word "
    "USING fts5vocab(main, case_address, row)"
)
BEGUN = f"SELECT term FROM temp.case_address_word WHERE {BEGINS}"


class Wanted(msgspec.Struct, frozen=True):
    """Which cases, in which order; None and empty mean "any"."""

    text: str = ""
    stage: str | None = None
    area: str | None = None
    held: bool | None = None
    overdue_before: str | None = None
    officer_id: str | None = None
    unassigned: bool = False
    sort: str = "days"
    descending: bool = False


class Part(NamedTuple):
    """A part of a statement with the values of its marks."""

    sql: str
    values: tuple[Any, ...]


def filters(wanted: Wanted) -> list[Part]:
    """Return the conditions besides the text."""
    officer = wanted.officer_id
    held = None if wanted.held is None else int(wanted.held)
    asked = (
        (wanted.stage, Part("stage = ?", (wanted.stage,))),
        (wanted.area, Part("area = ?", (wanted.area,))),
        (held, Part("held = ?", (held,))),
        (wanted.overdue_before, Part("overdue_since <= ?", (wanted.overdue_before,))),
        (officer, Part("(officer_id = ? OR second_id = ?)", (officer, officer))),
        (wanted.unassigned or None, Part("officer_id = ''", ())),
    )
    return [part for value, part in asked if value is not None]


def where(parts: Sequence[Part]) -> Part:
    """Return the conditions as one clause, empty when there are none."""
    if not parts:
        return Part("", ())
    values = tuple(value for part in parts for value in part.values)
    return Part(f"WHERE {' AND '.join(part.sql for part in parts)}", values)


def beginning(text: str) -> tuple[str, str]:
    """Return the values of `BEGINS` for the words that begin with a text."""
    return text, text + "\U0010ffff"


def in_row(text: str) -> str:
    """Return the value of `IN_ROW` for words that begin with a text: they stand there quoted."""
    return as_json(text)[:-1]


class Sought(NamedTuple):
    """A text as it is compared, and what is looked up in the index of addresses, "" for nothing."""

    text: str
    address: str


def sought(text: str, begun: Callable[[str, str], Iterable[str]]) -> Sought:
    """Return what to look for; `begun` gives the trigrams of addresses between two texts.

    Two letters, as a street is often called, are looked up as the trigrams that begin with them; a
    single one stands in too many addresses to be of use.
    """
    if len(text) < PAIR:
        return Sought(text, "")
    if len(text) == PAIR:
        return Sought(text, " OR ".join(map(phrase, begun(*beginning(text)))))
    return Sought(text, phrase(text))


def hits(what: Sought, *, sorted_words: bool = True) -> Part:
    """Return the statement that gives the numbers of the rows a text finds, some twice.

    Every row's own words are looked into where the words of all rows are not sorted yet.
    """
    words = Part(f"SELECT n FROM case_term WHERE {BEGINS}", beginning(what.text))
    if not sorted_words:
        words = Part(f"SELECT n FROM case_index WHERE {IN_ROW}", (in_row(what.text),))
    if not what.address:
        return words
    return Part(f"{words.sql} UNION ALL {IN_ADDRESS}", (*words.values, what.address))


def condition(what: Sought, found: int) -> Part:
    """Return the condition that is quickest for a text with about so many hits, `MANY` at most."""
    hit = hits(what)
    if found < FEW:
        return Part(f"n IN ({hit.sql})", hit.values)  # look these rows up, then sort them
    if found < MANY:
        return Part(f"+n IN ({hit.sql})", hit.values)  # walk in order, look into what was found
    return row_condition(what)


def row_condition(what: Sought) -> Part:
    """Return the condition that looks into each row as it walks by."""
    if not what.address:
        return Part(IN_ROW, (in_row(what.text),))
    return Part(f"({IN_ROW} OR n IN ({IN_ADDRESS}))", (in_row(what.text), what.address))
