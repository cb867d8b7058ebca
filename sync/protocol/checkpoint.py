"""Signed checkpoints: how long a branch's audit log was at an instant, and the root over it.

The server's audit key (Ed25519) signs them under a label of their own. Every laptop keeps those it
was shown: a log that was changed after the fact cannot agree with them again.
"""

from datetime import datetime
from enum import StrEnum

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.domain.ids import BranchId
from sync.protocol.envelope import SUITE
from sync.protocol.merkle import is_consistent
from sync.protocol.signed_form import framed, holds, signature

LABEL = b"yuefang/checkpoint/v1"
MOST_PROVEN = 50  # older checkpoints one question may name


class Checkpoint(msgspec.Struct, frozen=True):
    """The log of `size` entries had this root, 64 hex digits, at `at`; `sig` is base64."""

    suite: str
    branch_id: BranchId
    size: int
    root: str
    at: datetime
    sig: str = ""

    @property
    def mark(self) -> str:
        """Return what envelopes name: "size.root"."""
        return f"{self.size}.{self.root}"


class Consistency(msgspec.Struct, frozen=True):
    """For each older size asked for, in that order, the hashes (hex) that prove it."""

    proofs: tuple[tuple[str, ...], ...]


class Doubt(StrEnum):
    """Why a laptop does not believe the server's record; the words are in the catalogues."""

    NO_KEY = "witness.no_key"
    BAD_SIGNATURE = "witness.bad_signature"
    SHRANK = "witness.shrank"
    CHANGED = "witness.changed"
    UNAPPROVED = "witness.unapproved"


class Unproven(msgspec.Struct, frozen=True):
    """Checkpoints that must all lie on one line to `newest`, oldest first."""

    older: tuple[Checkpoint, ...]
    newest: Checkpoint


def sign_checkpoint(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> Checkpoint:
    """Return the checkpoint with the audit key's signature."""
    return msgspec.structs.replace(checkpoint, sig=signature(_form(checkpoint), key))


def is_signed(checkpoint: Checkpoint, key: str) -> bool:
    """Say whether this key (base64 of 32 raw bytes) signed exactly these fields."""
    return checkpoint.suite == SUITE and holds(_form(checkpoint), checkpoint.sig, key)


def agrees(older: Checkpoint, newer: Checkpoint, proof: tuple[str, ...]) -> bool:
    """Say whether the proof shows that the older log is the beginning of the newer one."""
    try:
        roots = bytes.fromhex(older.root), bytes.fromhex(newer.root)
        hashes = tuple(bytes.fromhex(one) for one in proof)
    except ValueError:
        return False
    return is_consistent(older.size, roots[0], newer.size, roots[1], hashes)


def read_mark(mark: str) -> tuple[int, str] | None:
    """Return size and root of an envelope's mark, None when it names no checkpoint."""
    size, _, root = mark.partition(".")
    if not (size.isascii() and size.isdecimal() and len(size) < 19 and len(root) == 64):
        return None
    return int(size), root


def _form(checkpoint: Checkpoint) -> bytes:
    return framed(
        LABEL,
        checkpoint.suite,
        checkpoint.branch_id,
        str(checkpoint.size),
        checkpoint.root,
        checkpoint.at.isoformat(),
    )
