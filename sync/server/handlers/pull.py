"""Hands out the feed, page by page, and proofs that the log only grew."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import accumulate
from typing import cast

import msgspec

from sync.domain.ids import BranchId
from sync.protocol.checkpoint import MOST_PROVEN, Checkpoint, Consistency
from sync.protocol.messages import MAX_PAGE, MAX_PAGE_BYTES, Codes
from sync.protocol.pages import Cursor, place_of, splice_page
from sync.server.audit.proving import Tree
from sync.server.caller import Caller
from sync.server.problems import Refusal
from sync.server.repositories import (
    accounts,
    audit,
    digests,
    records,
    standing,
)
from sync.server.repositories.audit import Head
from sync.server.repositories.session import Session
from sync.server.repositories.standing import Standing
from sync.server.service import Service

# A page ends by its bytes, and not much more than those may ever be in memory: so many ops are read
# at once as long as none is long (ordinary bodies have less than a thousand bytes), then few.
READ_AT_ONCE = 1000
LONG = 16 * 1024
LONG_AT_ONCE = 32
ANY_LENGTH = 2**31 - 1  # what the databases reckon lengths in


async def pull(
    service: Service,
    caller: Caller,
    scope: str,
    after: Cursor,
    limit: int,
    began_upon: int = 0,
    seen: int = 0,
) -> bytes:
    """Return a page of a granted scope; raises Refusal for foreign scopes and future cursors.

    `began_upon` is the floor that was told with the first page of this reading, `seen` the size of
    the log whose checkpoint the laptop was told before: it is not told again.
    """
    if scope not in caller.scopes:
        raise Refusal(404, Codes.NOT_FOUND)
    if caller.device.state == accounts.FORKED:
        raise Refusal(409, Codes.FORKED)  # either copy may be in strange hands
    limit = max(1, min(limit, MAX_PAGE))

    branch = caller.device.branch_id

    async def look(session: Session) -> bytes:
        # The head first: whoever sees number n sees everything up to n.
        stands = await standing.get(session, branch)
        if stands is None:
            raise Refusal(409, Codes.RESET, head=0)
        place = Place(scope, after, began_upon)
        checkpoint = partial(checkpoint_of, service, session, branch, stands.head)
        is_told = 0 < seen == stands.head.leaves
        return await page_of(session, branch, stands, place, limit, None if is_told else checkpoint)

    return await service.database.read(look)


class Place(msgspec.Struct, frozen=True):
    """Where a scope is read on, and the floor that was told with this reading's first page."""

    scope: str
    after: Cursor
    began_upon: int


async def page_of(
    session: Session,
    branch: BranchId,
    stands: Standing,
    place: Place,
    limit: int,
    checkpoint: Callable[[], Awaitable[Checkpoint | None]] | None = None,
) -> bytes:
    """Return the page behind a place; raises Refusal RESET for one that cannot be read on from.

    The checkpoint is made for the page that reaches the head, and goes with it.
    """
    after, head, floor = place.after, stands.head, stands.horizon.floor
    if after.commit_no > head.commit_no:
        raise Refusal(409, Codes.RESET, head=head.commit_no)
    if 0 < after.commit_no < floor and place.began_upon < floor:
        # Exits and erasures from there on are no longer told.
        raise Refusal(409, Codes.RESET, head=head.commit_no, floor=floor)
    lines, more = await _lines(session, branch, place.scope, after, limit)
    return splice_page(
        epoch=stands.epoch,
        scope=place.scope,
        after=after,
        lines=lines,
        more=more,
        head=head.commit_no,
        floor=floor,
        checkpoint=None if more or checkpoint is None else await checkpoint(),
        digest=None if more else await digests.whole(session, branch, place.scope),
    )


async def _lines(
    session: Session, branch: BranchId, scope: str, after: Cursor, limit: int
) -> tuple[list[bytes], bool]:
    """Return a page's ops and whether more follow: `limit` at most, and not much over its bytes."""
    lines: list[bytes] = []
    size, at_once, longest = 0, READ_AT_ONCE, LONG
    while size < MAX_PAGE_BYTES:
        wanted = min(at_once, limit - len(lines))
        read = await records.feed_page(session, branch, scope, after, wanted + 1, longest)
        found = _unbroken(read)
        if len(found) < len(read):
            at_once, longest = LONG_AT_ONCE, ANY_LENGTH
        taken = _fitting(found[:wanted], MAX_PAGE_BYTES - size)
        lines += taken
        if len(read) == len(taken):
            return lines, False
        if len(lines) == limit or len(taken) < len(found[:wanted]):
            break
        after = place_of(taken[-1]) if taken else after
        size += sum(map(len, taken))
    return lines, True


def _unbroken(read: list[bytes | None]) -> list[bytes]:
    """Return the lines up to the first that was not read."""
    until = read.index(None) if None in read else len(read)
    return cast("list[bytes]", read[:until])


def _fitting(lines: Sequence[bytes], room: int) -> list[bytes]:
    """Return the first lines, the last of them the one that passes so many bytes."""
    if sum(map(len, lines)) <= room:
        return list(lines)  # as nearly always
    before = accumulate(map(len, lines), initial=0)
    return [line for line, size in zip(lines, before, strict=False) if size < room]


async def checkpoint_of(
    service: Service, session: Session, branch: BranchId, head: Head
) -> Checkpoint | None:
    """Return a signed checkpoint of the log as it stands at this head."""
    now = service.clock.now()
    return await service.seal.checkpoint(session, service.data, branch, head, now)


async def consistency(
    service: Service, caller: Caller, older: Sequence[int], newer: int
) -> Consistency:
    """Prove that the branch's log of `newer` entries begins with each of the older ones.

    Raises Refusal 409 for a log that is longer than the branch's, as a restored server's is not.
    """
    if not 0 < len(older) <= MOST_PROVEN or not all(0 < size < newer for size in older):
        raise Refusal(400, Codes.MALFORMED)

    async def look(session: Session) -> Consistency:
        branch = caller.device.branch_id
        head = await audit.head(session, branch)
        if head is None or newer > head.leaves:
            raise Refusal(409, Codes.RESET, head=head.leaves if head else 0)
        tree = Tree(session, branch)
        proofs = [await tree.consistency(size, newer) for size in older]
        return Consistency(tuple(tuple(one.hex() for one in proof) for proof in proofs))

    return await service.database.read(look)
