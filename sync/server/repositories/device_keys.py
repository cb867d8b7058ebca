"""Statements about what laptops' vaults need of the server: lease, escrow, wipe and reset."""

from collections.abc import Sequence
from typing import Any

import msgspec

from sync.domain.ids import BranchId, DeviceId
from sync.protocol.lease import CONCERN_HOURS, USUAL_HOURS, Custody, Escrow, WipeOrder
from sync.server.repositories import accounts
from sync.server.repositories.session import Session

CUSTODY = "custody"  # the signed public keys, among the server's own values
CUSTODIANS = "custodians"  # who has them, as "first second"
HOURS = "offline_hours:"  # and the branch
CONCERN = "concern:"  # and the laptop


class DeviceKey(msgspec.Struct, frozen=True):
    """One laptop's row; `secret` is empty once it was destroyed."""

    epoch: int
    secret: bytes
    escrow_mark: str = ""
    escrow: bytes = b""
    wipe: bytes = b""


class Reset(msgspec.Struct, frozen=True):
    """A laptop that asked for its key.

    `sealed` is the escrow without its outer seal once the first custodian agreed, and the key
    sealed to the laptop once the second did.
    """

    branch_id: BranchId
    device_id: DeviceId
    public_key: str
    asked_at: str
    first_by: str | None = None
    second_by: str | None = None
    sealed: bytes = b""


_KEY = "epoch, secret, escrow_mark, escrow, wipe"
_RESET = "branch_id, device_id, public_key, asked_at, first_by, second_by, sealed"


async def get(session: Session, branch: BranchId, device: DeviceId) -> DeviceKey | None:
    """Return a laptop's row, locked until the transaction ends."""
    row = await session.row(
        f"SELECT {_KEY} FROM device_key WHERE branch_id = ? AND device_id = ?" + session.locking,
        branch,
        device,
    )
    return DeviceKey(row[0], bytes(row[1]), row[2], bytes(row[3]), bytes(row[4])) if row else None


async def put(session: Session, branch: BranchId, device: DeviceId, key: DeviceKey) -> None:
    """Keep a laptop's row in place of an earlier one."""
    await session.run(
        f"INSERT INTO device_key (branch_id, device_id, {_KEY}) VALUES (?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (branch_id, device_id) DO UPDATE SET epoch = excluded.epoch, "
        "secret = excluded.secret, escrow_mark = excluded.escrow_mark, "
        "escrow = excluded.escrow, wipe = excluded.wipe",
        branch,
        device,
        *msgspec.structs.astuple(key),
    )


async def wipe_order(session: Session, branch: BranchId, device: DeviceId) -> WipeOrder | None:
    """Return the signed order to destroy this laptop's keys, when there is one."""
    row = await session.row(
        "SELECT wipe FROM device_key WHERE branch_id = ? AND device_id = ?", branch, device
    )
    return msgspec.json.decode(bytes(row[0]), type=WipeOrder) if row and row[0] else None


async def offline_hours(session: Session, branch: BranchId) -> int:
    """Return how many hours a laptop of this branch may be without its server."""
    return int(await accounts.meta(session, HOURS + branch) or USUAL_HOURS)


async def lease_hours(session: Session, branch: BranchId, device: DeviceId) -> int:
    """Return how many hours this laptop may be without its server: few while there is concern."""
    hours = await offline_hours(session, branch)
    concern = await accounts.meta(session, CONCERN + device)
    return min(hours, CONCERN_HOURS) if concern else hours


async def custody(session: Session) -> Custody | None:
    """Return the custodians' public keys, None before there are two."""
    kept = await accounts.meta(session, CUSTODY)
    return msgspec.json.decode(kept, type=Custody) if kept else None


async def custodians(session: Session) -> tuple[str, str]:
    """Return the logins of the first and the second custodian, empty when there is none."""
    first, _, second = (await accounts.meta(session, CUSTODIANS) or "").partition(" ")
    return first, second


async def keep_escrow(session: Session, branch: BranchId, device: DeviceId, escrow: Escrow) -> bool:
    """Keep an escrow; False for a laptop that has no lease."""
    stands = await get(session, branch, device)
    if stands is None:
        return False
    kept = msgspec.structs.replace(stands, escrow_mark=escrow.mark, escrow=escrow.sealed)
    await put(session, branch, device, kept)
    return True


async def reset_of(session: Session, branch: BranchId, device: DeviceId) -> Reset | None:
    """Return what a laptop asked for, locked until the transaction ends."""
    row = await session.row(
        f"SELECT {_RESET} FROM key_reset WHERE branch_id = ? AND device_id = ?" + session.locking,
        branch,
        device,
    )
    return _reset(row) if row else None


async def resets(session: Session) -> list[Reset]:
    """Return every laptop that asks, the oldest first."""
    rows = await session.rows(f"SELECT {_RESET} FROM key_reset ORDER BY asked_at")
    return [_reset(row) for row in rows]


async def put_reset(session: Session, reset: Reset) -> None:
    """Keep what a laptop asked for, in place of what it asked before."""
    await forget_reset(session, reset.branch_id, reset.device_id)
    await session.run(
        f"INSERT INTO key_reset ({_RESET}) VALUES (?, ?, ?, ?, ?, ?, ?)",
        *msgspec.structs.astuple(reset),
    )


async def forget_reset(session: Session, branch: BranchId, device: DeviceId) -> None:
    """Let go of what a laptop asked for."""
    await session.run("DELETE FROM key_reset WHERE branch_id = ? AND device_id = ?", branch, device)


def _reset(row: Sequence[Any]) -> Reset:
    values = [*row[:-1], bytes(row[-1])]
    return Reset(*values)
