"""The list of cases: search as one types, filters, order by a click on a column."""

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QLineEdit, QTableView, QWidget

from field_app.ui.components.choices import combo
from field_app.ui.components.flow import COLUMNS_LEAST, Beside, Flow
from field_app.ui.components.page import Page
from field_app.ui.components.surfaces import EmptyState
from field_app.ui.components.texts import label
from field_app.ui.look import Look
from field_app.ui.navigation import Navigator
from field_app.viewmodels.cases import COLUMNS, SORTS, CasesViewModel
from sync.domain.ids import CaseId

STAGES = ("reminder", "phone", "visit", "hold", "plan", "closed")
TABLE_LEAST = 220
ROWS_AHEAD = 50
WIDTHS = {
    "name": 80, "case_no": 115, "area": 85, "stage": 80, "days": 100,
    "amount": 110, "next": 195, "officer": 105, "marks": 90,
}  # fmt: skip


def case_table(look: Look, view: CasesViewModel) -> QTableView:
    """Return a table over the cases that reads on when it nears its end."""
    table = QTableView()
    table.setModel(view.model)
    table.setAccessibleName(look.words("Cases"))
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setShowGrid(False)
    table.setAlternatingRowColors(True)
    table.setTabKeyNavigation(False)
    table.setMinimumHeight(look.px(TABLE_LEAST))
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(look.px(34))
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setMinimumHeight(look.px(32))
    for number, column in enumerate(COLUMNS):
        table.setColumnWidth(number, max(look.px(WIDTHS[column]), _widest(look, table, number)))
    header.setStretchLastSection(True)
    Place(table, view)
    return table


class Place(QObject):
    """Where a person is in a list: reads on near its end, and keeps the place in a new reading."""

    def __init__(self, table: QTableView, view: CasesViewModel) -> None:
        super().__init__(table)  # and so hears of nothing more once the table has gone
        self._table = table
        self._view = view
        self._chosen: set[CaseId | None] = set()
        self._current: CaseId | None = None
        self._at = 0
        table.verticalScrollBar().valueChanged.connect(self.read_on)
        view.model.modelAboutToBeReset.connect(self.remember)
        view.model.modelReset.connect(self.go_back)

    def read_on(self, row: int) -> None:
        """Read further rows before the last is reached."""
        if row > self._table.verticalScrollBar().maximum() - ROWS_AHEAD:
            self._view.read_on()

    def remember(self) -> None:
        """Note where the person is."""
        table, view = self._table, self._view
        self._chosen = {view.case_at(i.row()) for i in table.selectionModel().selectedRows()}
        self._current = view.case_at(table.currentIndex().row())
        self._at = table.verticalScrollBar().value()

    def go_back(self) -> None:
        """Choose the same cases, as far as they are still in the list."""
        flag, picked = QItemSelectionModel.SelectionFlag, self._table.selectionModel()
        for number, row in enumerate(self._view.model.rows):
            index = self._view.model.index(number, 0)
            if row.id in self._chosen:
                picked.select(index, flag.Select | flag.Rows)
            if row.id == self._current:
                picked.setCurrentIndex(index, flag.NoUpdate)
                self._table.verticalScrollBar().setValue(self._at)
                self._table.scrollTo(index)


def _widest(look: Look, table: QTableView, number: int) -> int:
    """Return the width that a column's title, and every stage in the stage's, need in pixels."""
    needed = table.horizontalHeader().sectionSizeHint(number)
    if COLUMNS[number] != "stage":
        return needed
    stages = (look.words.code(f"stage.{stage}") for stage in STAGES)
    words = max(table.fontMetrics().horizontalAdvance(text) for text in stages)
    return max(needed, words + look.px(24))


