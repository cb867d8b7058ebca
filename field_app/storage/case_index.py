"""The table that lists and searches read: one row a case, kept with every change of its records."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from field_app.storage.cipher import Connection
from field_app.storage.projection import Projection
from field_app.storage.search_terms import normal, phrase, terms_of
from sync.domain.ids import CaseId
from sync.domain.progress import progress_of
from sync.domain.records import Case
from sync.domain.snapshot import Snapshot

SORTS = {
    "days": "overdue_since",
    "name": "name",
    "area": "area",
    "amount": "total_fen",
    "next": "next_at",
}
LATEST = "9999"  # sorts behind every instant: no next step dated


class IndexRow(msgspec.Struct, frozen=True):
    """A case as lists need it; empty text where there is nothing."""

    id: CaseId
    case_no: str
    name: str
    area: str
    address: str
    stage: str
    next_step: str
    next_at: str
    overdue_since: str
    total_fen: int
    held: int
    vulnerable: int
    pending: int
    officer_id: str
    second_id: str


FIELDS = IndexRow.__struct_fields__


class Wanted(msgspec.Struct, frozen=True):
    """Which cases, in which order; None and empty mean "any"."""

    text: str = ""
    stage: str | None = None
    area: str | None = None
    held: bool | None = None
    overdue_before: str | None = None
    officer_id: str | None = None
    unassigned: bool = False
    sort: str = "days"
    descending: bool = False


class CaseIndex:
    """Writes with the projection, reads for the screens."""

    def __init__(self, connection: Connection, projection: Projection) -> None:
        self._connection = connection
        self._projection = projection

    def refresh(self, case_ids: Iterable[CaseId]) -> None:
        """Write the rows of these cases anew, or drop them where the case has gone."""
        wanted = sorted(set(case_ids))
        records = self._projection.of_cases(wanted)
        snapshot = Snapshot(records)
        pending = self._pending(wanted)
        for case_id in wanted:
            self._drop(case_id)
            case = snapshot.case(case_id)
            if case is not None:
                self._write(snapshot, case, case_id in pending)

    def _pending(self, case_ids: Sequence[CaseId]) -> set[str]:
        rows = self._connection.execute("SELECT DISTINCT case_id FROM overlay")
        return {row[0] for row in rows} & set(case_ids)

    def _drop(self, case_id: CaseId) -> None:
        found = self._connection.execute(
            "SELECT n, address FROM case_index WHERE id = ?", (case_id,)
        ).fetchone()
        if found is None:
            return
        number, address = found
        self._connection.execute(
            "INSERT INTO case_address (case_address, rowid, address) VALUES ('delete', ?, ?)",
            (number, normal(address)),
        )
        self._connection.execute("DELETE FROM case_index WHERE n = ?", (number,))
        self._connection.execute("DELETE FROM case_term WHERE case_id = ?", (case_id,))

    def _write(self, snapshot: Snapshot, case: Case, pending: bool) -> None:
        row = _row(snapshot, case, pending)
        marks = ", ".join("?" * len(FIELDS))
        cursor = self._connection.execute(
            f"INSERT INTO case_index ({', '.join(FIELDS)}) VALUES ({marks})",
            msgspec.structs.astuple(row),
        )
        self._connection.execute(
            "INSERT INTO case_address (rowid, address) VALUES (?, ?)",
            (cursor.lastrowid, normal(row.address)),
        )
        self._connection.executemany(
            "INSERT INTO case_term VALUES (?, ?)", [(t, case.id) for t in terms_of(case)]
        )

    def page(self, wanted: Wanted, after: tuple[Any, str] | None, limit: int) -> list[IndexRow]:
        """Return up to `limit` rows behind the key `after`, which is (sort value, id)."""
        column = SORTS[wanted.sort]
        where, values = _conditions(wanted)
        direction, beyond = ("DESC", "<") if wanted.descending else ("ASC", ">")
        if after is not None:
            where.append(f"({column}, id) {beyond} (?, ?)")
            values += after
        sql = (
            f"SELECT {', '.join(FIELDS)} FROM case_index WHERE {' AND '.join(where)} "
            f"ORDER BY {column} {direction}, id {direction} LIMIT ?"
        )
        return [IndexRow(*row) for row in self._connection.execute(sql, (*values, limit))]

    def count(self, wanted: Wanted) -> int:
        """Return how many cases are wanted."""
        where, values = _conditions(wanted)
        sql = f"SELECT count(*) FROM case_index WHERE {' AND '.join(where)}"
        row = self._connection.execute(sql, values).fetchone()
        return int(row[0]) if row else 0

    def areas(self) -> tuple[str, ...]:
        """Return the areas there are, sorted."""
        rows = self._connection.execute("SELECT DISTINCT area FROM case_index ORDER BY area")
        return tuple(row[0] for row in rows)


def key_of(row: IndexRow, sort: str) -> tuple[Any, str]:
    """Return the key that continues a page behind this row."""
    return getattr(row, SORTS[sort]), row.id


def _row(snapshot: Snapshot, case: Case, pending: bool) -> IndexRow:
    progress = progress_of(snapshot, case)
    return IndexRow(
        id=case.id,
        case_no=case.case_no,
        name=case.customer.name,
        area=case.address.area,
        address=case.address.text,
        stage=progress.stage,
        next_step=progress.next_step,
        next_at=progress.next_at.isoformat() if progress.next_at else LATEST,
        overdue_since=case.loan.overdue_since.isoformat(),
        total_fen=case.loan.total_fen,
        held=int(progress.stage == "hold"),
        vulnerable=int(bool(case.customer.vulnerabilities)),
        pending=int(pending),
        officer_id=case.officer_id or "",
        second_id=case.second_id or "",
    )


def _conditions(wanted: Wanted) -> tuple[list[str], list[Any]]:
    where: list[str] = ["stage <> 'closed'"]
    values: list[Any] = []
    for column, value in (("stage", wanted.stage), ("area", wanted.area)):
        if value is not None:
            where.append(f"{column} = ?")
            values.append(value)
    if wanted.held is not None:
        where.append("held = ?")
        values.append(int(wanted.held))
    if wanted.overdue_before is not None:
        where.append("overdue_since <= ?")
        values.append(wanted.overdue_before)
    if wanted.officer_id is not None:
        where.append("(officer_id = ? OR second_id = ?)")
        values += [wanted.officer_id, wanted.officer_id]
    if wanted.unassigned:
        where.append("officer_id = ''")
    if normal(wanted.text):
        _add_search(normal(wanted.text), where, values)
    return where, values


def _add_search(text: str, where: list[str], values: list[Any]) -> None:
    found = "id IN (SELECT case_id FROM case_term WHERE term >= ? AND term < ?)"
    values += [text, text + "\U0010ffff"]
    if len(text) >= 3:
        found += " OR n IN (SELECT rowid FROM case_address WHERE case_address MATCH ?)"
        values.append(phrase(text))
    where.append(f"({found})")
