"""Statements about what backups hold, what was compacted, and the epochs before this one."""

import msgspec

from sync.domain.ids import BranchId
from sync.protocol.messages import PastEpoch
from sync.server.repositories import accounts, approvals
from sync.server.repositories.session import Session


class Horizon(msgspec.Struct, frozen=True):
    """Commits up to `safe` are in a checked backup; cursors below `floor` must read anew."""

    safe: int = 0
    floor: int = 0


async def get(session: Session, branch: BranchId) -> Horizon:
    """Return a branch's horizon."""
    row = await session.row("SELECT safe, floor FROM horizon WHERE branch_id = ?", branch)
    return Horizon(row[0], row[1]) if row else Horizon()


async def put(session: Session, branch: BranchId, horizon: Horizon) -> None:
    """Keep a branch's horizon."""
    await session.run(
        "INSERT INTO horizon (branch_id, safe, floor) VALUES (?, ?, ?) "
        "ON CONFLICT (branch_id) DO UPDATE SET safe = excluded.safe, floor = excluded.floor",
        branch,
        horizon.safe,
        horizon.floor,
    )


async def past(session: Session, branch: BranchId) -> tuple[PastEpoch, ...]:
    """Return the epochs before this one, oldest first, with the signatures they have."""
    rows = await session.rows(
        "SELECT epoch, up_to, leaves FROM epoch_past WHERE branch_id = ? ORDER BY n", branch
    )
    if not rows:
        return ()
    begun = [*(row[0] for row in rows[1:]), await accounts.meta(session, "epoch") or ""]
    pairs = zip(rows, begun, strict=True)
    ended = [PastEpoch(row[0], row[1], row[2], begins) for row, begins in pairs]
    return await approvals.with_signatures(session, branch, tuple(ended))


async def end_epoch(session: Session, branch: BranchId, ended: PastEpoch) -> None:
    """Note what an epoch has in common with the one that begins now."""
    await session.run(
        "INSERT INTO epoch_past (branch_id, n, epoch, up_to, leaves) "
        "SELECT CAST(? AS VARCHAR), count(*), CAST(? AS VARCHAR), CAST(? AS BIGINT), "
        "CAST(? AS BIGINT) "
        "FROM epoch_past WHERE branch_id = ?",
        branch,
        ended.epoch,
        ended.up_to,
        ended.leaves,
        branch,
    )
