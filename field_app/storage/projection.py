"""Reads what stands: the server's truth overlaid by work that was not answered yet."""

from collections.abc import Iterable, Sequence
from typing import Any

from field_app.storage.cipher import Connection
from sync.domain.hidden_text import marked_json
from sync.domain.ids import CaseId
from sync.domain.records import KINDS, Record, Versioned, decode_record
from sync.domain.snapshot import Needs, Snapshot

# Below zero are revisions that were seen of a server which was put back since.
COLUMNS = "kind, id, abs(rev), case_id, body, pending"
CHUNK = 400  # bound values in one statement


class Projection:
    """The one way out of the vault for records; reads only."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get[T: Record](self, cls: type[T], record_id: str) -> Versioned[T] | None:
        """Return one record, or None."""
        rows = self._rows("kind = ? AND id = ?", (_tag(cls), record_id))
        return rows[0] if rows else None

    def every[T: Record](self, cls: type[T]) -> list[Versioned[T]]:
        """Return all records of a kind: meant for the few (officers, routes), not for cases."""
        return self._rows("kind = ?", (_tag(cls),))

    def of_case(self, case_id: CaseId) -> list[Versioned[Any]]:
        """Return the case and everything that belongs to it."""
        return self._rows("case_id = ?", (case_id,))

    def of_cases(self, case_ids: Sequence[CaseId]) -> list[Versioned[Any]]:
        """Return several cases with everything that belongs to them."""
        found: list[Versioned[Any]] = []
        for start in range(0, len(case_ids), CHUNK):
            part = case_ids[start : start + CHUNK]
            found += self._rows(f"case_id IN ({', '.join('?' * len(part))})", part)
        return found

    def snapshot(self, needs: Needs) -> Snapshot:
        """Return what `decide` must see."""
        records = self.of_cases(needs.cases)
        records += self._named("officer", needs.officers)
        records += self._named("route", needs.routes)
        return Snapshot(records)

    def case_snapshot(self, case_id: CaseId) -> Snapshot:
        """Return one case with its records and every colleague."""
        return Snapshot([*self.of_case(case_id), *self._rows("kind = 'officer'", ())])

    def pending_of(self, case_id: CaseId) -> set[tuple[str, str]]:
        """Return (kind, id) of the case's records that wait for the server."""
        rows = self._connection.execute(
            "SELECT DISTINCT kind, id FROM overlay WHERE case_id = ?", (case_id,)
        )
        return {(kind, record_id) for kind, record_id in rows}

    def _named(self, kind: str, ids: Iterable[str]) -> list[Versioned[Any]]:
        found: list[Versioned[Any]] = []
        for record_id in ids:
            found += self._rows("kind = ? AND id = ?", (kind, record_id))
        return found

    def _rows(self, where: str, values: Sequence[Any]) -> list[Versioned[Any]]:
        sql = f"SELECT {COLUMNS} FROM projected WHERE {where}"
        return [
            Versioned(rev, decode_record(kind, marked_json(body)))
            for kind, _, rev, _, body, _ in self._connection.execute(sql, tuple(values))
            if kind in KINDS  # others wait, as they came, for a program that knows them
        ]


def _tag(cls: type[Any]) -> str:
    return str(cls.__struct_config__.tag)
