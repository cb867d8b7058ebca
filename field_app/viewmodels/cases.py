"""The list of cases: a table model that reads further as one scrolls, and its search."""

from typing import Any

import msgspec
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from field_app.background.runner import Runner
from field_app.background.tasks import Tasks
from field_app.i18n.words import Words
from field_app.operations import cases
from field_app.operations.cases import CasePage, CaseQuery, CaseRow
from field_app.operations.submit import Changes
from field_app.viewmodels.reloading import Reloading
from sync.domain.ids import CaseId

PAGE = 100
type Index = QModelIndex | QPersistentModelIndex

COLUMNS = ("name", "case_no", "area", "stage", "days", "amount", "next", "officer", "marks")
SORTS = {"name": "name", "area": "area", "days": "days", "amount": "amount", "next": "next"}
RIGHT = ("days", "amount")
TO_THE_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
# Plain numbers: comparing with Qt's enumerations takes longer than everything else in `data`.
DISPLAY = int(Qt.ItemDataRole.DisplayRole)
ALIGNMENT = int(Qt.ItemDataRole.TextAlignmentRole)
SPOKEN = int(Qt.ItemDataRole.AccessibleTextRole)


class CasesModel(QAbstractTableModel):
    """Rows as far as they have been read."""

    def __init__(self, words: Words, zone: str) -> None:
        super().__init__()
        self._words = words
        self._zone = zone
        self.rows: list[CaseRow] = []
        self._texts: dict[int, tuple[str, ...]] = {}

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return how many rows have been read."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text; the screen reader hears the column's name with it.

        A view asks ten roles of every cell it paints: each answer is one look into something made.
        """
        if role == DISPLAY:
            return self._texts_of(index.row())[index.column()] if index.isValid() else None
        if role == ALIGNMENT:
            return TO_THE_RIGHT if COLUMNS[index.column()] in RIGHT else None
        if role == SPOKEN and index.isValid():
            text = self._texts_of(index.row())[index.column()]
            return f"{self.title(COLUMNS[index.column()])}: {text}"
        return None

    def _texts_of(self, number: int) -> tuple[str, ...]:
        """Return the texts of a row, made when it is first seen."""
        found = self._texts.get(number)
        if found is None:
            row = self.rows[number]
            found = self._texts[number] = tuple(self._text(row, column) for column in COLUMNS)
        return found

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's title."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.title(COLUMNS[section])
        if role == ALIGNMENT and COLUMNS[section] in RIGHT:
            return TO_THE_RIGHT
        return None

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

    def begin(self, rows: tuple[CaseRow, ...]) -> None:
        """Show a new list."""
        self.beginResetModel()
        self.rows = list(rows)
        self._texts.clear()
        self.endResetModel()

    def go_on(self, rows: tuple[CaseRow, ...]) -> None:
        """Show further rows below."""
        if rows:
            first = len(self.rows)
            self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
            self.rows += rows
            self.endInsertRows()


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
        page = await self._runner.run(lambda desk: cases.page(desk, query, None, far))
        self._shown = query
        self._take(page)
        self.model.begin(page.rows)
        self.loaded = True
        self.changed.emit()

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
            page = await self._runner.run(lambda desk: cases.page(desk, query, after, PAGE))
            if query == self.query and after == self._after:
                self._take(page)
                self.model.go_on(page.rows)
        finally:
            self._reading = False

    def case_at(self, row: int) -> CaseId | None:
        """Return the case of a row."""
        return self.model.rows[row].id if 0 <= row < len(self.model.rows) else None
