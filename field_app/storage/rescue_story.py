"""What the officer is told of a rescue: kept in the vault that was built anew until it is put away.

That vault has no sync behind it: as long as none was, the server's records are still to come.
"""

from datetime import datetime

import msgspec

from field_app.storage.vault import Vault

NAME = "rescue_story"


class RescueStory(msgspec.Struct, frozen=True):
    """How much came back: own entries, forms begun, records of the server.

    `is_whole`: nothing that was ever saved is missing.
    """

    at: datetime
    work: int
    forms: int
    records: int
    is_whole: bool


def keep_story(vault: Vault, story: RescueStory) -> None:
    """Keep it beside what came back."""
    vault.set_meta(NAME, msgspec.json.encode(story))


def story_of(vault: Vault) -> RescueStory | None:
    """Return what is to be told, None without a rescue or once it was put away."""
    kept = vault.meta(NAME)
    return msgspec.json.decode(kept, type=RescueStory) if kept else None


def put_away(vault: Vault) -> None:
    """Tell it no longer; the trail keeps it."""
    vault.set_meta(NAME, "")
