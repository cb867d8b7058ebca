"""The laptop's own trail: unlocks, reveals, exports, submissions, each chained to the one before.

Entries name ids and codes only, never a person's data.
"""

import hashlib
from datetime import datetime
from typing import Any

import msgspec

from field_app.storage.vault import Vault


class AuditTrail:
    """Append and verify; rows are written in the transaction of what they tell of."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def add(self, at: datetime, what: str, **ids: Any) -> None:
        """Append one entry."""
        entry = msgspec.json.encode(ids, order="sorted").decode()
        with self._vault.transaction() as connection:
            chained = _hash(self._last(), at.isoformat(), what, entry)
            connection.execute(
                "INSERT INTO audit (at, what, entry, hash) VALUES (?, ?, ?, ?)",
                (at.isoformat(), what, entry, chained),
            )

    def first_broken(self) -> int | None:
        """Return the number of the first entry that is missing or was changed, None when whole."""
        previous, expected = "", 1
        rows = self._vault.connection.execute(
            "SELECT n, at, what, entry, hash FROM audit ORDER BY n"
        )
        for number, at, what, entry, stored in rows:
            if number != expected or _hash(previous, at, what, entry) != stored:
                return expected
            previous, expected = stored, expected + 1
        return expected if self._ever() >= expected else None

    def _ever(self) -> int:
        """Return the highest number ever given: it outlives the entries at the end."""
        row = self._vault.connection.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = 'audit'"
        ).fetchone()
        return int(row[0]) if row else 0

    def _last(self) -> str:
        row = self._vault.connection.execute(
            "SELECT hash FROM audit ORDER BY n DESC LIMIT 1"
        ).fetchone()
        return str(row[0]) if row else ""


def _hash(previous: str, *parts: str) -> str:
    data = b"".join(len(p.encode()).to_bytes(4) + p.encode() for p in (previous, *parts))
    return hashlib.sha256(data).hexdigest()
