"""What a scope's records on this laptop add up to, reckoned from the rows themselves.

Reckoned anew each time, because a sum that is carried along would not see a row that rotted. A
scope of n records is not looked at again before n milliseconds have passed.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from field_app.storage.arriving import Arriving
from field_app.storage.cipher import Connection
from sync.domain.time import Clock
from sync.protocol.digest import Digest, HeldRow, bucket_of, digest_of, row_hash
from sync.protocol.pages import Cursor, Page


class ScopeSums:
    """Reads only."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._next: dict[str, datetime] = {}
        self._told: dict[str, tuple[int, Digest]] = {}
        self._arriving = Arriving()

    def arrived(self, page: Page, after: Cursor, came: Digest | None) -> None:
        """Add up a page that was written; see `Arriving.heard`."""
        self._arriving.heard(page, after, came)

    def hear(self, scope: str, head: int, digest: Digest | None) -> None:
        """Keep what the server told of the scope at a commit until the program ends."""
        if digest is None:
            self._told.pop(scope, None)
        else:
            self._told[scope] = (head, digest)

    def told(self, scope: str, head: int) -> Digest | None:
        """Return the digest that was told at this commit, None when there is none."""
        at, digest = self._told.get(scope, (-1, None))
        return digest if at == head else None

    def suits(self, scope: str, digest: Digest) -> bool:
        """Say whether the scope adds up to this; True too when it was looked at lately."""
        now = self._clock.now()
        rest = self._next.get(scope, now) - now
        if timedelta() < rest <= timedelta(milliseconds=digest.n):
            return True
        # A first reading was added up as it came; the file is looked at by the next sync.
        found = self._arriving.take(scope)
        if found != digest:
            found = digest_of(hashed for _, _, _, hashed in self._rows(scope))
        if found == digest:  # else it is looked at until it was mended, however often that is cut
            self._next[scope] = now + timedelta(milliseconds=found.n)
        return found == digest

    def bucket_sums(self, scope: str) -> Mapping[int, Digest]:
        """Return the digests of the scope's buckets that are not empty."""
        hashes: dict[int, list[bytes]] = {}
        for kind, record_id, _, hashed in self._rows(scope):
            hashes.setdefault(bucket_of(kind, record_id), []).append(hashed)
        return {number: digest_of(found) for number, found in hashes.items()}

    def bucket_rows(self, scope: str, buckets: Sequence[int]) -> Sequence[HeldRow]:
        """Return what these buckets hold."""
        wanted = set(buckets)
        return [
            HeldRow(kind, record_id, rev, hashed.hex())
            for kind, record_id, rev, hashed in self._rows(scope)
            if bucket_of(kind, record_id) in wanted
        ]

    def _rows(self, scope: str) -> Iterator[tuple[str, str, int, bytes]]:
        """Yield kind, id, revision and hash; a membership without its record has a hash too."""
        rows = self._connection.execute(
            "SELECT m.kind, m.id, coalesce(r.rev, 0), CAST(coalesce(r.body, '') AS BLOB) "
            "FROM membership m "
            "LEFT JOIN replica r ON r.kind = m.kind AND r.id = m.id WHERE m.scope = ?",
            (scope,),
        )
        for kind, record_id, rev, body in rows:
            yield kind, record_id, rev, row_hash(kind, record_id, rev, body)
