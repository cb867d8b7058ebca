"""The table that lists and searches read: one row a case, kept with every change of its records."""

from collections.abc import Iterable, Iterator, Sequence, Sized
from itertools import count
from typing import Any

from field_app.storage import case_search
from field_app.storage.case_entries import CLOSED, KEPT, Entries, Entry, compared, entry_of
from field_app.storage.case_entries import IndexRow as IndexRow
from field_app.storage.case_search import SORTS, Part, Sought
from field_app.storage.case_search import Wanted as Wanted
from field_app.storage.cipher import Connection
from field_app.storage.many_rows import insert
from field_app.storage.projection import Projection
from field_app.storage.search_terms import as_json, normal
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

PENDING = "EXISTS (SELECT 1 FROM overlay WHERE overlay.case_id = case_index.id)"
SHOWN = ", ".join((*KEPT, PENDING))  # the columns of an `IndexRow`


class CaseIndex:
    """Writes with the projection, reads for the screens."""

    def __init__(self, connection: Connection, projection: Projection) -> None:
        self._connection = connection
        self._projection = projection
        connection.execute(case_search.ADDRESS_WORDS)
        connection.execute(case_search.FOUND)

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
        return self._number("SELECT count(*) FROM (SELECT 1 FROM case_index LIMIT 1)") == 0

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
        row = self._connection.execute("SELECT 1 FROM meta WHERE name = ?", (PUT_OFF,)).fetchone()
        return row is not None

    def set_orders(self) -> None:
        """Write the trees that were put off; in a transaction."""
        self._connection.execute("DELETE FROM case_term")
        for first in range(1, self._number("SELECT max(n) FROM case_index") + 1, SORTED_AT_ONCE):
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
        return count(self._number("SELECT max(n) FROM case_index") + 1)

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

    def look(
        self, wanted: Wanted, after: tuple[Any, str] | None, limit: int
    ) -> tuple[list[IndexRow], int]:
        """Return `page` and `count` of a list, for what both have to find out only once."""
        what = self._sought(wanted)
        if case_search.filters(wanted):
            return self._page(wanted, what, None, after, limit), self._count(wanted, what)
        if what is not None and not what.address and not self.lacks_orders():
            total, what = self._set_aside(what), what._replace(set_aside=True)
        else:
            total = self._count(wanted, what)
        return self._page(wanted, what, total, after, limit), total

    def page(self, wanted: Wanted, after: tuple[Any, str] | None, limit: int) -> list[IndexRow]:
        """Return up to `limit` rows behind the key `after`, which is (sort value, id)."""
        return self._page(wanted, self._sought(wanted), None, after, limit)

    def count(self, wanted: Wanted) -> int:
        """Return how many cases are wanted."""
        return self._count(wanted, self._sought(wanted))

    def _page(
        self,
        wanted: Wanted,
        what: Sought | None,
        found: int | None,
        after: tuple[Any, str] | None,
        limit: int,
    ) -> list[IndexRow]:
        """Return a page; hits are counted when it is not told how many the text has."""
        parts = case_search.filters(wanted)
        if after is not None:
            column, beyond = SORTS[wanted.sort], "<" if wanted.descending else ">"
            parts.append(Part(f"({column}, id) {beyond} (?, ?)", after))
        if what is None:
            return self._rows(wanted, parts, limit)
        if self.lacks_orders():
            return self._rows(wanted, [*parts, case_search.row_condition(what)], limit)
        found = self._hits(what) if found is None else found
        if found >= case_search.many(what):
            rows = self._walked(wanted, parts, case_search.row_condition(what), limit)
            if len(rows) == limit:
                return rows
        return self._rows(wanted, [*parts, case_search.condition(what, found)], limit)

    def _rows(self, wanted: Wanted, parts: Sequence[Part], limit: int) -> list[IndexRow]:
        where, values = case_search.where(parts)
        sql = f"SELECT {SHOWN} FROM case_index {where} {_order(wanted)} LIMIT ?"
        return [IndexRow(*row) for row in self._connection.execute(sql, (*values, limit))]

    def _walked(
        self, wanted: Wanted, parts: Sequence[Part], each: Part, limit: int
    ) -> list[IndexRow]:
        """Return those of the next `WALKED` rows that hold what is sought, up to `limit`."""
        where, values = case_search.where(parts)
        sql = (
            f"SELECT {SHOWN} FROM (SELECT n, words, {', '.join(KEPT)} "
            f"FROM case_index {where} {_order(wanted)} LIMIT {case_search.WALKED}) case_index "
            f"WHERE {each.sql} {_order(wanted)} LIMIT ?"
        )
        rows = self._connection.execute(sql, (*values, *each.values, limit))
        return [IndexRow(*row) for row in rows]

    def _count(self, wanted: Wanted, what: Sought | None) -> int:
        parts = case_search.filters(wanted)
        if what is None and not parts:
            return self._number("SELECT value FROM meta WHERE name = ?", (COUNT,))
        if what is not None and not parts:
            return self._found(what)
        if what is not None:
            lacks = self.lacks_orders()
            asked = case_search.row_condition if lacks else case_search.looked_up
            parts.append(asked(what))
        where, values = case_search.where(parts)
        return self._number(f"SELECT count(*) FROM case_index {where}", values)

    def _found(self, what: Sought) -> int:
        """Return how many rows a text finds."""
        return self._rows_of(case_search.each_once(what, sorted_words=not self.lacks_orders()))

    def _set_aside(self, what: Sought) -> int:
        """Keep the rows a text finds, in memory, and return how many they are.

        By their words: these come in no order, and most of the work is to know those again that
        come twice. Those of the addresses are faster found a second time.
        """
        words, values = case_search.words_begun(what)
        self._connection.execute("DELETE FROM temp.case_found")
        insert = f"INSERT OR IGNORE INTO temp.case_found {words}"
        return self._connection.execute(insert, values).rowcount

    def _rows_of(self, asked: Part, most: int = -1) -> int:
        """Return how many rows a statement has, counted up to `most`."""
        return self._number(f"SELECT count(*) FROM ({asked.sql} LIMIT {most})", asked.values)

    def areas(self) -> tuple[str, ...]:
        """Return the areas there are, sorted; each is one step along the index of areas."""
        rows = self._connection.execute(
            "WITH RECURSIVE known (area) AS (SELECT min(area) FROM case_index UNION ALL "
            "SELECT (SELECT min(c.area) FROM case_index c WHERE c.area > known.area) FROM known "
            "WHERE known.area IS NOT NULL) SELECT area FROM known WHERE area IS NOT NULL"
        )
        return tuple(row[0] for row in rows)

    def _sought(self, wanted: Wanted) -> Sought | None:
        """Return what to look for; what finds nothing is not looked up a second time."""
        text = normal(wanted.text)
        if not text:
            return None
        what = case_search.sought(text, self._begun)
        if self.lacks_orders() or not what.address:
            return what
        words = self._rows_of(case_search.words_begun(what), 1) > 0
        found = self._rows_of(case_search.addresses(what), 1) > 0
        return Sought(text, what.address if found else "", words)

    def _begun(self, first: str, last: str) -> list[str]:
        """Return the trigrams of addresses between two texts."""
        return [row[0] for row in self._connection.execute(case_search.BEGUN, (first, last))]

    def _hits(self, what: Sought) -> int:
        """Return how often a text is found, counted no further than it matters."""
        return self._rows_of(case_search.hits(what), case_search.many(what))

    def _number(self, sql: str, values: Sequence[Any] = ()) -> int:
        row = self._connection.execute(sql, values).fetchone()
        return int(row[0] or 0) if row else 0


def key_of(row: IndexRow, sort: str) -> tuple[Any, str]:
    """Return the key that continues a page behind this row."""
    return getattr(row, SORTS[sort]), row.id


def _kept(row: IndexRow) -> list[Any]:
    return [getattr(row, name) for name in KEPT]


def _order(wanted: Wanted) -> str:
    column, direction = SORTS[wanted.sort], "DESC" if wanted.descending else "ASC"
    return f"ORDER BY {column} {direction}, id {direction}"


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
