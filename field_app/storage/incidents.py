"""What a sync found wrong and put right: kept for the person who asks what happened.

`repaired` records that differed from the server's · `recovered` records that a server put back
from a backup had lost · `reread` a scope that was read from its beginning · `revived` work that a
person had let go, and that such a server took after all: `scope` is its case.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from field_app.storage.vault import Vault

REPAIRED, RECOVERED, REREAD, REVIVED = "repaired", "recovered", "reread", "revived"


class Incident(msgspec.Struct, frozen=True):
    """One thing that was put right, and how many records it was about."""

    at: datetime
    what: str
    scope: str
    records: int

    @property
    def is_telling(self) -> bool:
        """Say whether it came to anything: a restored server may have lost nothing of ours."""
        return self.records > 0 or self.what == REREAD


class Incidents:
    """Appended in the transaction of what they tell."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def add(self, at: datetime, what: str, scope: str = "", records: int = 0) -> None:
        """Keep one."""
        with self._vault.transaction() as connection:
            connection.execute(
                "INSERT INTO incident (at, what, scope, records) VALUES (?, ?, ?, ?)",
                (at.isoformat(), what, scope, records),
            )

    def count_up(self, at: datetime, what: str, records: int) -> None:
        """Add to the newest one of this kind: one cause may take several batches to mend."""
        row = self._vault.connection.execute(
            "SELECT max(n) FROM incident WHERE what = ?", (what,)
        ).fetchone()
        if row is None or row[0] is None:
            self.add(at, what, records=records)
            return
        with self._vault.transaction() as connection:
            connection.execute(
                "UPDATE incident SET records = records + ? WHERE n = ?", (records, row[0])
            )

    def latest(self, most: int) -> Sequence[Incident]:
        """Return the newest ones first."""
        rows = self._vault.connection.execute(
            "SELECT at, what, scope, records FROM incident ORDER BY n DESC LIMIT ?", (most,)
        )
        return [Incident(datetime.fromisoformat(a), w, s, n) for a, w, s, n in rows]
