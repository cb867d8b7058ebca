"""Lets the feed forget what nobody needs: of each record in a scope only the newest op stays.

A cursor anywhere reads the same in the end, for what was left out is told again by a later op.
Exits and erasures are the newest op of what has gone; once they are dropped, a cursor from before
must read its scope anew (`horizon.floor`). Those of the floor's own commit stay: a page may end
amid it, and its reader goes on. Scope by scope and in short transactions: nobody waits
for a whole branch, and a compaction that was cut off goes on with the next.
"""

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from sync.domain.ids import BranchId
from sync.server.repositories import horizons
from sync.server.repositories.session import Row, Session
from sync.server.service import Service

TOMBSTONES_KEPT = timedelta(days=180)
AT_ONCE = 2000  # ops that go in one transaction
SUPERSEDED = (
    "SELECT commit_no, idx FROM (SELECT commit_no, idx, row_number() OVER "
    "(PARTITION BY kind, id ORDER BY commit_no DESC, idx DESC) AS nth "
    "FROM feed WHERE branch_id = ? AND scope = ?) ranked WHERE nth > 1"
)
GONE_LONG_AGO = (
    "SELECT commit_no, idx FROM feed "
    "WHERE branch_id = ? AND scope = ? AND commit_no < ? AND op <> 'put'"
)


class Compacted(msgspec.Struct, frozen=True):
    """How many ops went, and the floor below which a cursor is too old."""

    ops: int
    floor: int


async def compact(service: Service, branch: BranchId, kept: timedelta) -> Compacted:
    """Compact a branch's feed; exits older than `kept` go too."""
    # Before anything is looked at: no exit may go whose own put was not looked at.
    floor = await service.database.read(lambda s: _newest_before(s, branch, service, kept))
    scopes = await service.database.read(lambda s: _scopes(s, branch))
    ops = 0
    for scope in scopes:
        ops += await _forget(service, branch, scope, SUPERSEDED)
    floor = await service.database.write(lambda s: _raise_floor(s, branch, floor))
    for scope in scopes:
        ops += await _forget(service, branch, scope, GONE_LONG_AGO, floor)
    return Compacted(ops, floor)


async def _forget(service: Service, branch: BranchId, scope: str, which: str, *more: int) -> int:
    """Delete the ops of a scope that a question names; return how many there were."""
    found = await service.database.read(lambda s: s.rows(which, branch, scope, *more))
    for start in range(0, len(found), AT_ONCE):
        part = [(branch, scope, *op) for op in found[start : start + AT_ONCE]]

        async def work(session: Session, part: Sequence[Row] = part) -> None:
            await session.run_many(
                "DELETE FROM feed WHERE branch_id = ? AND scope = ? AND commit_no = ? AND idx = ?",
                part,
            )

        await service.database.write(work)
    return len(found)


async def _scopes(session: Session, branch: BranchId) -> list[str]:
    rows = await session.rows("SELECT DISTINCT scope FROM feed WHERE branch_id = ?", branch)
    return sorted(row[0] for row in rows)


async def _raise_floor(session: Session, branch: BranchId, floor: int) -> int:
    """Note that cursors below the floor are too old; return the highest one there ever was."""
    horizon = await horizons.get(session, branch)
    floor = max(horizon.floor, floor)
    await horizons.put(session, branch, msgspec.structs.replace(horizon, floor=floor))
    return floor


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
