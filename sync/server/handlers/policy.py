"""Hands the rules in force to a laptop that has older ones."""

from sync.protocol.policy_bundle import PolicyNews
from sync.server.caller import Caller
from sync.server.repositories import policies
from sync.server.repositories.session import Session
from sync.server.service import Service


async def policy(service: Service, caller: Caller, after: int) -> PolicyNews:
    """Return the branch's newest bundle, unless its serial is `after` or before."""
    branch = caller.device.branch_id

    async def look(session: Session) -> PolicyNews:
        mark = await policies.mark(session, branch)
        if mark.serial <= after:
            return PolicyNews()
        bundle = await policies.in_force(session, branch)
        return PolicyNews(bundle, await policies.handovers(session))

    return await service.database.read(look)
