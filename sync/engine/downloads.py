"""Fetches one file that somebody wants to see: in pieces that suit the line, proved by its hash.

Nothing of it is kept here. A line that breaks is taken up again as long as each try brings more.
"""

import hashlib
from collections.abc import Callable
from functools import partial

from sync.domain.records import Attachment
from sync.engine.pace import Pace
from sync.engine.pieces import fetch_piece
from sync.engine.ports import Cancelled, Transport
from sync.engine.trouble import Trouble
from sync.protocol.messages import Codes


def download(
    transport: Transport,
    fact: Attachment,
    pace: Pace,
    on_bytes: Callable[[int], None],
    cancelled: Cancelled,
) -> bytes | None:
    """Return the bytes of a recorded file, None when stopped; `on_bytes` hears how many are here.

    Raises Trouble: the line's; NOT_FOUND when the server has not got it, or its case has left this
    person; WRONG_HASH when what came is not what was recorded.
    """
    got = bytearray()
    while len(got) < fact.size:
        if cancelled():
            return None
        got += fetch_piece(pace, fact.size - len(got), partial(transport.fetch, fact.id, len(got)))
        on_bytes(len(got))
    if hashlib.sha256(got).hexdigest() != fact.sha256:
        raise Trouble(Codes.WRONG_HASH, id=fact.id)
    return bytes(got)
