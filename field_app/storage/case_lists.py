"""What screens read of the cases: pages of lists, counts, searches, areas."""

from collections.abc import Sequence
from typing import Any

from field_app.storage import case_search
from field_app.storage.case_entries import KEPT
from field_app.storage.case_entries import IndexRow as IndexRow
from field_app.storage.case_index import COUNT, lacks_orders, number
from field_app.storage.case_search import SORTS, Part, Sought
from field_app.storage.case_search import Wanted as Wanted
from field_app.storage.cipher import Connection
from field_app.storage.search_terms import normal

PENDING = "EXISTS (SELECT 1 FROM overlay WHERE overlay.case_id = case_index.id)"
SHOWN = ", ".join((*KEPT, PENDING))  # the columns of an `IndexRow`


class CaseLists:
    """Reads the index of cases; writes nothing but what it remembers of a search, in memory."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        connection.execute(case_search.ADDRESS_WORDS)
        connection.execute(case_search.FOUND)

    def look(
        self, wanted: Wanted, after: tuple[Any, str] | None, limit: int
    ) -> tuple[list[IndexRow], int]:
        """Return `page` and `count` of a list, for what both have to find out only once."""
        what = self._sought(wanted)
        if case_search.filters(wanted):
            return self._page(wanted, what, None, after, limit), self._count(wanted, what)
        if what is not None and not what.address and not lacks_orders(self._connection):
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
        if lacks_orders(self._connection):
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
            return number(self._connection, "SELECT value FROM meta WHERE name = ?", (COUNT,))
        if what is not None and not parts:
            return self._found(what)
        if what is not None:
            lacks = lacks_orders(self._connection)
            asked = case_search.row_condition if lacks else case_search.looked_up
            parts.append(asked(what))
        where, values = case_search.where(parts)
        return number(self._connection, f"SELECT count(*) FROM case_index {where}", values)

    def _found(self, what: Sought) -> int:
        """Return how many rows a text finds."""
        return self._rows_of(
            case_search.each_once(what, sorted_words=not lacks_orders(self._connection))
        )

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
        return number(
            self._connection, f"SELECT count(*) FROM ({asked.sql} LIMIT {most})", asked.values
        )

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
        if lacks_orders(self._connection) or not what.address:
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


def key_of(row: IndexRow, sort: str) -> tuple[Any, str]:
    """Return the key that continues a page behind this row."""
    return getattr(row, SORTS[sort]), row.id


def _order(wanted: Wanted) -> str:
    column, direction = SORTS[wanted.sort], "DESC" if wanted.descending else "ASC"
    return f"ORDER BY {column} {direction}, id {direction}"
