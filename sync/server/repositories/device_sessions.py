"""Statements about short tokens, of which each laptop has a few, and about used proofs."""

from datetime import datetime

import msgspec

from sync.domain.ids import BranchId, DeviceId
from sync.server.repositories.session import Session

MOST_OF_ONE = 4  # tokens a laptop has at once; the oldest go


class DeviceSession(msgspec.Struct, frozen=True):
    """A laptop that signed in, as an administrator sees it."""

    branch_id: BranchId
    device_id: DeviceId
    name: str
    login: str
    began_at: str
    expires_at: str
    address: str


async def begin(
    session: Session,
    branch: BranchId,
    device: DeviceId,
    token_hash: str,
    began_at: datetime,
    expires_at: datetime,
    address: str,
) -> None:
    """Keep a new token's hash; a laptop's oldest ones end."""
    await session.run(
        "INSERT INTO device_session "
        "(branch_id, device_id, token_hash, began_at, expires_at, address) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        branch,
        device,
        token_hash,
        began_at.isoformat(),
        expires_at.isoformat(),
        address,
    )
    await session.run(
        "DELETE FROM device_session WHERE branch_id = ? AND device_id = ? AND token_hash NOT IN "
        "(SELECT token_hash FROM device_session WHERE branch_id = ? AND device_id = ? "
        f"ORDER BY expires_at DESC, token_hash LIMIT {MOST_OF_ONE})",
        branch,
        device,
        branch,
        device,
    )


async def standing(session: Session, now: datetime) -> list[DeviceSession]:
    """Return who is signed in, the newest first."""
    rows = await session.rows(
        "SELECT s.branch_id, s.device_id, d.name, a.login, s.began_at, s.expires_at, s.address "
        "FROM device_session s "
        "JOIN device d ON d.branch_id = s.branch_id AND d.id = s.device_id "
        "JOIN account a ON a.branch_id = d.branch_id AND a.id = d.account_id "
        "WHERE s.expires_at > ? ORDER BY s.began_at DESC, s.token_hash",
        now.isoformat(),
    )
    return [DeviceSession(*row) for row in rows]


async def end(session: Session, branch: BranchId, device: DeviceId) -> None:
    """End every token of a laptop."""
    await session.run(
        "DELETE FROM device_session WHERE branch_id = ? AND device_id = ?", branch, device
    )


async def note_proof(session: Session, device_id: str, proof_id: str, at: datetime) -> bool:
    """Note a used proof in one statement; False when it was noted before.

    Its commit is not waited for: a crash of the database forgets the last half second of them.
    """
    row = await session.row(
        "WITH quick AS (SELECT set_config('synchronous_commit', 'off', true) AS told) "
        "INSERT INTO proof_used (device_id, id, signed_at) "
        "SELECT ?, ?, ? FROM quick WHERE told IS NOT NULL ON CONFLICT DO NOTHING RETURNING 1",
        device_id,
        proof_id,
        at.isoformat(),
    )
    return row is not None


async def forget_proofs(session: Session, before: datetime) -> None:
    """Forget proofs that were signed before this instant."""
    await session.run("DELETE FROM proof_used WHERE signed_at < ?", before.isoformat())
