"""Who is asking: the laptop behind a token, its account, and what it may see."""

import hashlib

import msgspec

from sync.domain.ids import TeamId
from sync.domain.outcome import Actor
from sync.domain.scopes import granted_scopes
from sync.domain.vocabulary import Role
from sync.protocol.messages import Codes
from sync.server.problems import Refusal
from sync.server.repositories import accounts
from sync.server.repositories.accounts import Account, Device
from sync.server.repositories.session import Session


class Caller(msgspec.Struct, frozen=True):
    """An enrolled laptop and the person it belongs to."""

    device: Device
    account: Account
    scopes: tuple[str, ...]

    @property
    def actor(self) -> Actor:
        """Return the person as the core knows them."""
        return self.account.actor


def token_hash(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


async def find_caller(session: Session, authorization: str) -> Caller:
    """Return the caller of a token.

    Raises Refusal 401: UNAUTHORISED for an unknown token, REVOKED for a laptop or an account
    that was ended.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refusal(401, Codes.UNAUTHORISED)
    found = await accounts.bearer(session, token_hash(token))
    if found is None:
        raise Refusal(401, Codes.UNAUTHORISED)
    device, account = found
    if device.state not in accounts.ACTIVE or account is None or not account.active:
        raise Refusal(401, Codes.REVOKED)
    return Caller(device, account, granted_scopes(account.actor, await _teams(session, account)))


async def _teams(session: Session, account: Account) -> list[TeamId]:
    """Return the branch's teams, for those who see every one of them."""
    if account.role is not Role.COMPLIANCE:
        return []
    return [team for team, _ in await accounts.teams(session, account.branch_id)]
