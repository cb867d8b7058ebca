"""The list of cases: search as one types, filters, order by a click on a column."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QHeaderView, QLineEdit, QTableView

from field_app.ui.components.choices import combo
from field_app.ui.components.page import Page
from field_app.ui.components.surfaces import row
from field_app.ui.components.texts import label
from field_app.ui.look import Look
from field_app.ui.navigation import Navigator
from field_app.viewmodels.cases import COLUMNS, SORTS, CasesViewModel

STAGES = ("reminder", "phone", "visit", "hold", "plan", "closed")
WIDTHS = {
    "name": 90, "case_no": 130, "area": 90, "stage": 80, "days": 110,
    "amount": 120, "next": 230, "officer": 130, "marks": 110,
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
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(look.px(34))
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setMinimumHeight(look.px(32))
    for number, column in enumerate(COLUMNS):
        table.setColumnWidth(number, max(look.px(WIDTHS[column]), _widest(look, table, number)))
    header.setSectionResizeMode(COLUMNS.index("next"), QHeaderView.ResizeMode.Stretch)
    bar = table.verticalScrollBar()
    bar.valueChanged.connect(
        lambda value: view.read_on() if value > bar.maximum() - 10 * look.px(34) else None
    )
    return table


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

    def __init__(self, look: Look, view: CasesViewModel, go: Navigator) -> None:
        super().__init__(look, look.words("Cases"), scrolls=False)
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
        self.count = label("", "muted", wrap=False)
        self.body.addLayout(row(look, self.search, self.stage, self.area))
        self.table = case_table(look, view)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.doubleClicked.connect(self._open)
        self.table.installEventFilter(self)
        self.table.horizontalHeader().sectionClicked.connect(self._sort)
        self.none = label(words("No case matches. Change the search or the filters."), "muted")
        self.none.hide()
        self.body.addWidget(self.none)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.count)
        view.changed.connect(self._show)
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
        if sort is None:
            return
        again = self._view.query.sort == sort
        self._descending = not self._descending if again else sort in ("days", "amount")
        down = Qt.SortOrder.DescendingOrder if self._descending else Qt.SortOrder.AscendingOrder
        header = self.table.horizontalHeader()
        header.setSortIndicatorShown(True)
        header.setSortIndicator(section, down)
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
