"""Tells a laptop who it is and hands out its feed, page by page."""

import asyncio
from datetime import timedelta

from sync.protocol.messages import MAX_PAGE, VERSION, Codes, Heads, Hello
from sync.protocol.pages import Cursor, splice_page
from sync.server.caller import Caller
from sync.server.problems import Refusal
from sync.server.repositories import accounts, policies, records
from sync.server.repositories.session import Session
from sync.server.service import Service

LONGEST_WAIT_S = 25
LOOK_EVERY_S = 0.5


async def hello(service: Service, caller: Caller) -> Hello:
    """Say who the caller is, what may be pulled, and how the server stands."""

    async def look(session: Session) -> Hello:
        rules = await policies.mark(session, caller.device.branch_id)
        return Hello(
            versions=(VERSION,),
            server_id=await accounts.meta(session, "server_id") or "",
            epoch=await accounts.meta(session, "epoch") or "",
            branch_id=caller.device.branch_id,
            officer_id=caller.account.id,
            role=caller.account.role,
            team_id=caller.account.team_id,
            scopes=caller.scopes,
            head=await records.head(session, caller.device.branch_id),
            last_seq=caller.device.last_seq,
            chain_hash=caller.device.chain_hash,
            server_time=service.clock.now(),
            policy_pack=rules.pack_id,
            policy_version=rules.version,
            policy_serial=rules.serial,
            policy_hash=rules.hash,
        )

    return await service.database.read(look)


async def pull(service: Service, caller: Caller, scope: str, after: Cursor, limit: int) -> bytes:
    """Return a page of a granted scope; raises Refusal for foreign scopes and future cursors."""
    if scope not in caller.scopes:
        raise Refusal(404, Codes.NOT_FOUND)
    limit = max(1, min(limit, MAX_PAGE))

    async def look(session: Session) -> bytes:
        branch = caller.device.branch_id
        # The head first: whoever sees number n sees everything up to n.
        head = await records.head(session, branch)
        if after.commit_no > head:
            raise Refusal(409, Codes.RESET, head=head)
        rows = await records.feed_page(session, branch, scope, after, limit + 1)
        return splice_page(
            epoch=await accounts.meta(session, "epoch") or "",
            scope=scope,
            after=after,
            rows=rows[:limit],
            more=len(rows) > limit,
            head=head,
        )

    return await service.database.read(look)


async def wait(service: Service, caller: Caller, after: int, seconds: int) -> Heads:
    """Answer when the branch's head has passed `after`, at the latest after `seconds`."""
    until = service.clock.now() + timedelta(seconds=max(0, min(seconds, LONGEST_WAIT_S)))
    while True:
        head = await service.database.read(lambda s: records.head(s, caller.device.branch_id))
        if head > after or service.clock.now() >= until:
            return Heads(head)
        await asyncio.sleep(LOOK_EVERY_S)
