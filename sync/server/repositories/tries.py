"""Statements about failed enrolments: how often somebody tried within a span of time."""

from datetime import datetime, timedelta

from sync.server.repositories.session import Session


async def count(session: Session, who: str, now: datetime, span: timedelta) -> int:
    """Count a try and return how many there were since the first of the span."""
    row = await session.row(
        "INSERT INTO enrol_try (who, tries, first_at) VALUES (?, 1, ?) "
        "ON CONFLICT (who) DO UPDATE SET "
        "tries = CASE WHEN enrol_try.first_at < ? THEN 1 ELSE enrol_try.tries + 1 END, "
        "first_at = CASE WHEN enrol_try.first_at < ? "
        "THEN excluded.first_at ELSE enrol_try.first_at END "
        "RETURNING tries",
        who,
        now.isoformat(),
        (now - span).isoformat(),
        (now - span).isoformat(),
    )
    return int(row[0]) if row else 0


async def take_back(session: Session, who: str) -> None:
    """Count one try less."""
    await session.run("UPDATE enrol_try SET tries = tries - 1 WHERE who = ?", who)


async def forget(session: Session, who: str) -> None:
    """Forget somebody's tries."""
    await session.run("DELETE FROM enrol_try WHERE who = ?", who)


async def forget_before(session: Session, first_at: datetime) -> None:
    """Forget every span that began before this instant."""
    await session.run("DELETE FROM enrol_try WHERE first_at < ?", first_at.isoformat())
