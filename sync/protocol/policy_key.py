"""The bank's policy key: which key follows it, and what is believed of all that it signs.

Rules (`policy_bundle`) and maps (`published_map`) are told under serials of a branch, as
length-prefixed bytes behind a label of their own, so that nothing signed for another purpose can
pass for them. A laptop believes the one key (Ed25519) it was given when it was enrolled; a
`Handover` signed by that key names the next one.
"""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.domain.ids import BranchId
from sync.protocol.envelope import SUITE
from sync.protocol.signed_form import framed, holds, signature

HANDOVER_LABEL = b"yuefang/policy-key/v1"


class Handover(msgspec.Struct, frozen=True):
    """The policy key `old` names its successor; keys are base64 of 32 raw bytes."""

    suite: str
    old: str
    new: str
    at: datetime
    sig: str = ""


class Numbered(Protocol):
    """What stands under a serial of a branch: what is told, and the last that was believed."""

    @property
    def branch_id(self) -> BranchId:
        """Return whose it is."""
        ...

    @property
    def serial(self) -> int:
        """Return its number, from 1."""
        ...


class Disbelief(StrEnum):
    """Why something is not believed; each kind of it has words of its own under these names."""

    BAD_SIGNATURE = "BAD_SIGNATURE"
    OLDER = "OLDER"


def disbelief_in(told: Numbered, last: Numbered, *, is_signed: bool) -> Disbelief | None:
    """Return why what is told cannot follow what was believed last; None when it does."""
    if told.branch_id != last.branch_id or not is_signed:
        return Disbelief.BAD_SIGNATURE
    return Disbelief.OLDER if told.serial <= last.serial else None


def sign_handover(handover: Handover, key: Ed25519PrivateKey) -> Handover:
    """Return the handover with the old key's signature."""
    return msgspec.structs.replace(handover, sig=signature(_form(handover), key))


def successor(key: str, handovers: tuple[Handover, ...]) -> str:
    """Follow the handovers from this key to the newest; those of other keys are passed over."""
    for one in handovers:
        if one.old != key or one.suite != SUITE:
            continue
        if holds(_form(one), one.sig, key):
            key = one.new
    return key


def _form(handover: Handover) -> bytes:
    at = handover.at.isoformat()
    return framed(HANDOVER_LABEL, handover.suite, handover.old, handover.new, at)
