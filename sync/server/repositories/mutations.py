"""Statements about answered envelopes: kept for ever, with their answers."""

from collections.abc import Mapping, Sequence

import msgspec

from sync.domain.ids import BranchId, DeviceId, MutationId
from sync.protocol.messages import Result
from sync.server.repositories.session import Clash, Session


class Mutation(msgspec.Struct, frozen=True):
    """One answered envelope."""

    mid: MutationId
    device_id: DeviceId
    seq: int
    body_hash: str
    envelope: bytes
    result: Result
    received_at: str
    commit_no: int
    forked: bool = False


class Known(msgspec.Struct, frozen=True):
    """What a repeat is compared with."""

    device_id: DeviceId
    body_hash: str
    result: Result


async def answered(
    session: Session, branch: BranchId, mids: Sequence[MutationId]
) -> dict[MutationId, Known]:
    """Return the stored answers to those of a batch's envelopes that have one, by id."""
    if not mids:
        return {}
    rows = await session.rows(
        "SELECT mid, device_id, body_hash, result FROM mutation WHERE branch_id = ? "
        f"AND mid IN ({', '.join('?' * len(mids))})",
        branch,
        *mids,
    )
    return {r[0]: Known(r[1], r[2], msgspec.json.decode(bytes(r[3]), type=Result)) for r in rows}


class Stored(msgspec.Struct, frozen=True):
    """An envelope as it is kept, and the columns beside it."""

    device_id: str
    seq: int
    body_hash: str
    envelope: bytes


async def stored(
    session: Session, branch: BranchId, mids: Sequence[MutationId]
) -> dict[MutationId, Stored]:
    """Return those of a few hundred envelopes that are there, by id."""
    if not mids:
        return {}
    rows = await session.rows(
        "SELECT mid, device_id, seq, body_hash, envelope FROM mutation WHERE branch_id = ? "
        f"AND mid IN ({', '.join('?' * len(mids))})",
        branch,
        *mids,
    )
    return {MutationId(r[0]): Stored(r[1], r[2], r[3], bytes(r[4])) for r in rows}


async def count(session: Session, branch: BranchId) -> int:
    """Return how many envelopes were answered."""
    row = await session.row("SELECT count(*) FROM mutation WHERE branch_id = ?", branch)
    return int(row[0]) if row else 0


async def add(session: Session, branch: BranchId, rows: Sequence[Mutation]) -> None:
    """Keep answers."""
    await session.run_many(
        "INSERT INTO mutation (branch_id, mid, device_id, seq, body_hash, envelope, result, "
        "received_at, commit_no, forked) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                branch,
                m.mid,
                m.device_id,
                m.seq,
                m.body_hash,
                m.envelope,
                msgspec.json.encode(m.result),
                m.received_at,
                m.commit_no,
                m.forked,
            )
            for m in rows
        ],
    )


async def answer_anew(
    session: Session, branch: BranchId, rows: Sequence[Mutation], known: Mapping[MutationId, Known]
) -> None:
    """Keep other answers to what is known; raises Clash when somebody else answered meanwhile."""
    done = await session.rows_many(
        "UPDATE mutation SET envelope = ?, result = ?, received_at = ?, commit_no = ? "
        "WHERE branch_id = ? AND mid = ? AND commit_no = ? RETURNING mid",
        [
            (
                m.envelope,
                msgspec.json.encode(m.result),
                m.received_at,
                m.commit_no,
                branch,
                m.mid,
                known[m.mid].result.commit_no,
            )
            for m in rows
        ],
    )
    if len(done) != len(rows):
        raise Clash
