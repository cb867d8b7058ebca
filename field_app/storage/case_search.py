"""What lists and searches ask of the index of cases, as parts of SQL; values stay bound."""

import sys
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
# Hits; between them each way to read a page takes a millisecond or two. Those of the addresses
# come sorted and are remembered in a third of the time.
FEW, MANY, MANY_PLACES = 300, 6000, 7000
WALKED = 3000  # rows that are looked into for a page, before all hits are remembered after all
PAIR = 2  # letters; the index of addresses is made of trigrams
IN_ROW = "instr(words, ?)"
# An address without one of these is compared as it stands, but for capitals: `normal` leaves it.
IN_PLACE, ODD = "instr(lower(address), ?)", "address GLOB '*[^!-~一-龥]*'"
BEGINS = "term >= ? AND term < ?"
IN_ADDRESS = "SELECT rowid FROM case_address WHERE case_address MATCH ?"
SET_ASIDE = "SELECT n FROM temp.case_found"
FOUND = "CREATE TEMP TABLE IF NOT EXISTS case_found (n INTEGER PRIMARY KEY)"
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
    """A text as it is compared, what is looked up in the addresses, and whether words are too.

    No `address` where none holds the text, no `words` where the text begins none. The rows found
    may be `set_aside` in `temp.case_found`.
    """

    text: str
    address: str
    words: bool = True
    set_aside: bool = False


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


def words_begun(what: Sought) -> Part:
    """Return the statement that gives the row of each word that begins with a text."""
    return Part(f"SELECT n FROM case_term WHERE {BEGINS}", beginning(what.text))


def addresses(what: Sought) -> Part:
    """Return the statement that gives the rows whose address holds a text, each once."""
    return Part(IN_ADDRESS, (what.address,))


def hits(what: Sought) -> Part:
    """Return the statement that gives the numbers of the rows a text finds, some twice."""
    if what.set_aside:
        return Part(SET_ASIDE, ())
    if not what.address:
        return words_begun(what)
    return _both(words_begun(what), "UNION ALL", what) if what.words else addresses(what)


def each_once(what: Sought, *, sorted_words: bool = True) -> Part:
    """Return the statement that gives the numbers of the rows a text finds, each once.

    Every row's own words are looked into where the words of all rows are not sorted yet.
    """
    words = words_begun(what)
    if not sorted_words:
        words = Part(f"SELECT n FROM case_index WHERE {IN_ROW}", (in_row(what.text),))
    if not what.address:
        return Part(f"SELECT DISTINCT n FROM ({words.sql})", words.values)
    return _both(words, "UNION", what) if what.words else addresses(what)


def _both(words: Part, how: str, what: Sought) -> Part:
    return Part(f"{words.sql} {how} {IN_ADDRESS}", (*words.values, what.address))


def many(what: Sought) -> int:
    """Return from how many hits on each row is looked into as it walks by."""
    if what.set_aside:
        return sys.maxsize
    return MANY_PLACES if what.address else MANY


def condition(what: Sought, found: int) -> Part:
    """Return the condition that is quickest for a text with about so many hits, below `many`."""
    if found < FEW:
        return looked_up(what)
    hit = hits(what)
    return Part(f"+n IN ({hit.sql})", hit.values)  # walk in order, look into what was found


def looked_up(what: Sought) -> Part:
    """Return the condition that looks up the rows found, which are sorted then."""
    hit = hits(what)
    return Part(f"n IN ({hit.sql})", hit.values)


def row_condition(what: Sought) -> Part:
    """Return the condition that looks into each row as it walks by."""
    words = Part(IN_ROW, (in_row(what.text),))
    if not what.address:
        return words
    ways = [Part(IN_PLACE, (what.text,)), Part(f"{ODD} AND n IN ({IN_ADDRESS})", (what.address,))]
    if what.words:
        ways.insert(1, words)
    values = tuple(value for way in ways for value in way.values)
    return Part(f"({' OR '.join(way.sql for way in ways)})", values)
