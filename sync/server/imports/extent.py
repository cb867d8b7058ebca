"""How far the cells of a workbook reach, seen in its XML before any reader lays them out.

Readers lay a sheet out as one rectangle: a few bytes with two far cells would take all memory.
"""

import re
import zipfile
from collections.abc import Iterator

AT_ONCE = 1 << 20
TAG = re.compile(rb"<(?:\w+:)?(row|c)\b([^<>]*)>")
PLACE = re.compile(rb"\br\s*=\s*[\"']([A-Z]{0,3})(\d{1,7})[\"']")


def furthest(archive: zipfile.ZipFile) -> tuple[int, int]:
    """Return the last row and the last column that hold a value on any sheet, counting from 1.

    Raises zipfile.BadZipFile for what is no packed XML.
    """
    last_row = last_column = 0
    for entry in archive.infolist():
        if entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml"):
            for row, column in _places(archive, entry):
                last_row, last_column = max(last_row, row), max(last_column, column)
    return last_row, last_column


def _places(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[tuple[int, int]]:
    """Yield row and column of each cell that is not empty."""
    row = column = 0
    for tag in _tags(archive, entry):
        found = PLACE.search(tag[2])
        if tag[1] == b"row":
            row, column = int(found[2]) if found else row + 1, 0
            continue
        row, column = (int(found[2]), number_of(found[1])) if found else (row, column + 1)
        if not tag[2].endswith(b"/"):  # a cell that is only coloured has no content
            yield row, column


def _tags(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[re.Match[bytes]]:
    rest = b""
    with archive.open(entry) as file:
        while part := file.read(AT_ONCE):
            text = rest + part
            whole = text.rfind(b">") + 1
            yield from TAG.finditer(text[:whole])
            rest = text[whole:]
            if len(rest) > AT_ONCE:
                raise zipfile.BadZipFile("a tag without an end")


def number_of(letters: bytes) -> int:
    """Return a column's number counting from 1: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
