"""Hands the log out: whole for an auditor, or a few records with their proofs for a customer.

Both are one file of JSON lines that `tools/verify_audit.py` reads without the server. The whole
log holds no bodies, only ids, codes and hashes; the records of a customer hold what was recorded.
"""

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from sync.domain.ids import BranchId, MutationId
from sync.protocol.checkpoint import Checkpoint
from sync.protocol.envelope import decode_envelope, envelope_hash
from sync.server.audit.envelopes import erased_hash
from sync.server.audit.growing import TILE
from sync.server.audit.proving import Tree
from sync.server.repositories import audit, mutations
from sync.server.repositories.session import Session

LOG_FORMAT, PROOF_FORMAT = "yuefang/audit-log/v1", "yuefang/audit-proof/v1"


class NotRecorded(Exception):
    """No envelope of this id or about this case was ever answered."""


async def whole_log(
    session: Session, branch: BranchId, checkpoint: Checkpoint
) -> AsyncIterator[bytes]:
    """Yield the lines of a whole log; `checkpoint` is of its present head."""
    yield _line(await _heading(session, LOG_FORMAT, checkpoint))
    for first in range(0, checkpoint.size, TILE):
        leaves = await audit.leaves(session, branch, first, first + TILE)
        told = [msgspec.json.decode(leaf.entry, type=dict[str, Any]) for leaf in leaves]
        mids = [one["mid"] for one in told if "mid" in one]
        kept = await mutations.stored(session, branch, mids)
        for leaf, one in zip(leaves, told, strict=True):
            line: dict[str, Any] = {"n": leaf.n, "entry": leaf.entry, "hash": leaf.hash}
            if "mid" in one:
                line["envelope"] = _envelope_line(kept.get(one["mid"]))
            yield _line(line)


def _envelope_line(kept: mutations.Stored | None) -> dict[str, str | bool]:
    """Return the envelope's own hash, or that its body was erased; nothing when it is not there."""
    if kept is None:
        return {}
    envelope = decode_envelope(kept.envelope)
    if erased_hash(envelope) == kept.body_hash:
        return {"erased": True}
    return {"hash": envelope_hash(envelope)}


async def proofs(
    session: Session, branch: BranchId, checkpoint: Checkpoint, mids: list[MutationId]
) -> AsyncIterator[bytes]:
    """Yield the lines that prove envelopes: each with its entry, its way to the root, its key.

    Raises NotRecorded for an id without an entry.
    """
    yield _line(await _heading(session, PROOF_FORMAT, checkpoint))
    tree = Tree(session, branch)
    for mid in mids:
        kept = (await mutations.stored(session, branch, [mid])).get(mid)
        leaf = await audit.leaf_of(session, branch, "mid", mid)
        if kept is None or leaf is None:
            raise NotRecorded(mid)
        envelope = decode_envelope(kept.envelope)
        enrolled = await audit.leaf_of(session, branch, "device", envelope.device_id)
        line: dict[str, Any] = {"entry": await _proven(tree, leaf, checkpoint)}
        if enrolled is not None:
            line["device"] = await _proven(tree, enrolled, checkpoint)
        if erased_hash(envelope) == kept.body_hash:
            line["erased"] = kept.body_hash
        else:
            line["envelope"] = msgspec.structs.asdict(envelope) | {
                "wall_at": envelope.wall_at.isoformat(),
                "body": bytes(envelope.body).decode(),
            }
        yield _line(line)


async def _proven(tree: Tree, leaf: audit.Leaf, checkpoint: Checkpoint) -> dict[str, Any]:
    path = await tree.inclusion(leaf.n, checkpoint.size)
    return {"n": leaf.n, "entry": leaf.entry, "proof": [one.hex() for one in path]}


async def _heading(session: Session, form: str, checkpoint: Checkpoint) -> dict[str, Any]:
    sealed = msgspec.to_builtins(checkpoint) | {"at": checkpoint.at.isoformat()}
    key = await audit.public_key(session) or ""
    return {"format": form, "key": key, "checkpoint": sealed}


def _line(told: dict[str, Any]) -> bytes:
    return msgspec.json.encode(told) + b"\n"