class CasesScreen(Page):
    """Cases with search and filters."""

    def __init__(self, home: QWidget, look: Look, view: CasesViewModel, go: Navigator) -> None:
        super().__init__(home, look, look.words("Cases"))
        self._view = view
        self._go = go
        self._descending = True
        words = look.words
        self.search = QLineEdit()
        self.search.setPlaceholderText(
            words("Name, pinyin initials, case number, address, phone tail")
        )
        self.search.setAccessibleName(words("Search cases"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda text: view.search(text=text.strip()))
        self.search.installEventFilter(self)
        stages = [("", words("Every stage"))] + [(s, words.code(f"stage.{s}")) for s in STAGES]
        self.stage = combo(stages, words("Stage"))
        self.stage.currentIndexChanged.connect(
            lambda _i: view.search(stage=self.stage.currentData() or None)
        )
        self.area = combo([("", words("Every area"))], words("Area"))
        self.area.currentIndexChanged.connect(
            lambda _i: view.search(area=self.area.currentData() or None)
        )
        orders = [(s, words("Order: {column}", column=view.model.title(s))) for s in SORTS]
        self.order = combo(orders, words("Order"), view.query.sort)
        self.order.activated.connect(lambda _i: self._order(self.order.currentData()))
        self.count = label("", "muted", wrap=False)
        choices = Flow(look)
        for box in (self.stage, self.area, self.order):
            choices.addWidget(box)
        line = Beside(look, COLUMNS_LEAST, 8)
        line.add(self.search, 1)
        line.add(choices)
        self.body.addWidget(line)
        self.table = case_table(look, view)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.doubleClicked.connect(self._open)
        self.table.installEventFilter(self)
        self.table.horizontalHeader().sectionClicked.connect(self._sort)
        hint = words("Change the search or the filters.")
        self.none = EmptyState(look, words("No case matches"), hint, "search")
        self.none.hide()
        self.body.addWidget(self.none, 1)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.count)
        self.follow(view.changed, self._show)
        self.show_loading()

    def enter(self) -> None:
        """Read the list and be ready to type."""
        self.start(self._view.load())
        self.search.setFocus()

    def _show(self) -> None:
        words = self.words
        self.count.setText(words("{n} cases · Enter opens · Ctrl+F searches", n=self._view.total))
        self._fill_areas(self.area)
        unfiltered = not (self._view.query.text or self._view.query.stage or self._view.query.area)
        if not self._view.total and unfiltered:
            hint = words("Your lead assigns cases; they come with the next sync.")
            self.show_empty(words("No cases yet"), hint, "cases")
            return
        self.none.setVisible(not self._view.total)
        self.table.setVisible(bool(self._view.total))
        self.show_content()
        if self._view.model.rows and not self.table.currentIndex().isValid():
            self.table.selectRow(0)

    def _fill_areas(self, box: QComboBox) -> None:
        known = {box.itemData(i) for i in range(box.count())}
        for area in self._view.areas:
            if area not in known:
                box.addItem(area, area)

    def _sort(self, section: int) -> None:
        sort = SORTS.get(COLUMNS[section])
        if sort is not None:
            self._order(sort)

    def _order(self, sort: str) -> None:
        """Order by a column; the same again turns the order round."""
        again = self._view.query.sort == sort
        self._descending = not self._descending if again else sort in ("days", "amount")
        down = Qt.SortOrder.DescendingOrder if self._descending else Qt.SortOrder.AscendingOrder
        header = self.table.horizontalHeader()
        header.setSortIndicatorShown(True)
        header.setSortIndicator(COLUMNS.index(sort), down)
        self.order.setCurrentIndex(self.order.findData(sort))
        self._view.search(sort=sort, descending=self._descending)

    def _open(self, index: QModelIndex) -> None:
        case_id = self._view.case_at(index.row())
        if case_id is not None:
            self._go.open_case(case_id)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Enter open and the arrows leave the search field for the table."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._open(self.table.currentIndex())
                return True
            if watched is self.search and event.key() == Qt.Key.Key_Down:
                self.table.setFocus()
                return True
        return super().eventFilter(watched, event)
