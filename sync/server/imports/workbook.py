"""Opens XLSX and CSV files within limits; what is wrong with a file is said by a code."""

import codecs
import csv
import io
import zipfile
import zlib
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import python_calamine

from sync.server.imports.extent import furthest

LARGEST_FILE = 50 * 1024 * 1024
LARGEST_UNPACKED = 500 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 500
DIGITS = 15  # what a spreadsheet keeps of a number
ENCRYPTED = 0x1  # the bit a packed file's entry has when it needs a password
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Office before 2007, and what a password wraps files in
WRAPPED = "EncryptedPackage".encode("utf-16-le")
MB = 1024 * 1024


class FileRefused(Exception):
    """The file as a whole cannot be read; `code` has words in `report`."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def read_rows(path: Path) -> list[list[str]]:
    """Return the file's rows as text, empty ones too, so that each is at its number; FileRefused.

    Titles are in the first row that is not empty; behind it there is at least one more.
    """
    size = path.stat().st_size
    if size == 0:
        raise FileRefused("import.empty_file")
    if size > LARGEST_FILE:
        raise FileRefused("import.too_large", most_mb=LARGEST_FILE // MB)
    with path.open("rb") as file:
        head = file.read(len(OLE))
    if head == OLE:
        raise FileRefused("import.password" if WRAPPED in path.read_bytes() else "import.old")
    rows = _xlsx(path) if head.startswith(b"PK") else _csv(path)
    if sum(1 for row in rows if any(row)) < 2:
        raise FileRefused("import.no_rows")
    if len(rows) > MOST_ROWS + 1:
        raise FileRefused("import.too_many_rows", most=MOST_ROWS)
    return rows


def _xlsx(path: Path) -> list[list[str]]:
    try:
        with zipfile.ZipFile(path) as archive:
            _look_over(archive)
        with path.open("rb") as file:
            book = python_calamine.CalamineWorkbook.from_filelike(file)
        sheet = book.get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=True)
    except (
        zipfile.BadZipFile,
        zlib.error,
        python_calamine.CalamineError,
        NotImplementedError,  # a way of packing that nobody uses for workbooks
        EOFError,
    ) as error:
        raise FileRefused("import.damaged") from error
    above = sheet.start[0] if sheet.start else 0
    return [[]] * above + [[_text(cell) for cell in row] for row in rows]


def _look_over(archive: zipfile.ZipFile) -> None:
    """Refuse what must not be unpacked or laid out; the reader refuses entries that lie."""
    entries = archive.infolist()
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise FileRefused("import.password")
    if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
        raise FileRefused("import.too_large", most_mb=LARGEST_UNPACKED // MB)
    if "xl/workbook.xml" not in archive.namelist():
        raise FileRefused("import.damaged")
    last_row, last_column = furthest(archive)
    if last_row > MOST_ROWS + 1:
        raise FileRefused("import.too_many_rows", most=MOST_ROWS)
    if last_column > MOST_COLUMNS:
        raise FileRefused("import.too_many_columns", most=MOST_COLUMNS)


def _csv(path: Path) -> list[list[str]]:
    text = _decoded(path.read_bytes())
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = [[cell.strip() for cell in row] for row in islice(lines, MOST_ROWS + 2)]
    except csv.Error as error:
        raise FileRefused("import.damaged") from error
    if not text.endswith(("\n", "\r")) and rows and len(rows[-1]) < max(map(len, rows)):
        raise FileRefused("import.cut_off")
    return rows


def _decoded(data: bytes) -> str:
    """Return the text of UTF-8 or GB18030; a mark at the start says that it is UTF-8 or neither."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise FileRefused("import.unknown_encoding")
    if b"\0" in data:
        raise FileRefused("import.damaged")
    marked = data.startswith(codecs.BOM_UTF8)
    for encoding in ("utf-8-sig",) if marked else ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileRefused("import.unknown_encoding")


def _text(cell: Any) -> str:
    if isinstance(cell, float):
        return f"{cell:.{DIGITS}g}"
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    return str(cell).strip()
