"""What is to be seen and found at a laptop: words on the screen, cases of a kind, records."""

import re
from collections.abc import Callable

from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget

from field_app.operations import cases
from field_app.operations.cases import CaseFile, CaseQuery, CaseRow
from field_app.operations.desk import Desk
from sync.domain.ids import CaseId
from sync.domain.records import Record, Versioned
from tools.tour.seat import Seat

CODE = re.compile(r"\b[a-z_]+\.[a-z_]+\b")
EVERY = 1000


def words_on(window: QWidget) -> str:
    """Return every word that is to be seen on a window, one widget a line."""
    seen = []
    for kind in (QLabel, QAbstractButton, QLineEdit):
        seen += [w.text() for w in window.findChildren(kind) if w.isVisible()]
    return "\n".join(seen)


async def read[T](seat: Seat, reading: Callable[[Desk], T]) -> T:
    """Read from a laptop's desk, on its own thread."""
    assert seat.program.runner is not None
    return await seat.program.runner.run(reading)


async def rows_at(seat: Seat, step: str) -> list[CaseRow]:
    """Return the person's cases whose next step this is."""
    page = await read(seat, lambda desk: cases.page(desk, CaseQuery(), None, EVERY))
    return [row for row in page.rows if row.next_step == step]


async def file_of(seat: Seat, case_id: CaseId) -> CaseFile:
    """Return a case's file."""
    found = await read(seat, lambda desk: cases.open_file(desk, case_id))
    assert found is not None
    return found


async def records[R: Record](seat: Seat, kind: type[R]) -> list[Versioned[R]]:
    """Return every record of a kind as the screens see it."""
    return await read(seat, lambda desk: list(desk.store.projection.every(kind)))


def in_language(text: str, language: str) -> bool:
    """Say whether these are a person's words in this language, and no code."""
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in text)
    return bool(text.strip()) and chinese == language.startswith("zh") and not CODE.search(text)
