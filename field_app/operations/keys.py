"""How long this laptop can still be opened without its server."""

from datetime import datetime, timedelta

from field_app.operations.desk import Desk
from field_app.storage.held_key import LEASE_ENDS
from field_app.storage.time_mark import TimeMark

SOON_H = 24  # from here on it is told


def lease_left(desk: Desk) -> timedelta | None:
    """Return what is left of the lease, negative once it is over; None when there is no end.

    By the latest time the vault has seen: a clock set back gains nothing.
    """
    vault = desk.store.vault
    ends = vault.meta(LEASE_ENDS)
    if not ends:
        return None
    now = TimeMark(vault).latest(desk.clock.now())
    return datetime.fromisoformat(str(ends)) - now


def lease_hours(desk: Desk) -> int | None:
    """Return the whole hours left when they are few, None when they are not or there is no end."""
    left = lease_left(desk)
    if left is None:
        return None
    hours = int(left.total_seconds() // 3600)
    return max(hours, 0) if hours < SOON_H else None
