"""Half-filled forms, kept through a crash."""

from field_app.operations.desk import Desk


def save(desk: Desk, name: str, body: bytes) -> None:
    """Keep a draft."""
    desk.store.drafts.save(name, body, desk.clock.now())


def load(desk: Desk, name: str) -> bytes | None:
    """Return a draft, or None."""
    return desk.store.drafts.load(name)


def drop(desk: Desk, name: str) -> None:
    """Remove a draft once its form is submitted."""
    desk.store.drafts.drop(name)
