"""Who is asking: the laptop behind a token, its account, and what it may see."""

import hashlib
from datetime import datetime

import msgspec

from sync.domain.ids import TeamId
from sync.domain.outcome import Actor
from sync.domain.scopes import granted_scopes
from sync.domain.vocabulary import Role
from sync.protocol.lease import WipeOrder
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
    least_client: str = ""  # the oldest program that may work in full, empty for any

    @property
    def actor(self) -> Actor:
        """Return the person as the core knows them."""
        return self.account.actor


class Known(msgspec.Struct, frozen=True):
    """What is known of the laptop behind a token, before it has proven its key.

    `short`: the token is one of a few minutes, not the enrolment's. `wipe` is the order to destroy
    its keys, `teams` are those of the branch for a person who sees every one of them.
    """

    device: Device
    account: Account | None
    short: bool
    least_client: str = ""
    teams: tuple[TeamId, ...] = ()
    wipe: WipeOrder | None = None


def token_hash(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def bearer_token(authorization: str) -> str:
    """Return the token of a header; raises Refusal 401 when there is none."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refusal(401, Codes.UNAUTHORISED)
    return token


async def find_known(session: Session, token: str, now: datetime) -> Known:
    """Return who has a token; raises Refusal 401 UNAUTHORISED for one that is none or has ended."""
    kept = token_hash(token)
    found = await accounts.signed_in(session, kept, now.isoformat())
    short = found is not None
    found = found or await accounts.bearer(session, kept)
    if found is None:
        raise Refusal(401, Codes.UNAUTHORISED)
    device, account = found.device, found.account
    known = Known(device, account, short, found.least_client)
    if account is None or not _may(device, account):
        order = await device_keys.wipe_order(session, device.branch_id, device.id)
        return msgspec.structs.replace(known, wipe=order)
    if account.role is not Role.COMPLIANCE:
        return known
    teams = await accounts.teams(session, account.branch_id)
    return msgspec.structs.replace(known, teams=tuple(team for team, _ in teams))


def _may(device: Device, account: Account) -> bool:
    return device.state in accounts.ACTIVE and account.active


def admitted(known: Known, *, leaving: bool = False) -> Caller:
    """Return the caller; `leaving` lets a laptop in that is to bring its work and end.

    Raises Refusal 401 REVOKED for a laptop or an account that was ended; the order to destroy its
    keys goes with it, when there is one.
    """
    device, account = known.device, known.account
    let_in = leaving and device.state == accounts.LEAVING
    if account is None or not (let_in or _may(device, account)):
        told = {} if known.wipe is None else {"wipe": msgspec.to_builtins(known.wipe)}
        raise Refusal(401, Codes.REVOKED, **told)
    scopes = granted_scopes(account.actor, list(known.teams))
    return Caller(device, account, scopes, known.least_client)
