"""The two signatures of an epoch: the server declares it, a second person approves it.

A new epoch lets laptops forget checkpoints of a longer log, so one key must not do. The server's
audit key and the approver's key sign the same words under different labels: which epoch ended in
which branch, what follows it, and how much of feed and log the two have in common.
"""

from collections.abc import Sequence

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.domain.ids import BranchId
from sync.protocol.messages import PastEpoch
from sync.protocol.signed_form import framed, holds, signature

DECLARED = b"yuefang/epoch/v1"
APPROVED = b"yuefang/epoch-approval/v1"


class Ended(msgspec.Struct, frozen=True):
    """An epoch that ended, and the branch it ended in."""

    branch_id: BranchId
    past: PastEpoch


def declare(ended: Ended, key: Ed25519PrivateKey) -> Ended:
    """Return it with the audit key's signature."""
    sig = signature(_form(DECLARED, ended), key)
    return Ended(ended.branch_id, msgspec.structs.replace(ended.past, sig=sig))


def approve(ended: Ended, key: Ed25519PrivateKey) -> Ended:
    """Return it with the approver's signature."""
    sig = signature(_form(APPROVED, ended), key)
    return Ended(ended.branch_id, msgspec.structs.replace(ended.past, approval=sig))


def is_declared(ended: Ended, audit_key: str) -> bool:
    """Say whether this audit key (base64 of 32 raw bytes) declared exactly this."""
    return holds(_form(DECLARED, ended), ended.past.sig, audit_key)


def is_approved(ended: Ended, approver_key: str) -> bool:
    """Say whether this approver's key approved exactly this."""
    return holds(_form(APPROVED, ended), ended.past.approval, approver_key)


def since(past: Sequence[PastEpoch], epoch: str) -> tuple[PastEpoch, ...]:
    """Return the epochs that ended from this one on, oldest first; nothing when it never ended."""
    epochs = [one.epoch for one in past]
    return tuple(past[epochs.index(epoch) :]) if epoch in epochs else ()


class Way(msgspec.Struct, frozen=True):
    """The way from one epoch to another: `back` to the newest one both grew out of, then `on`.

    The way back is there when one backup was put back twice: the second server knows nothing of
    the epoch that the first began. Each epoch names what it has in common with the one after it.
    """

    back: tuple[PastEpoch, ...]
    on: tuple[PastEpoch, ...]

    @property
    def up_to(self) -> int:
        """Return the last commit that both ends have in common."""
        return min(one.up_to for one in (*self.back, *self.on))

    @property
    def leaves(self) -> int:
        """Return how many entries of the log both ends have in common."""
        return min(one.leaves for one in (*self.back, *self.on))


def way(
    epoch: str, past: Sequence[PastEpoch], known: Sequence[PastEpoch] = (), newest: str = ""
) -> Way | None:
    """Return the way from an epoch to a server with this past, None when nothing is in common.

    `known` is the past that came before `newest`, as the server of that epoch told it.
    """
    on = since(past, epoch)
    if on:
        return Way((), on)
    epochs = [*(one.epoch for one in known), newest]
    before = known[: epochs.index(epoch)] if epoch in epochs else ()
    for n, one in reversed([*enumerate(before)]):
        on = since(past, one.epoch)
        if on:
            return Way(tuple(before[n:]), on)
    return None


def leads(past: Sequence[PastEpoch], newest: str) -> bool:
    """Say whether each of these is followed by the next one, and the last by the newest epoch."""
    followers = [*(one.epoch for one in past[1:]), newest]
    return bool(past) and [one.begins for one in past] == followers


def _form(label: bytes, ended: Ended) -> bytes:
    past = ended.past
    return framed(
        label, ended.branch_id, past.epoch, past.begins, str(past.up_to), str(past.leaves)
    )
