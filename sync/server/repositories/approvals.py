"""Statements about who approves a restore, and the signatures of epochs, kept as one value."""

import msgspec

from sync.domain.ids import BranchId
from sync.protocol.epochs import Ended
from sync.protocol.messages import PastEpoch
from sync.server.repositories import accounts
from sync.server.repositories.session import Session

APPROVER = "approver_key"  # the public half, among the server's own values
SIGNED = "epochs_signed"


async def approver(session: Session) -> str:
    """Return the approver's public key, base64; empty when there is no approver."""
    return await accounts.meta(session, APPROVER) or ""


async def signed(session: Session) -> list[Ended]:
    """Return every ended epoch that has a signature; few, for few restores happen."""
    kept = await accounts.meta(session, SIGNED)
    return msgspec.json.decode(kept, type=list[Ended]) if kept else []


async def keep(session: Session, ended: Ended) -> None:
    """Keep the signatures of an ended epoch in the place of those it had."""
    mark = (ended.branch_id, ended.past.epoch)
    others = [e for e in await signed(session) if (e.branch_id, e.past.epoch) != mark]
    await accounts.set_meta(session, SIGNED, msgspec.json.encode([*others, ended]).decode())


async def with_signatures(
    session: Session, branch: BranchId, past: tuple[PastEpoch, ...]
) -> tuple[PastEpoch, ...]:
    """Return ended epochs of a branch with the signatures that were kept of them."""
    kept = {e.past.epoch: e.past for e in await signed(session) if e.branch_id == branch}
    signs = [(one, kept.get(one.epoch, one)) for one in past]
    return tuple(msgspec.structs.replace(o, sig=k.sig, approval=k.approval) for o, k in signs)
