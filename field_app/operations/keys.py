"""How long this laptop can still be opened without its server."""

from datetime import datetime

from field_app.operations.desk import Desk
from field_app.storage.held_key import LEASE_ENDS

SOON_H = 24  # from here on it is told


def lease_hours(desk: Desk) -> int | None:
    """Return the whole hours left when they are few, None when they are not or there is no end."""
    ends = desk.store.vault.meta(LEASE_ENDS)
    if not ends:
        return None
    left = int((datetime.fromisoformat(str(ends)) - desk.clock.now()).total_seconds() // 3600)
    return max(left, 0) if left < SOON_H else None
