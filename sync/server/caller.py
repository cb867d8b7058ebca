"""Who is asking: the laptop behind a token, its account, and what it may see."""

import hashlib

import msgspec

from sync.domain.ids import TeamId
from sync.domain.outcome import Actor
from sync.domain.scopes import granted_scopes
from sync.domain.vocabulary import Role
from sync.protocol.messages import Codes
from sync.server.problems import Refusal
from sync.server.repositories import accounts, device_keys
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


async def find_device(session: Session, authorization: str) -> Device:
    """Return the laptop of a token, in whatever state; raises Refusal 401 for an unknown one."""
    device, _ = await _bearer(session, authorization)
    return device


async def _bearer(session: Session, authorization: str) -> tuple[Device, Account | None]:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refusal(401, Codes.UNAUTHORISED)
    found = await accounts.bearer(session, token_hash(token))
    if found is None:
        raise Refusal(401, Codes.UNAUTHORISED)
    return found


async def _revoked(session: Session, device: Device) -> Refusal:
    order = await device_keys.wipe_order(session, device.branch_id, device.id)
    told = {} if order is None else {"wipe": msgspec.to_builtins(order)}
    return Refusal(401, Codes.REVOKED, **told)


def token_hash(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


async def find_caller(session: Session, authorization: str, *, leaving: bool = False) -> Caller:
    """Return the caller of a token; `leaving` lets a laptop in that is to bring its work and end.

    Raises Refusal 401: UNAUTHORISED for an unknown token, REVOKED for a laptop or an account
    that was ended; the order to destroy its keys goes with it, when there is one.
    """
    device, account = await _bearer(session, authorization)
    may = device.state in accounts.ACTIVE and account is not None and account.active
    may = may or (leaving and device.state == accounts.LEAVING)
    if account is None or not may:
        raise await _revoked(session, device)
    return Caller(device, account, granted_scopes(account.actor, await _teams(session, account)))


async def _teams(session: Session, account: Account) -> list[TeamId]:
    """Return the branch's teams, for those who see every one of them."""
    if account.role is not Role.COMPLIANCE:
        return []
    return [team for team, _ in await accounts.teams(session, account.branch_id)]
