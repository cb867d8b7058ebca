"""The table that lists and searches read (`case_lists`): one row a case, kept with its records."""

from collections.abc import Iterable, Iterator, Sequence, Sized
from itertools import count
from typing import Any

import msgspec

from field_app.storage.case_entries import (
    CLOSED,
    KEPT,
    Entries,
    Entry,
    IndexRow,
    compared,
    entry_of,
)
from field_app.storage.cipher import Connection
from field_app.storage.many_rows import insert
from field_app.storage.projection import Projection
from field_app.storage.search_terms import as_json
from sync.domain.ids import CaseId
from sync.domain.progress import may_move, progress_of
from sync.domain.snapshot import Snapshot
from sync.protocol.pages import PageOp

FORM = "3"  # to be counted up when what is written of a case changes
PUT_OFF = "case_orders"  # stands in `meta` while the trees are put off
COUNT = "case_count"  # how many rows there are: to count 100 000 takes two milliseconds
SORTED_AT_ONCE = 10_000  # cases; what is sorted is held in memory
CHUNK = 400  # bound values in one statement
# The trees that lists are read along, as the migrations make them. The first list anybody sees is
# by days: its tree holds whole rows, which else lie on a page each.
ORDERS = {
    "case_by_days": ", ".join(dict.fromkeys(("overdue_since", "id", *KEPT))),
    "case_by_name": "name, id",
    "case_by_area": "area, id",
    "case_by_amount": "total_fen, id",
    "case_by_next": "next_at, id",
    "case_by_stage": "stage",
}


