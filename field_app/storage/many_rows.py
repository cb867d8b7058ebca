"""Inserts many rows in few statements.

Each statement asks for Python's lock twice, and whoever reckons the next page meanwhile, or the
window, has it for milliseconds at a time: row by row, a page took twice as long.
"""

from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any

from field_app.storage.cipher import Connection

# Rows of one statement: few sizes, so that each is parsed once.
PIECES = (1024, 512, 256, 64, 16, 4, 1)
MOST_VALUES = 32_766  # of one statement, as SQLite is built where nobody asked for more


def insert(
    connection: Connection, into: str, rows: Sequence[Sequence[Any]], otherwise: str = ""
) -> int:
    """Insert rows of one length and return how many went in.

    `into` is such as "INTO draft (name, body)", `otherwise` a clause behind the values.
    """
    inserted = start = 0
    columns = len(rows[0]) if rows else 1
    for size in PIECES:
        while size * columns <= MOST_VALUES and len(rows) - start >= size:
            values = tuple(chain.from_iterable(rows[start : start + size]))
            statement = _statement(into, size, columns, otherwise)
            inserted += connection.execute(statement, values).rowcount
            start += size
    return inserted


@cache
def _statement(into: str, rows: int, columns: int, otherwise: str) -> str:
    one = f"({', '.join('?' * columns)})"
    return f"INSERT {into} VALUES {', '.join([one] * rows)} {otherwise}"
