"""Statements about published map packs: each branch's descriptions by serial."""

import msgspec

from sync.domain.ids import BranchId
from sync.protocol.published_map import PublishedMap
from sync.server.repositories.session import Session


class MapMark(msgspec.Struct, frozen=True):
    """Which map is in force in a branch; serial 0 when none was ever published."""

    serial: int = 0
    name: str = ""
    hash: str = ""


async def mark(session: Session, branch: BranchId) -> MapMark:
    """Return what is in force; name and hash are empty when it was withdrawn."""
    row = await session.row(
        "SELECT serial, name, hash FROM map_notice WHERE branch_id = ? "
        "ORDER BY serial DESC LIMIT 1",
        branch,
    )
    return MapMark(*row) if row else MapMark()


async def newest(session: Session, branch: BranchId) -> PublishedMap | None:
    """Return the newest description of a branch, a withdrawal among them."""
    row = await session.row(
        "SELECT notice FROM map_notice WHERE branch_id = ? ORDER BY serial DESC LIMIT 1", branch
    )
    return msgspec.json.decode(bytes(row[0]), type=PublishedMap) if row else None


async def every(session: Session, branch: BranchId) -> list[PublishedMap]:
    """Return all descriptions, newest first."""
    rows = await session.rows(
        "SELECT notice FROM map_notice WHERE branch_id = ? ORDER BY serial DESC", branch
    )
    return [msgspec.json.decode(bytes(r[0]), type=PublishedMap) for r in rows]


async def add(session: Session, told: PublishedMap) -> None:
    """Publish a description: the one of the highest serial is in force."""
    await session.run(
        "INSERT INTO map_notice (branch_id, serial, name, hash, notice) VALUES (?, ?, ?, ?, ?)",
        told.branch_id,
        told.serial,
        "" if told.withdrawn else told.name,
        "" if told.withdrawn else told.content_hash,
        msgspec.json.encode(told),
    )
