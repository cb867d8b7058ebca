"""Forms half filled in: kept in the vault at every pause of the keys, gone once submitted."""

from datetime import datetime

from field_app.storage.vault import Vault


class Drafts:
    """Drafts by name, such as "visit/<case>"."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def save(self, name: str, body: bytes, at: datetime) -> None:
        """Keep a draft, in place of an earlier one of the name."""
        with self._vault.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO draft VALUES (?, ?, ?)", (name, body, at.isoformat())
            )

    def load(self, name: str) -> bytes | None:
        """Return a draft, or None."""
        row = self._vault.connection.execute(
            "SELECT body FROM draft WHERE name = ?", (name,)
        ).fetchone()
        return bytes(row[0]) if row else None

    def drop(self, name: str) -> None:
        """Remove a draft."""
        with self._vault.transaction() as connection:
            connection.execute("DELETE FROM draft WHERE name = ?", (name,))
