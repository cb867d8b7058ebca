"""The list of cases: a table model that grows as one scrolls, and its search."""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel

from field_app.background.runner import Runner
from field_app.background.tasks import Tasks
from field_app.i18n.words import Words
from field_app.operations import cases
from field_app.operations.cases import CasePage, CaseQuery, CaseRow
from field_app.operations.desk import Desk
from field_app.operations.submit import Changes
from field_app.viewmodels.reloading import Reloading
from sync.domain.ids import CaseId

PAGE = 100
type Cells = list[QStandardItem]  # a row's, in the order of the columns

COLUMNS = ("name", "case_no", "area", "stage", "days", "amount", "next", "officer", "marks")
SORTS = {"name": "name", "area": "area", "days": "days", "amount": "amount", "next": "next"}
RIGHT = ("days", "amount")
TO_THE_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
READ_ONLY = (Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable).value
FLAGS = Qt.ItemDataRole.UserRole - 1  # where a standard item keeps them
ALIGNMENT = int(Qt.ItemDataRole.TextAlignmentRole)
SPOKEN = int(Qt.ItemDataRole.AccessibleTextRole)


class FreshList(NamedTuple):
    """A list that takes the place of the one shown; `cells` are those of its rows from `head`."""

    instead_of: tuple[CaseRow, ...]
    rows: tuple[CaseRow, ...]
    head: int
    cells: list[Cells]


class CasesModel(QStandardItemModel):
    """Rows as far as they have been read.

    A view asks ten roles of every cell it paints. The cells are therefore Qt's own items, made when
    a row comes: painting needs no Python, and so waits for no other thread that runs Python.
    """

    def __init__(self, words: Words, zone: str) -> None:
        super().__init__(0, len(COLUMNS))
        self._words = words
        self._zone = zone
        self.rows: tuple[CaseRow, ...] = ()
        self._titles = [self.title(column) for column in COLUMNS]
        for number, column in enumerate(COLUMNS):
            head = QStandardItem(self._titles[number])
            if column in RIGHT:
                head.setData(TO_THE_RIGHT, ALIGNMENT)
            self.setHorizontalHeaderItem(number, head)

    def cells_of(self, row: CaseRow) -> Cells:
        """Return the cells of a row, made on any thread; a reader speaks the title with each."""
        parts = zip(COLUMNS, self._titles, strict=True)
        return [self._cell(self._text(row, column), column, title) for column, title in parts]

    def _cell(self, text: str, column: str, title: str) -> QStandardItem:
        cell = QStandardItem(text)
        cell.setData(READ_ONLY, FLAGS)
        cell.setData(f"{title}: {text}", SPOKEN)
        if column in RIGHT:
            cell.setData(TO_THE_RIGHT, ALIGNMENT)
        return cell

    def title(self, column: str) -> str:
        """Return the title of a column."""
        titles = {
            "name": self._words("Name"),
            "case_no": self._words("Case number"),
            "area": self._words("Area"),
            "stage": self._words("Stage"),
            "days": self._words("Days overdue"),
            "amount": self._words("Amount"),
            "next": self._words("Next step"),
            "officer": self._words("Officers"),
            "marks": self._words("Marks"),
        }
        return titles[column]

    def _text(self, row: CaseRow, column: str) -> str:
        words = self._words
        match column:
            case "stage":
                return words.code(f"stage.{row.stage}")
            case "days":
                return str(row.days_overdue)
            case "amount":
                return words.money(row.total_fen)
            case "next":
                when = f" · {words.moment(row.next_at, self._zone)}" if row.next_at else ""
                return words.code(f"step.{row.next_step}") + when
            case "officer":
                return "、".join(n for n in (row.officer_name, row.second_name) if n)
            case "marks":
                return self._marks(row)
            case _:
                return str(getattr(row, column))

    def _marks(self, row: CaseRow) -> str:
        marks = (
            (row.held, self._words("on hold")),
            (row.vulnerable, self._words("vulnerable")),
            (row.pending, self._words("to be sent")),
        )
        return " · ".join(text for there, text in marks if there)

    def list_of(self, rows: Sequence[CaseRow]) -> FreshList:
        """Return a list made ready to be shown; on any thread.

        Of the rows at its ends that are shown already, the cells are kept.
        """
        shown = self.rows
        head = _alike(shown, rows)
        tail = _alike(shown[head:][::-1], rows[head:][::-1])
        cells = [self.cells_of(row) for row in rows[head : len(rows) - tail]]
        return FreshList(shown, tuple(rows), head, cells)

    def begin(self, fresh: FreshList) -> None:
        """Show a new list."""
        if fresh.instead_of is not self.rows:  # rows were read on meanwhile
            fresh = self.list_of(fresh.rows)
        gone = len(self.rows) - len(fresh.rows) + len(fresh.cells)
        self.beginResetModel()
        was_blocked = self.blockSignals(True)
        # Through the root item: a call on the model lets go of Python's lock, and waits for it.
        root = self.invisibleRootItem()
        root.removeRows(fresh.head, gone)
        for number, cells in enumerate(fresh.cells, fresh.head):
            root.insertRow(number, cells)
        self.rows = fresh.rows
        self.blockSignals(was_blocked)
        self.endResetModel()

    def go_on(self, rows: Sequence[CaseRow], cells: Sequence[Cells]) -> None:
        """Show further rows below."""
        self.rows += tuple(rows)
        root = self.invisibleRootItem()
        for row in cells:
            root.appendRow(row)


