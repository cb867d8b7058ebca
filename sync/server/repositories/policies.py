"""Statements about published rules: each branch's bundles by serial, and the keys' handovers."""

import msgspec

from sync.domain.ids import BranchId
from sync.protocol.policy_bundle import PolicyBundle, bundle_hash
from sync.protocol.policy_key import Handover
from sync.server.repositories.session import Session

KEY = "policy_key"  # the public half, among the server's own values


class Mark(msgspec.Struct, frozen=True):
    """Which rules are in force in a branch; serial 0 when none were ever published."""

    serial: int = 0
    hash: str = ""
    pack_id: str = ""
    version: str = ""


async def mark(session: Session, branch: BranchId) -> Mark:
    """Return what is in force, without the rules themselves."""
    row = await session.row(
        "SELECT serial, hash, pack_id, version FROM policy_bundle WHERE branch_id = ? "
        "ORDER BY serial DESC LIMIT 1",
        branch,
    )
    return Mark(*row) if row else Mark()


async def in_force(session: Session, branch: BranchId) -> PolicyBundle | None:
    """Return the newest bundle of a branch."""
    row = await session.row(
        "SELECT bundle FROM policy_bundle WHERE branch_id = ? ORDER BY serial DESC LIMIT 1", branch
    )
    return _bundle(row[0]) if row else None


async def of_version(
    session: Session, branch: BranchId, pack_id: str, version: str
) -> PolicyBundle | None:
    """Return a bundle that was published under this version, the newest of them."""
    row = await session.row(
        "SELECT bundle FROM policy_bundle WHERE branch_id = ? AND pack_id = ? AND version = ? "
        "ORDER BY serial DESC LIMIT 1",
        branch,
        pack_id,
        version,
    )
    return _bundle(row[0]) if row else None


async def bare_branches(session: Session) -> list[BranchId]:
    """Return the branches in which nothing was ever published."""
    rows = await session.rows(
        "SELECT id FROM branch WHERE id NOT IN (SELECT branch_id FROM policy_bundle) ORDER BY id"
    )
    return [BranchId(r[0]) for r in rows]


async def add(session: Session, bundle: PolicyBundle) -> None:
    """Publish a bundle: the one of the highest serial is in force."""
    await session.run(
        "INSERT INTO policy_bundle (branch_id, serial, pack_id, version, published_at, hash, "
        "bundle) VALUES (?, ?, ?, ?, ?, ?, ?)",
        bundle.branch_id,
        bundle.serial,
        bundle.pack_id,
        bundle.version,
        bundle.published_at.isoformat(),
        bundle_hash(bundle),
        msgspec.json.encode(bundle),
    )


async def handovers(session: Session) -> tuple[Handover, ...]:
    """Return every handover of the policy key, oldest first."""
    rows = await session.rows("SELECT handover FROM policy_handover ORDER BY n")
    return tuple(msgspec.json.decode(bytes(r[0]), type=Handover) for r in rows)


async def add_handover(session: Session, handover: Handover) -> None:
    """Keep a handover behind those before it."""
    earlier = await handovers(session)
    await session.run(
        "INSERT INTO policy_handover (n, handover) VALUES (?, ?)",
        len(earlier) + 1,
        msgspec.json.encode(handover),
    )


def _bundle(raw: bytes) -> PolicyBundle:
    return msgspec.json.decode(bytes(raw), type=PolicyBundle)
