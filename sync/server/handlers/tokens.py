"""Hands a short token to the laptop that has proven its key."""

import secrets

from sync.protocol.proof import TOKEN_LIFE, TokenGrant
from sync.server.caller import Caller, token_hash
from sync.server.repositories import device_sessions
from sync.server.repositories.session import Session
from sync.server.service import Service


async def renew(service: Service, caller: Caller, address: str) -> TokenGrant:
    """Return a new token; `address` is where the laptop asks from, for the administrator's list."""
    token, now = secrets.token_urlsafe(32), service.latest.now()
    device = caller.device

    async def work(session: Session) -> None:
        await device_sessions.begin(
            session,
            device.branch_id,
            device.id,
            token_hash(token),
            now,
            now + TOKEN_LIFE,
            address[:64],
        )

    await service.database.write(work)
    return TokenGrant(token, int(TOKEN_LIFE.total_seconds()), now)
