"""A laptop's records as documents of other programs: one JSON object a line, with an `_id`.

Either each record is a document, as ours are synced one by one, or each case with all that belongs
to it is one: fewer and larger documents, of which a single act changes a whole one.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import msgspec

from bench.sync_limit import Row

CASE = 3  # where a row names its case


class Document(msgspec.Struct, frozen=True):
    """What a peer keeps; `records` as they are here, byte by byte."""

    _id: str
    case_id: str
    records: list[msgspec.Raw]


def of_records(rows: Sequence[Row]) -> Iterable[Document]:
    """Yield each record as a document of its own."""
    for kind, record_id, _, case_id, body in rows:
        yield Document(f"{kind}-{record_id}", case_id, [msgspec.Raw(body)])


def of_cases(rows: Sequence[Row]) -> Iterable[Document]:
    """Yield each case with what belongs to it as one document, whatever has no case by itself."""
    for case_id, found in groupby(sorted(rows, key=itemgetter(CASE)), key=itemgetter(CASE)):
        told = list(found)
        if case_id:
            yield Document(f"case-{case_id}", case_id, [msgspec.Raw(body) for *_, body in told])
        else:
            yield from of_records(told)


def write(documents: Iterable[Document], path: Path) -> Path:
    """Write the file that a peer reads."""
    path.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in documents))
    return path
