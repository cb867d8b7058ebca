"""The table that lists and searches read: one row a case, kept with every change of its records."""

from collections.abc import Iterable, Sequence, Sized
from itertools import count
from typing import Any

import msgspec

from field_app.storage import case_search
from field_app.storage.case_search import MANY, SORTS, Part
from field_app.storage.case_search import Wanted as Wanted
from field_app.storage.cipher import Connection
from field_app.storage.projection import Projection
from field_app.storage.search_terms import normal, terms_of
from sync.domain.ids import CaseId
from sync.domain.progress import progress_of
from sync.domain.records import Case
from sync.domain.snapshot import Snapshot

FORM = "2"  # to be counted up when what is written of a case changes
CHUNK = 400  # bound values in one statement
LATEST = "9999"  # sorts behind every instant: no next step dated


class IndexRow(msgspec.Struct, frozen=True, gc=False):
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


class Entry(msgspec.Struct, frozen=True, gc=False):
    """What stands of one case: its row and the words whose beginning finds it."""

    row: IndexRow
    terms: frozenset[str]


type Entries = dict[int, Entry]  # by the number of the row
NO_TERMS: frozenset[str] = frozenset()


class CaseIndex:
    """Writes with the projection, reads for the screens."""

    def __init__(self, connection: Connection, projection: Projection) -> None:
        self._connection = connection
        self._projection = projection

    def refresh(self, case_ids: Iterable[CaseId]) -> None:
        """Write what has changed of these cases, and drop what has gone or is closed."""
        wanted = sorted(set(case_ids))
        for start in range(0, len(wanted), CHUNK):
            part = wanted[start : start + CHUNK]
            before = self._standing(part)
            after = self._reckoned(part, {e.row.id: n for n, e in before.items()})
            self._write_rows(before, after)
            self._write_addresses(before, after)
            self._write_terms(before, after)

    def is_current(self) -> bool:
        """Say whether every entry is written in the form that this program reads."""
        row = self._connection.execute(
            "SELECT value FROM meta WHERE name = 'index_form'"
        ).fetchone()
        return row == (FORM,)

    def rebuild(self) -> None:
        """Write every entry anew; to be called in a transaction."""
        execute = self._connection.execute
        execute("DELETE FROM case_index")
        execute("DELETE FROM case_term")
        execute("INSERT INTO case_address (case_address) VALUES ('delete-all')")
        self.refresh(row[0] for row in execute("SELECT id FROM projected WHERE kind = 'case'"))
        execute("INSERT OR REPLACE INTO meta VALUES ('index_form', ?)", (FORM,))

    def _standing(self, case_ids: Sequence[CaseId]) -> Entries:
        """Return the entries as they are written."""
        rows = self._connection.execute(
            f"SELECT n, {', '.join(FIELDS)} FROM case_index WHERE id IN ({_marks(case_ids)})",
            case_ids,
        )
        found = {row[0]: IndexRow(*row[1:]) for row in rows}
        terms: dict[int, set[str]] = {number: set() for number in found}
        for number, term in self._connection.execute(
            f"SELECT n, term FROM case_term WHERE n IN ({_marks(found)})", tuple(found)
        ):
            terms[number].add(term)
        return {number: Entry(row, frozenset(terms[number])) for number, row in found.items()}

    def _reckoned(self, case_ids: Sequence[CaseId], numbers: dict[CaseId, int]) -> Entries:
        """Return the entries as they should be; a case without a number is given the next."""
        snapshot = Snapshot(self._projection.of_cases(case_ids))
        pending = {row[0] for row in self._connection.execute("SELECT case_id FROM overlay")}
        fresh = count(self._number("SELECT max(n) FROM case_index") + 1)
        found: Entries = {}
        for case_id in case_ids:
            case = snapshot.case(case_id)
            row = _row(snapshot, case, case_id in pending) if case else None
            if case is not None and row is not None and row.stage != "closed":
                number = numbers.get(case_id) or next(fresh)
                found[number] = Entry(row, frozenset(terms_of(case)))
        return found

    def _write_rows(self, before: Entries, after: Entries) -> None:
        gone = [(n,) for n in before if n not in after]
        new = [n for n, e in after.items() if n not in before or before[n].row != e.row]
        marks = _marks(("n", *FIELDS))
        self._connection.executemany("DELETE FROM case_index WHERE n = ?", gone)
        self._connection.executemany(
            f"INSERT OR REPLACE INTO case_index (n, {', '.join(FIELDS)}) VALUES ({marks})",
            [(n, *msgspec.structs.astuple(after[n].row)) for n in new],
        )

    def _write_addresses(self, before: Entries, after: Entries) -> None:
        old, new = _addresses(before), _addresses(after)
        self._connection.executemany(
            "INSERT INTO case_address (case_address, rowid, address) VALUES ('delete', ?, ?)",
            sorted(old - new),
        )
        self._connection.executemany(
            "INSERT INTO case_address (rowid, address) VALUES (?, ?)", sorted(new - old)
        )

    def _write_terms(self, before: Entries, after: Entries) -> None:
        self._connection.executemany(
            "DELETE FROM case_term WHERE term = ? AND n = ?", _more_terms(before, after)
        )
        self._connection.executemany(
            "INSERT INTO case_term VALUES (?, ?)", _more_terms(after, before)
        )

    def page(self, wanted: Wanted, after: tuple[Any, str] | None, limit: int) -> list[IndexRow]:
        """Return up to `limit` rows behind the key `after`, which is (sort value, id)."""
        column, text = SORTS[wanted.sort], normal(wanted.text)
        parts = case_search.filters(wanted)
        if text:
            parts.append(case_search.condition(text, self._hits(text)))
        direction, beyond = ("DESC", "<") if wanted.descending else ("ASC", ">")
        if after is not None:
            parts.append(Part(f"({column}, id) {beyond} (?, ?)", after))
        where, values = case_search.where(parts)
        sql = (
            f"SELECT {', '.join(FIELDS)} FROM case_index {where} "
            f"ORDER BY {column} {direction}, id {direction} LIMIT ?"
        )
        return [IndexRow(*row) for row in self._connection.execute(sql, (*values, limit))]

    def count(self, wanted: Wanted) -> int:
        """Return how many cases are wanted."""
        text, parts = normal(wanted.text), case_search.filters(wanted)
        if text and not parts:
            hits, values = case_search.hits(text)
            return self._number(f"SELECT count(DISTINCT n) FROM ({hits})", values)
        if text:
            parts.append(case_search.condition(text, 0))
        where, values = case_search.where(parts)
        return self._number(f"SELECT count(*) FROM case_index {where}", values)

    def areas(self) -> tuple[str, ...]:
        """Return the areas there are, sorted; each is one step along the index of areas."""
        rows = self._connection.execute(
            "WITH RECURSIVE known (area) AS (SELECT min(area) FROM case_index UNION ALL "
            "SELECT (SELECT min(c.area) FROM case_index c WHERE c.area > known.area) FROM known "
            "WHERE known.area IS NOT NULL) SELECT area FROM known WHERE area IS NOT NULL"
        )
        return tuple(row[0] for row in rows)

    def _hits(self, text: str) -> int:
        """Return how often a text is found, counted up to `MANY`."""
        hits, values = case_search.hits(text)
        return self._number(f"SELECT count(*) FROM ({hits} LIMIT {MANY})", values)

    def _number(self, sql: str, values: Sequence[Any] = ()) -> int:
        row = self._connection.execute(sql, values).fetchone()
        return int(row[0] or 0) if row else 0


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


def _addresses(entries: Entries) -> set[tuple[int, str]]:
    return {(number, normal(entry.row.address)) for number, entry in entries.items()}


def _more_terms(entries: Entries, others: Entries) -> list[tuple[str, int]]:
    """Return what the others lack, in the order of the table: that is how it is written fastest."""
    found: list[tuple[str, int]] = []
    for number, entry in entries.items():
        known = others[number].terms if number in others else NO_TERMS
        found += [(term, number) for term in entry.terms - known]
    found.sort()
    return found


def _marks(values: Sized) -> str:
    return ", ".join("?" * len(values))