def _alike(one: Sequence[CaseRow], other: Sequence[CaseRow]) -> int:
    """Return how many rows are the same from the beginning on."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


class CasesViewModel(QObject):
    """Search, filters and order. Signals: `changed()` after reading, `failed(object)`."""

    changed = Signal()

    def __init__(self, runner: Runner, words: Words) -> None:
        super().__init__()
        self._runner = runner
        self.model = CasesModel(words, runner.desk.zone)
        self.query = CaseQuery()
        self.total = 0
        self.areas: tuple[str, ...] = ()
        self.loaded = False
        self._after: tuple[Any, str] | None = None
        self._shown: CaseQuery | None = None
        self._reading = False
        self._tasks = Tasks()
        self.reloading = Reloading(self.load)
        runner.subscribe(self._on_changes)

    def _on_changes(self, _changes: Changes) -> None:
        self.reloading.ask()

    def search(self, **changes: Any) -> None:
        """Change the query by the fields of `CaseQuery`; the list is read soon after."""
        self.query = msgspec.structs.replace(self.query, **changes)
        self.reloading.ask()

    async def load(self) -> None:
        """Read the list from its beginning, as far as it has been read of the same query."""
        query = self.query
        far = max(PAGE, len(self.model.rows)) if query == self._shown else PAGE
        self.areas = await self._runner.run(cases.areas)
        page, fresh = await self._runner.run(lambda desk: self._fresh(desk, query, far))
        self._shown = query
        self._take(page)
        self.model.begin(fresh)
        await asyncio.sleep(0)  # a click may come between taking the cells and painting them
        self.loaded = True
        self.changed.emit()

    def _fresh(self, desk: Desk, query: CaseQuery, most: int) -> tuple[CasePage, FreshList]:
        """Return the first rows, and their cells made where the window does not wait for it."""
        page = cases.page(desk, query, None, most)
        return page, self.model.list_of(page.rows)

    def _take(self, page: CasePage) -> None:
        self.total = page.total
        self._after = page.after

    def read_on(self) -> None:
        """Read further rows when there are any; the view asks when it nears the end."""
        if self._after is not None and not self._reading:
            self._reading = True
            self._tasks.start(self._read_on())

    async def _read_on(self) -> None:
        query, after = self.query, self._after
        try:
            page, cells = await self._runner.run(lambda desk: self._further(desk, query, after))
            if query == self.query and after == self._after:
                self._take(page)
                self.model.go_on(page.rows, cells)
        finally:
            self._reading = False

    def _further(
        self, desk: Desk, query: CaseQuery, after: tuple[Any, str] | None
    ) -> tuple[CasePage, list[Cells]]:
        page = cases.page(desk, query, after, PAGE)
        return page, [self.model.cells_of(row) for row in page.rows]

    def case_at(self, row: int) -> CaseId | None:
        """Return the case of a row."""
        return self.model.rows[row].id if 0 <= row < len(self.model.rows) else None
