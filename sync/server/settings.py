"""What a server is started with."""

from pathlib import Path

import msgspec


class ServerSettings(msgspec.Struct, frozen=True):
    """Where the data lives and where the rules come from.

    `database_url` is "sqlite:///PATH" or "postgresql://…"; `data` holds attachments.
    """

    database_url: str
    data: Path
    policies: Path
    pack: str = "cn"

    @property
    def is_sqlite(self) -> bool:
        """Say whether the embedded default is used."""
        return self.database_url.startswith("sqlite:///")

    @property
    def sqlite_path(self) -> Path:
        """Return the file of the embedded default."""
        return Path(self.database_url.removeprefix("sqlite:///"))
