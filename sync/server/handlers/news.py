"""Pages that come along with another answer, so that nobody need ask for each scope by itself."""

from collections.abc import Collection, Iterable
from contextlib import suppress

import msgspec

from sync.domain.ids import BranchId
from sync.protocol.messages import MAX_NEWS, MAX_NEWS_BYTES, Reading
from sync.protocol.pages import WHOLE_COMMIT, Cursor
from sync.server.handlers.pull import Place, page_of
from sync.server.problems import Refusal
from sync.server.repositories.session import Session
from sync.server.repositories.standing import Standing


async def news(
    session: Session,
    branch: BranchId,
    stands: Standing,
    granted: Collection[str],
    reads: Iterable[Reading],
) -> tuple[msgspec.Raw, ...]:
    """Return a page of each granted scope that is asked for, as far as there is room.

    Of others there is none, nor of one that was read up to the head: the laptop asks for them by
    themselves, and is told why not.
    """
    pages: dict[str, bytes] = {}
    size = 0
    for one in reads:
        if one.scope not in granted or one.scope in pages or size > MAX_NEWS_BYTES:
            continue
        with suppress(ValueError, Refusal):
            place = Place(one.scope, Cursor.parse(one.after), one.floor)
            if place.after.idx <= WHOLE_COMMIT and place.after.commit_no < stands.head.commit_no:
                page = await page_of(session, branch, stands, place, MAX_NEWS)
                pages[one.scope] = page
                size += len(page)
    return tuple(map(msgspec.Raw, pages.values()))
