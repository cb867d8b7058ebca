"""The map phases: what the bank published is noted with each sync, and fetched when it is wanted.

Hello names the map in force, so a sync without news asks nothing more. The file comes behind
everything else, in pieces: it gives way to commands, and goes on at the byte that is here.
"""

from functools import partial

from sync.engine.pace import Pace
from sync.engine.pieces import fetch_piece
from sync.engine.ports import Cancelled, MapShelf, OnProgress, Progress, Replica, Transport
from sync.engine.trouble import Trouble
from sync.protocol.map_pack import FORMAT
from sync.protocol.messages import Codes, Hello
from sync.protocol.published_map import MapDistrust, MapRefused, PublishedMap, trust_map


def pull_map(shelf: MapShelf, transport: Transport, hello: Hello) -> None:
    """Note which map is published; raises Trouble only for the line itself."""
    standing = shelf.standing()
    if hello.map_serial == standing.serial:
        return
    if not standing.key:
        shelf.note(MapDistrust.NO_KEY)
    elif hello.map_serial < standing.serial:
        shelf.note(MapDistrust.OLDER)
    else:
        answer = trust_map(transport.map_news(standing.serial), standing)
        if isinstance(answer, PublishedMap):
            shelf.keep(answer)
            shelf.note(MapDistrust.OTHER_FORMAT if answer.format != FORMAT else None)
        elif answer is not None:
            shelf.note(answer)


def fetch_map(
    shelf: MapShelf,
    replica: Replica,
    transport: Transport,
    pace: Pace,
    on_progress: OnProgress,
    cancelled: Cancelled,
) -> bool:
    """Fetch the wanted map's next pieces and install it once whole; True when it gave way.

    What is wrong with the map alone is noted and ends the wish; raises Trouble for the line's.
    """
    wanted = shelf.wanted()
    if wanted is None:
        return False
    pace.begin()
    try:
        at = shelf.begun(wanted)
        while at < wanted.size:
            if cancelled():
                return False
            if pace.is_over() or replica.waiting_count() > 0:
                return True
            on_progress(Progress("map", 0, 1, at, wanted.size))
            at = shelf.append(wanted, at, _piece(transport, pace, wanted, at))
        shelf.install(wanted)
    except MapRefused as refused:
        shelf.note(refused.why)
    return False


def _piece(transport: Transport, pace: Pace, wanted: PublishedMap, at: int) -> bytes:
    try:
        return fetch_piece(pace, wanted.size - at, partial(transport.map_piece, wanted.sha256, at))
    except Trouble as trouble:
        if trouble.code is Codes.NOT_FOUND:
            raise MapRefused(MapDistrust.GONE) from trouble
        raise
