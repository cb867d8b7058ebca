"""How long this laptop can still be opened without its server."""

from field_app.operations.desk import Desk

SOON_H = 24  # from here on it is told


def lease_hours(desk: Desk) -> int | None:
    """Return the whole hours left when they are few, None when they are not or there is no end."""
    held = desk.store.vault.held
    lease = held.lease if held else None
    if lease is None:
        return None
    left = int((lease.not_after - desk.clock.now()).total_seconds() // 3600)
    return max(left, 0) if left < SOON_H else None
