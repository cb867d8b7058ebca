"""First pages that come along with the answer to a push or to a greeting."""

from collections.abc import Iterable, Sequence
from itertools import accumulate

import msgspec

from sync.engine.ports import ScopeState
from sync.engine.trouble import Trouble
from sync.protocol.messages import Codes, Reading
from sync.protocol.pages import Cursor, Page, read_page

WITH_NEWS = 2  # the version whose answers bring pages along
MOST_OF_ADDRESS = 3000  # letters of a greeting's query; gateways take 4 kB and more
FRAME = 12  # "&read=", and what is written in three letters instead of one

type News = dict[tuple[str, Cursor], Page]  # by the scope and the cursor it was asked behind
type Places = dict[tuple[str, Cursor], Reading]


def places(states: Iterable[ScopeState], epoch: str) -> Places:
    """Return where those of the scopes are read on that were read in this epoch."""
    read = [state for state in states if state.epoch == epoch]
    return {(s.scope, s.cursor): Reading(s.scope, s.cursor.text(), s.floor) for s in read}


def as_query(reads: Sequence[Reading]) -> list[str]:
    """Return the first of these as a query names them, as many as an address has room for."""
    named = [one.text() for one in reads]
    ends = accumulate(len(text) + FRAME for text in named)
    return [text for text, end in zip(named, ends, strict=True) if end <= MOST_OF_ADDRESS]


def read_news(pages: Sequence[msgspec.Raw], asked: Iterable[tuple[str, Cursor]]) -> News:
    """Return the pages by what they were asked for; raises Trouble for what is none."""
    by_scope = dict(iter(asked))
    try:
        found = [read_page(bytes(page)) for page in pages]
        for page in found:
            Cursor.parse(page.to)
        return {(page.scope, by_scope[page.scope]): page for page in found}
    except (msgspec.DecodeError, ValueError, KeyError) as error:
        raise Trouble(Codes.GARBAGE) from error
