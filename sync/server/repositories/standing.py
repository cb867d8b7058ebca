"""How the server and a branch stand: what hello and every page begin with, in one statement."""

import msgspec

from sync.domain.ids import BranchId
from sync.server.repositories.audit import Head, split
from sync.server.repositories.horizons import Horizon
from sync.server.repositories.session import Session


class Standing(msgspec.Struct, frozen=True):
    """The server's identity and epoch, the branch's head and its horizon."""

    server_id: str
    epoch: str
    head: Head
    horizon: Horizon


async def get(session: Session, branch: BranchId) -> Standing | None:
    """Return how a branch stands, None when there is no such branch."""
    row = await session.row(
        "SELECT s.value, e.value, f.n, f.leaves, f.frontier, h.safe, h.floor FROM feed_head f "
        "LEFT JOIN horizon h ON h.branch_id = f.branch_id "
        "LEFT JOIN server_meta s ON s.name = 'server_id' "
        "LEFT JOIN server_meta e ON e.name = 'epoch' WHERE f.branch_id = ?",
        branch,
    )
    if row is None:
        return None
    head = Head(row[2], row[3], split(bytes(row[4])))
    horizon = Horizon() if row[5] is None else Horizon(row[5], row[6])
    return Standing(row[0] or "", row[1] or "", head, horizon)
