"""Opens XLSX and CSV files within limits; what is wrong with a file is said by a code."""

import csv
import io
import zipfile
from pathlib import Path

import python_calamine

LARGEST_FILE = 50 * 1024 * 1024
LARGEST_UNPACKED = 500 * 1024 * 1024
MOST_ROWS = 200_000
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # what Office wraps a password-protected file in


class FileRefused(Exception):
    """The file as a whole cannot be read; `code` has words in the catalogues."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def read_rows(path: Path) -> list[list[str]]:
    """Return the file's rows as text, the titles first; raises FileRefused."""
    size = path.stat().st_size
    if size == 0:
        raise FileRefused("import.empty_file")
    if size > LARGEST_FILE:
        raise FileRefused("import.too_large", most_mb=LARGEST_FILE // 1024 // 1024)
    with path.open("rb") as file:
        head = file.read(8)
    if head == OLE:
        raise FileRefused("import.password")
    rows = _xlsx(path) if head.startswith(b"PK") else _csv(path)
    if len(rows) < 2:
        raise FileRefused("import.no_rows")
    if len(rows) > MOST_ROWS + 1:
        raise FileRefused("import.too_many_rows", most=MOST_ROWS)
    return rows


def _xlsx(path: Path) -> list[list[str]]:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED:
                raise FileRefused("import.too_large", most_mb=LARGEST_UNPACKED // 1024 // 1024)
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        sheet = book.get_sheet_by_index(0).to_python(skip_empty_area=True)
    except FileRefused:
        raise
    except (zipfile.BadZipFile, python_calamine.CalamineError, OSError, EOFError) as error:
        raise FileRefused("import.damaged") from error
    return [[_text(cell) for cell in row] for row in sheet]


def _csv(path: Path) -> list[list[str]]:
    data = path.read_bytes()
    if b"\0" in data:
        raise FileRefused("import.damaged")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        try:
            return [[c.strip() for c in row] for row in csv.reader(io.StringIO(text), strict=True)]
        except csv.Error as error:
            raise FileRefused("import.damaged") from error
    raise FileRefused("import.unknown_encoding")


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
