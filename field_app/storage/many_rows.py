"""Inserts many rows in few statements.

Row by row would ask for Python's lock twice for each, and whoever reckons the next page meanwhile,
or the window, has it for milliseconds at a time.
"""

from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any

from field_app.storage.cipher import Connection

PIECES = (512, 64, 8, 1)  # rows of one statement: few sizes, so that each is parsed once


def insert(
    connection: Connection, into: str, rows: Sequence[Sequence[Any]], otherwise: str = ""
) -> int:
    """Insert rows of one length and return how many went in.

    `into` is such as "INTO draft (name, body)", `otherwise` a clause behind the values.
    """
    inserted = start = 0
    for size in PIECES:
        while len(rows) - start >= size:
            some = rows[start : start + size]
            values = tuple(chain.from_iterable(some))
            statement = _statement(into, size, len(some[0]), otherwise)
            inserted += connection.execute(statement, values).rowcount
            start += size
    return inserted


@cache
def _statement(into: str, rows: int, columns: int, otherwise: str) -> str:
    one = f"({', '.join('?' * columns)})"
    return f"INSERT {into} VALUES {', '.join([one] * rows)} {otherwise}"
