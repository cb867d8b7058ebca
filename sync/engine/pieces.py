"""Fetches a piece of a large file over a line that may be cut, smaller with each try."""

from collections.abc import Callable

from sync.engine.pace import Pace
from sync.engine.trouble import Trouble
from sync.protocol.messages import Codes

FRUITLESS = 3  # tries that bring a file no further before it is given up for now
CUT = frozenset({Codes.UNREACHABLE, Codes.STALLED})


def fetch_piece(pace: Pace, left: int, fetch: Callable[[int], bytes]) -> bytes:
    """Return the next bytes of a file of which so many are left; `fetch` is told how many at most.

    Raises Trouble: at once what is not the line's, else what the last try met.
    """
    for again in reversed(range(FRUITLESS)):
        began = pace.now()
        try:
            data = fetch(min(pace.piece, left))
        except Trouble as trouble:
            if trouble.code not in CUT or not again:
                raise
            pace.cut()
        else:
            pace.passed(len(data), began)
            return data
    raise AssertionError("the last try either returns or raises")