class CaseIndex:
    """Writes the row of a case whenever the projection of it changes."""

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
            self._write(before, after)

    def add(self, entries: Sequence[Entry]) -> None:
        """Write entries of cases that had none."""
        self._write({}, dict(zip(self._fresh(), entries, strict=False)))

    def moved_by(self, ops: Sequence[PageOp]) -> set[CaseId]:
        """Return the cases that may stand otherwise with these records, all of them new here."""
        rows = self._connection.execute(
            "SELECT id, stage FROM case_index WHERE id IN (SELECT value FROM json_each(?))",
            (as_json([op.case_id for op in ops]),),
        )
        stages = dict(rows.fetchall())
        return {op.case_id for op in ops if may_move(stages.get(op.case_id, CLOSED), op.kind)}

    def is_empty(self) -> bool:
        """Say whether there is no case yet."""
        return number(self._connection, "SELECT EXISTS (SELECT 1 FROM case_index)") == 0

    def put_off_orders(self) -> None:
        """Do without the trees of sorted cases and words until `set_orders`; for a first reading.

        Meanwhile every list and search looks at each case. To write these trees once takes a third
        of writing them case by case.
        """
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, 'put off')", (PUT_OFF,))
        for name in ORDERS:
            self._connection.execute(f"DROP INDEX IF EXISTS {name}")

    def lacks_orders(self) -> bool:
        """Say whether trees are put off."""
        return lacks_orders(self._connection)

    def set_orders(self) -> None:
        """Write the trees that were put off; in a transaction."""
        self._connection.execute("DELETE FROM case_term")
        for first in range(
            1, number(self._connection, "SELECT max(n) FROM case_index") + 1, SORTED_AT_ONCE
        ):
            self._connection.execute(
                "INSERT INTO case_term SELECT w.value, c.n "
                "FROM case_index AS c, json_each(c.words) AS w "
                "WHERE c.n >= ? AND c.n < ? ORDER BY 1, 2",
                (first, first + SORTED_AT_ONCE),
            )
        for name, columns in ORDERS.items():
            self._connection.execute(f"CREATE INDEX IF NOT EXISTS {name} ON case_index ({columns})")
        self._connection.execute("DELETE FROM meta WHERE name = ?", (PUT_OFF,))

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
        execute("DELETE FROM meta WHERE name = ?", (COUNT,))
        execute("INSERT INTO case_address (case_address) VALUES ('delete-all')")
        self.put_off_orders()
        self.refresh(row[0] for row in execute("SELECT id FROM projected WHERE kind = 'case'"))
        self.set_orders()
        execute("INSERT OR REPLACE INTO meta VALUES ('index_form', ?)", (FORM,))

    def _standing(self, case_ids: Sequence[CaseId]) -> Entries:
        """Return the entries as they are written."""
        columns = ", ".join(("n", "words", *KEPT))
        rows = self._connection.execute(
            f"SELECT {columns} FROM case_index WHERE id IN ({_marks(case_ids)})", case_ids
        )
        found = {number: (IndexRow(*row), words) for number, words, *row in rows}
        return {n: Entry(row, words, compared(row.address)) for n, (row, words) in found.items()}

    def _reckoned(self, case_ids: Sequence[CaseId], numbers: dict[CaseId, int]) -> Entries:
        """Return the entries as they should be; a case without a number is given the next."""
        snapshot = Snapshot(self._projection.of_cases(case_ids))
        fresh = self._fresh()
        found: Entries = {}
        for case_id in case_ids:
            case = snapshot.case(case_id)
            if case is None:
                continue
            entry = entry_of(case, progress_of(snapshot, case))
            if entry is not None:
                found[numbers.get(case_id) or next(fresh)] = entry
        return found

    def _fresh(self) -> Iterator[int]:
        """Yield the numbers behind the last row's."""
        return count(number(self._connection, "SELECT max(n) FROM case_index") + 1)

    def _write(self, before: Entries, after: Entries) -> None:
        self._write_rows(before, after)
        self._write_addresses(before, after)
        self._write_terms(before, after)

    def _write_rows(self, before: Entries, after: Entries) -> None:
        gone = [(n,) for n in before if n not in after]
        new = [(n, e) for n, e in after.items() if before.get(n) != e]
        self._count_up(sum(n not in before for n, _ in new) - len(gone))
        columns = ("n", "words", *KEPT)
        self._connection.executemany("DELETE FROM case_index WHERE n = ?", gone)
        insert(
            self._connection,
            f"OR REPLACE INTO case_index ({', '.join(columns)})",
            [(n, e.words, *_kept(e.row)) for n, e in new],
        )

    def _count_up(self, more: int) -> None:
        if more:
            self._connection.execute(
                "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) "
                "DO UPDATE SET value = value + excluded.value",
                (COUNT, more),
            )

    def _write_addresses(self, before: Entries, after: Entries) -> None:
        self._connection.executemany(
            "INSERT INTO case_address (case_address, rowid, address) VALUES ('delete', ?, ?)",
            _addresses(before, but=after),
        )
        # In one statement: behind each that writes several rows, FTS5 writes what it has gathered.
        if came := _addresses(after, but=before):
            self._connection.execute(
                "INSERT INTO case_address (rowid, address) "
                "SELECT value ->> 0, value ->> 1 FROM json_each(?)",
                (as_json(came),),
            )

    def _write_terms(self, before: Entries, after: Entries) -> None:
        if self.lacks_orders():
            return
        old, new = _terms(before), _terms(after)
        # In the order of the table: that is how it is written fastest.
        self._connection.executemany(
            "DELETE FROM case_term WHERE term = ? AND n = ?", sorted(old - new)
        )
        self._connection.executemany("INSERT INTO case_term VALUES (?, ?)", sorted(new - old))


def lacks_orders(connection: Connection) -> bool:
    """Say whether lists and searches have to do without the trees."""
    row = connection.execute("SELECT 1 FROM meta WHERE name = ?", (PUT_OFF,)).fetchone()
    return row is not None


def number(connection: Connection, sql: str, values: Sequence[Any] = ()) -> int:
    """Return the one number that a statement asks for, 0 when there is none."""
    row = connection.execute(sql, values).fetchone()
    return int(row[0] or 0) if row else 0


def _kept(row: IndexRow) -> tuple[Any, ...]:
    return msgspec.structs.astuple(row)[: len(KEPT)]  # `pending` stands behind them


def _addresses(entries: Entries, *, but: Entries) -> list[tuple[int, str]]:
    """Return the addresses that do not stand in the others, by number."""
    return sorted(
        (number, entry.address)
        for number, entry in entries.items()
        if number not in but or but[number].address != entry.address
    )


def _terms(entries: Entries) -> set[tuple[str, int]]:
    return {(term, number) for number, entry in entries.items() for term in entry.terms}


def _marks(values: Sized) -> str:
    return ", ".join("?" * len(values))
