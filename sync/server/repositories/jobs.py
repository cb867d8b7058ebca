"""Statements about the daily jobs: each is held by one process at a time, and done once a day."""

from datetime import datetime

import msgspec

from sync.server.repositories.session import Session


class Standing(msgspec.Struct, frozen=True):
    """When a job was done last, with how many things, and until when somebody holds it."""

    name: str
    done_at: str = ""
    result: int = 0
    held_until: str = ""


async def every(session: Session) -> dict[str, Standing]:
    """Return how each job stands that was ever begun."""
    rows = await session.rows("SELECT name, done_at, result, held_until FROM job ORDER BY name")
    return {row[0]: Standing(*row) for row in rows}


async def hold(session: Session, name: str, now: datetime, until: datetime, done_at: str) -> bool:
    """Take a job that was done last at `done_at`; say whether it was taken.

    It is not when another process holds it, or has done it meanwhile.
    """
    await session.run(
        "INSERT INTO job (name, done_at, result, held_until) VALUES (?, '', 0, '') "
        "ON CONFLICT (name) DO NOTHING",
        name,
    )
    row = await session.row(
        "UPDATE job SET held_until = ? WHERE name = ? AND held_until < ? AND done_at = ? "
        "RETURNING name",
        until.isoformat(),
        name,
        now.isoformat(),
        done_at,
    )
    return row is not None


async def done(session: Session, name: str, at: datetime, result: int) -> None:
    """Note that a job was done, and let go of it."""
    await session.run(
        "UPDATE job SET done_at = ?, result = ?, held_until = '' WHERE name = ?",
        at.isoformat(),
        result,
        name,
    )


async def let_go(session: Session, name: str) -> None:
    """Let go of a job that failed."""
    await session.run("UPDATE job SET held_until = '' WHERE name = ?", name)
