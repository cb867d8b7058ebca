"""Two weeks of hours: what is lawful, what is taken; arrows move, Enter takes."""

from datetime import date, time

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from field_app.ui.components.texts import tip
from field_app.ui.look import Look
from field_app.viewmodels.appointment import DayMark
from sync.domain.time import local

FIRST_HOUR, LAST_HOUR = 8, 20


class WeekGrid(QTableWidget):
    """Days as columns, hours as rows. Signal: `picked(date, time)`."""

    picked = Signal(object, object)

    def __init__(self, look: Look) -> None:
        super().__init__(LAST_HOUR - FIRST_HOUR + 1, 0)
        self._look = look
        self._days: list[date] = []
        self.setAccessibleName(look.words("Calendar of lawful hours"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setVerticalHeaderLabels([f"{h}:00" for h in range(FIRST_HOUR, LAST_HOUR + 1)])
        self.verticalHeader().setDefaultSectionSize(look.px(26))
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setProperty("kind", "days")
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalScrollBar().rangeChanged.connect(lambda _least, _most: self._fit())
        self.cellClicked.connect(self._pick)
        self.cellActivated.connect(self._pick)

    def show_days(self, marks: tuple[DayMark, ...], zone: str) -> None:
        """Show these days."""
        self._days = [m.day for m in marks]
        self.setColumnCount(len(marks))
        words = self._look.words
        widest = 0
        for column, mark in enumerate(marks):
            head = f"{mark.day.day}\n{words.weekday(mark.day)}"
            if mark.rest_day:
                head += "\n" + words("off")
            elif mark.unknown_year:
                head += "\n?"
            item = QTableWidgetItem(head)
            item.setTextAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
            self.setHorizontalHeaderItem(column, item)
            widest = max(widest, *map(self.fontMetrics().horizontalAdvance, head.split("\n")))
            taken = {local(w.start, zone).hour: w for w in mark.own}
            for hour in range(FIRST_HOUR, LAST_HOUR + 1):
                own = taken.get(hour)
                text = words("taken") if own else ""
                self.setItem(hour - FIRST_HOUR, column, self._cell(mark, hour, text))

        # Narrower than its words a day could not be read: then the grid scrolls sideways.
        self.horizontalHeader().setMinimumSectionSize(widest + self._look.px(4))
        self._fit()

    def _fit(self) -> None:
        """Be as high as every hour, and the bar where the days do not fit side by side."""
        rows = self.verticalHeader().defaultSectionSize() * self.rowCount()
        bar = self.horizontalScrollBar()
        below = bar.sizeHint().height() if bar.maximum() else 0
        self.setFixedHeight(rows + self.horizontalHeader().sizeHint().height() + below + 2)

    def _cell(self, mark: DayMark, hour: int, text: str) -> QTableWidgetItem:
        words, tokens = self._look.words, self._look.tokens
        lawful = hour in mark.lawful_hours
        item = QTableWidgetItem(text)
        item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
        colour = "warn_soft" if text else "accent_soft" if lawful else "page"
        item.setBackground(QBrush(QColor(tokens[colour])))
        state = text or (words("lawful") if lawful else words("not lawful"))
        item.setData(
            Qt.ItemDataRole.AccessibleTextRole, f"{words.day(mark.day)} {hour}:00: {state}"
        )
        item.setToolTip(tip(state))
        return item

    def _pick(self, row: int, column: int) -> None:
        if column < len(self._days):
            self.picked.emit(self._days[column], time(FIRST_HOUR + row))
