"""What is known of a vault before its passphrase; light, for the unlock screen waits for it."""

from contextlib import suppress

from field_app.bootstrap.laptop import Laptop
from field_app.storage.held_key import end_lease
from field_app.storage.keys import Slot
from field_app.storage.slot_file import read_slot
from field_app.storage.trouble import Damaged, LockedByOther


def settle(laptop: Laptop) -> None:
    """End what a cut left of giving a vault a new key; before it is asked who has a vault here."""
    for left in (*laptop.home.glob("*.rekey"), *laptop.home.glob("*.former")):
        from field_app.storage.rekeying import finish  # hardly ever

        with suppress(LockedByOther):  # another program is at it this moment
            finish(left.with_suffix(""))


def slot_of(laptop: Laptop) -> Slot | None:
    """Return the slot, None for one that is damaged: unlocking will tell."""
    try:
        return read_slot(laptop.slot)
    except (Damaged, FileNotFoundError):
        return None


def shut_lease(laptop: Laptop) -> None:
    """Destroy the lease's secret after many wrong tries: the next right one needs the server."""
    slot = slot_of(laptop)
    if slot is not None:
        end_lease(laptop.secrets, slot)
