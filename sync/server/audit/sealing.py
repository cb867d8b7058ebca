"""Signs checkpoints with the server's audit key, a file of its own beside the policy key.

A checkpoint is signed once for a size and then handed to everybody for a few minutes.
"""

from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.domain.ids import BranchId
from sync.protocol.checkpoint import Checkpoint, sign_checkpoint
from sync.protocol.envelope import SUITE
from sync.protocol.merkle import Frontier, root_of
from sync.protocol.signed_form import key_text
from sync.server.key_file import KeyUnusable, make_key, read_key
from sync.server.repositories import accounts, audit
from sync.server.repositories.audit import Head
from sync.server.repositories.session import Session

KEY_FILE = "audit-signing.key"
FRESH = timedelta(minutes=10)


class Held(msgspec.Struct, frozen=True):
    """A checkpoint that was signed, and the frontier it is of."""

    frontier: Frontier
    checkpoint: Checkpoint


async def begin(session: Session, data: Path) -> None:
    """Give the server its audit key once; raises KeyUnusable for a file that is none."""
    path = data / KEY_FILE
    if await audit.public_key(session) is None:
        key = read_key(path) if path.exists() else make_key(path)
        await accounts.set_meta(session, audit.KEY, key_text(key.public_key()))


async def signing_key(session: Session, data: Path) -> Ed25519PrivateKey | None:
    """Return the key laptops have pinned, None before the server has one.

    Raises KeyUnusable when this folder has not the key that the database names.
    """
    public = await audit.public_key(session)
    if public is None:
        return None
    path = data / KEY_FILE
    key = read_key(path) if path.exists() else None
    if key is None or key_text(key.public_key()) != public:
        raise KeyUnusable(f"{path} is not the audit key that laptops have pinned")
    return key


class Seal:
    """The key, read once, and what was signed last in each branch."""

    def __init__(self) -> None:
        self._key: Ed25519PrivateKey | None = None
        self._held: dict[BranchId, Held] = {}

    async def checkpoint(
        self, session: Session, data: Path, branch: BranchId, head: Head, now: datetime
    ) -> Checkpoint | None:
        """Return a checkpoint of this head; None while the server has no audit key."""
        held = self._held.get(branch)
        if held is not None and held.frontier == head.frontier and _is_fresh(held, now):
            return held.checkpoint
        if self._key is None:
            self._key = await signing_key(session, data)
        if self._key is None:
            return None
        signed = sign_head(branch, head, now, self._key)
        self._held[branch] = Held(head.frontier, signed)
        return signed


def _is_fresh(held: Held, now: datetime) -> bool:
    return held.checkpoint.at <= now < held.checkpoint.at + FRESH


def sign_head(branch: BranchId, head: Head, now: datetime, key: Ed25519PrivateKey) -> Checkpoint:
    """Return the checkpoint of a head."""
    root = root_of(head.frontier).hex()
    return sign_checkpoint(Checkpoint(SUITE, branch, head.leaves, root, now), key)
