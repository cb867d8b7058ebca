"""Leases: how long a laptop may be opened without its server, and the order to destroy its keys.

`GET  /sync/v1/lease`            -> LeaseGrant   a longer time, and the secret that belongs to it
`POST /sync/v1/escrow`  Escrow   -> Kept         the vault's key, sealed for two custodians
`POST /sync/v1/wiped`            -> Kept         the keys of this laptop are destroyed
`POST /sync/v1/reset`   ResetAsk -> ResetAnswer  asked for and asked about; no token needed
Leases, orders and custodians' keys are signed with the server's audit key, which laptops pin.
"""

from datetime import datetime

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.domain.ids import BranchId, DeviceId, OfficerId
from sync.protocol.envelope import SUITE
from sync.protocol.signed_form import framed, holds, signature

USUAL_HOURS = 72  # without a line; a branch may ask for another number
CONCERN_HOURS = 24  # for a laptop that somebody has doubts about
LEAST_HOURS, MOST_HOURS = 1, 168


class Lease(msgspec.Struct, frozen=True):
    """This laptop may be opened until `not_after`; `epoch` names the secret that it needs."""

    suite: str
    branch_id: BranchId
    officer_id: OfficerId
    device_id: DeviceId
    epoch: int
    not_before: datetime
    not_after: datetime
    sig: str = ""


class WipeOrder(msgspec.Struct, frozen=True):
    """This laptop's keys are to be destroyed; with `rescue` its unsent work goes up first."""

    suite: str
    device_id: DeviceId
    at: datetime
    rescue: bool
    sig: str = ""


class Custody(msgspec.Struct, frozen=True):
    """The public X25519 keys (base64) of the two persons who together may open an escrow."""

    suite: str
    first: str
    second: str
    sig: str = ""


class LeaseGrant(msgspec.Struct, frozen=True):
    """A lease with its 32-byte secret; `escrow` marks the key the server has in escrow."""

    lease: Lease
    secret: bytes
    server_time: datetime
    custody: Custody | None = None
    escrow: str = ""


class Escrow(msgspec.Struct, frozen=True):
    """The vault's key under two seals, see `escrow`; `mark` tells which key and which seals."""

    suite: str
    mark: str
    sealed: bytes


class Kept(msgspec.Struct, frozen=True):
    """It is done."""

    at: datetime


class ResetAsk(msgspec.Struct, frozen=True):
    """A locked laptop asks for its key, or whether it is there yet.

    `public_key` is an X25519 key (base64) made for this request alone.
    """

    device_id: DeviceId
    public_key: str


class ResetAnswer(msgspec.Struct, frozen=True):
    """The vault's key sealed to the laptop's own key, empty until two persons have agreed."""

    sealed: bytes = b""


type Signed = Lease | WipeOrder | Custody


def sign_order[S: (Lease, WipeOrder, Custody)](unsigned: S, key: Ed25519PrivateKey) -> S:
    """Return it with the audit key's signature."""
    return msgspec.structs.replace(unsigned, sig=signature(_form(unsigned), key))


def is_ordered(signed: Signed, key: str) -> bool:
    """Say whether this key (base64 of 32 raw bytes) signed exactly these fields."""
    return signed.suite == SUITE and holds(_form(signed), signed.sig, key)


def _form(signed: Signed) -> bytes:
    """Return the bytes that are signed: what it is, then each field with its length before it."""
    label = f"yuefang/{type(signed).__name__.lower()}/v1"
    plain = msgspec.to_builtins(msgspec.structs.replace(signed, sig=""))
    return framed(label, *(str(plain[name]) for name in signed.__struct_fields__))
