"""Lets the feed forget what nobody needs: of each record in a scope only the newest op stays.

A cursor anywhere reads the same in the end, for what was left out is told again by a later op.
Exits and erasures are the newest op of what has gone; once they are dropped, a cursor from before
must read its scope anew (`horizon.floor`).
"""

from datetime import timedelta

import msgspec

from sync.domain.ids import BranchId
from sync.server.repositories import horizons
from sync.server.repositories.session import Session
from sync.server.service import Service

TOMBSTONES_KEPT = timedelta(days=180)


class Compacted(msgspec.Struct, frozen=True):
    """How many ops went, and the floor below which a cursor is too old."""

    ops: int
    floor: int


async def compact(service: Service, branch: BranchId, kept: timedelta) -> Compacted:
    """Compact a branch's feed; exits older than `kept` go too. One transaction."""

    async def work(session: Session) -> Compacted:
        before = await _count(session, branch)
        await session.run(
            "DELETE FROM feed WHERE branch_id = ? AND EXISTS (SELECT 1 FROM feed later "
            "WHERE later.branch_id = feed.branch_id AND later.scope = feed.scope "
            "AND later.kind = feed.kind AND later.id = feed.id "
            "AND (later.commit_no, later.idx) > (feed.commit_no, feed.idx))",
            branch,
        )
        horizon = await horizons.get(session, branch)
        floor = max(horizon.floor, await _newest_before(session, branch, service, kept))
        await session.run(
            "DELETE FROM feed WHERE branch_id = ? AND op <> 'put' AND commit_no <= ?",
            branch,
            floor,
        )
        await horizons.put(session, branch, msgspec.structs.replace(horizon, floor=floor))
        return Compacted(before - await _count(session, branch), floor)

    return await service.database.write(work)


async def _count(session: Session, branch: BranchId) -> int:
    row = await session.row("SELECT count(*) FROM feed WHERE branch_id = ?", branch)
    return int(row[0]) if row else 0


async def _newest_before(
    session: Session, branch: BranchId, service: Service, kept: timedelta
) -> int:
    """Return the newest commit of a laptop that is older than this; its instant is on record."""
    until = (service.clock.now() - kept).isoformat()
    row = await session.row(
        "SELECT max(commit_no) FROM mutation WHERE branch_id = ? AND received_at <= ?",
        branch,
        until,
    )
    return int(row[0] or 0) if row else 0
