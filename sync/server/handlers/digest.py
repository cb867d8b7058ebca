"""Lets a laptop whose sums differ find the few records that do, and read them again."""

from collections.abc import Sequence

from sync.domain.records import KINDS, case_of, encode_record
from sync.domain.redaction import seen_in
from sync.protocol.digest import BUCKETS, MOST_WANTED, Buckets, HeldRows, WantedRecords
from sync.protocol.messages import MAX_PAGE_BYTES, Codes
from sync.protocol.pages import Cursor, FeedRow, Op, line_of, splice_page
from sync.server.caller import Caller
from sync.server.problems import Refusal
from sync.server.repositories import accounts, digests, records
from sync.server.repositories.session import Session
from sync.server.service import Service
from sync.server.well_formed import is_id


def _check(caller: Caller, scope: str) -> None:
    if scope not in caller.scopes:
        raise Refusal(404, Codes.NOT_FOUND)
    if caller.device.state == accounts.FORKED:
        raise Refusal(409, Codes.FORKED)


async def buckets(service: Service, caller: Caller, scope: str) -> Buckets:
    """Return the digest of each bucket of a granted scope; raises Refusal 404 and 409."""
    _check(caller, scope)
    branch = caller.device.branch_id
    found = await service.database.read(lambda s: digests.buckets(s, branch, scope))
    return Buckets(found)


async def rows(service: Service, caller: Caller, scope: str, numbers: Sequence[int]) -> HeldRows:
    """Return what some buckets hold, without the bodies; raises Refusal 400, 404 and 409."""
    _check(caller, scope)
    if not all(0 <= number < BUCKETS for number in numbers):
        raise Refusal(400, Codes.MALFORMED)
    branch = caller.device.branch_id
    wanted = sorted(set(numbers))
    found = await service.database.read(lambda s: digests.rows_of(s, branch, scope, wanted))
    return HeldRows(found)


async def held_records(service: Service, caller: Caller, wanted: WantedRecords) -> bytes:
    """Return these records as a page whose cursor leads nowhere; what left meanwhile is left out.

    So is what a page has no room for: the laptop's sums differ still, and it asks again. Raises
    Refusal for a foreign scope and for too many at once.
    """
    _check(caller, wanted.scope)
    if len(wanted.keys) > MOST_WANTED:
        raise Refusal(413, Codes.TOO_LARGE, most=MOST_WANTED)
    if not all(kind in KINDS and is_id(record_id) for kind, record_id in wanted.keys):
        raise Refusal(400, Codes.MALFORMED)

    async def look(session: Session) -> bytes:
        branch = caller.device.branch_id
        found: list[bytes] = []
        size = 0
        for kind, record_id in wanted.keys:
            if size >= MAX_PAGE_BYTES:
                break
            stands = await records.get(session, branch, kind, record_id)
            if stands is None or not await digests.holds(
                session, branch, wanted.scope, (kind, record_id)
            ):
                continue
            record = stands.record
            body = encode_record(seen_in(wanted.scope, record))
            about = case_of(record) or ""
            row = FeedRow(0, len(found), Op.PUT, kind, record_id, stands.rev, about, body)
            found.append(line_of(row))
            size += len(found[-1])
        return splice_page(
            epoch=await accounts.meta(session, "epoch") or "",
            scope=wanted.scope,
            after=Cursor(),
            lines=found,
            more=False,
            head=await records.head(session, branch),
        )

    return await service.database.read(look)
