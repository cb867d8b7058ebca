"""Tells a laptop who it is and how the server stands, and what follows in the scopes it names."""

from collections.abc import Sequence

import msgspec

from sync.protocol.messages import Hello, Reading
from sync.protocol.versions import facts_of, spoken
from sync.server.caller import Caller
from sync.server.handlers.news import news
from sync.server.handlers.pull import checkpoint_of
from sync.server.repositories import (
    accounts,
    approvals,
    device_keys,
    horizons,
    maps,
    policies,
    standing,
)
from sync.server.repositories.session import Session
from sync.server.repositories.standing import Standing
from sync.server.service import Service


async def hello(
    service: Service, caller: Caller, epoch: str = "", reads: Sequence[Reading] = ()
) -> Hello:
    """Say who the caller is, what may be pulled, and how the server stands.

    `reads` are what the laptop reads on in this epoch, none for who may not pull.
    """

    async def look(session: Session) -> Hello:
        branch = caller.device.branch_id
        rules = await policies.mark(session, branch)
        on_offer = await maps.mark(session, branch)
        stands = await standing.get(session, branch)
        if stands is None:
            raise LookupError(f"there is no branch {branch}")
        return Hello(
            versions=spoken(service.newest),
            facts_of=facts_of(service.newest),
            least_client=caller.least_client,
            server_id=stands.server_id,
            epoch=stands.epoch,
            branch_id=branch,
            officer_id=caller.account.id,
            role=caller.account.role,
            team_id=caller.account.team_id,
            scopes=caller.scopes,
            head=stands.head.commit_no,
            last_seq=caller.device.last_seq,
            chain_hash=caller.device.chain_hash,
            server_time=service.clock.now(),
            policy_pack=rules.pack_id,
            policy_version=rules.version,
            policy_serial=rules.serial,
            policy_hash=rules.hash,
            map_serial=on_offer.serial,
            map_name=on_offer.name,
            map_hash=on_offer.hash,
            past=await horizons.past(session, branch),
            approver_key=await approvals.approver(session),
            forked=caller.device.state == accounts.FORKED,
            wipe=await device_keys.wipe_order(session, caller.device.branch_id, caller.device.id),
            safe=stands.horizon.safe,
            checkpoint=await checkpoint_of(service, session, branch, stands.head),
            pages=await _news(session, caller, stands, reads) if epoch == stands.epoch else (),
        )

    return await service.database.read(look)


async def _news(
    session: Session, caller: Caller, stands: Standing, reads: Sequence[Reading]
) -> tuple[msgspec.Raw, ...]:
    if caller.device.state not in accounts.ACTIVE - {accounts.FORKED}:
        return ()
    return await news(session, caller.device.branch_id, stands, caller.scopes, reads)
