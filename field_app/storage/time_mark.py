"""The latest instant this vault has seen: a clock behind it was set back.

Kept inside the vault, so that only whoever can open it can change it. A sync puts it where the
clock stands then: a clock that was once far ahead does no harm for ever, and how far it is off the
server sees for itself.
"""

from datetime import datetime, timedelta

from field_app.storage.vault import Vault

NAME = "time_mark"
SLACK = timedelta(minutes=10)  # clocks are put right by so much, and nobody minds
STEP = timedelta(minutes=1)  # by which the mark is moved, not with every act


class TimeMark:
    """The mark of one open vault."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    @property
    def at(self) -> datetime | None:
        """Return the mark, None for a vault that was never unlocked with one."""
        kept = self._vault.meta(NAME)
        return datetime.fromisoformat(str(kept)) if kept else None

    def is_behind(self, now: datetime) -> bool:
        """Say whether this clock was set back."""
        at = self.at
        return at is not None and now < at - SLACK

    def latest(self, now: datetime) -> datetime:
        """Return the later one of now and the mark."""
        return max(now, self.at or now)

    def begin(self, now: datetime) -> None:
        """Move the mark on to now, or set the first one; never back."""
        if self.at is None:
            self.put_right(now)
        self.move_on(now)

    def move_on(self, now: datetime) -> None:
        """Move the mark on to now; never back."""
        at = self.at
        if at is not None and now >= at + STEP:
            self.put_right(now)

    def put_right(self, now: datetime) -> None:
        """Put the mark to now, back or forth."""
        self._vault.set_meta(NAME, now.isoformat())
