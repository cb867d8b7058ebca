"""The instalments of a plan: as a table to read and as bars to see."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from field_app.ui.components.bar_chart import Bar, BarChart
from field_app.ui.components.surfaces import row
from field_app.ui.components.texts import badge
from field_app.ui.look import Look
from sync.domain.plan_terms import Instalment

COLUMNS = 7
FEES = 5
ROWS_SHOWN = 8
LABELS_SHOWN = 12
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ScheduleView(QWidget):
    """Table and bars of one schedule, one below the other or side by side."""

    def __init__(self, look: Look, *, beside: bool = False) -> None:
        super().__init__()
        self._look = look
        words = look.words
        whole = QHBoxLayout(self) if beside else QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(look.px(16) if beside else look.px(10))
        column = QVBoxLayout()
        whole.addLayout(column, 4)
        legend = row(
            look,
            badge(words("Principal"), "ok"),
            badge(words("Interest"), "warn"),
            badge(words("Fees"), "info"),
            badge(words("dashed: affordable"), "block"),
            None,
        )
        column.addLayout(legend)
        self.bars = BarChart(look)
        column.addWidget(self.bars)
        column.addStretch(1)
        self.table = QTableWidget(0, COLUMNS)
        self.table.setAccessibleName(words("Every instalment"))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        head = self.table.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setStretchLastSection(True)
        self.table.setHorizontalHeaderLabels(
            [
                words("No."),
                words("Due"),
                words("To pay"),
                words("Principal"),
                words("Interest"),
                words("Fees"),
                words("Principal left"),
            ]
        )
        whole.addWidget(self.table, 5)

    def show_schedule(self, schedule: Sequence[Instalment], affordable_fen: int | None) -> None:
        """Show these instalments; a line is drawn at what the customer can afford."""
        self._draw(schedule, affordable_fen)
        self.table.setRowCount(len(schedule))
        for line, one in enumerate(schedule):
            amounts = (
                one.total_fen,
                one.principal_fen,
                one.interest_fen,
                one.fees_fen,
                one.left_fen,
            )
            texts = (str(one.number), one.due.isoformat(), *map(self._look.words.amount, amounts))
            for place, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setTextAlignment(RIGHT)
                self.table.setItem(line, place, item)
        self.table.setColumnHidden(FEES, not any(one.fees_fen for one in schedule))
        height = self.table.verticalHeader().defaultSectionSize()
        head = self.table.horizontalHeader().sizeHint().height()
        self.table.setFixedHeight(height * min(ROWS_SHOWN, max(1, len(schedule))) + head + 4)

    def _draw(self, schedule: Sequence[Instalment], affordable_fen: int | None) -> None:
        words = self._look.words
        every = max(1, -(-len(schedule) // LABELS_SHOWN))
        largest = max((one.total_fen for one in schedule), default=0)
        description = words(
            "{n} instalments, the largest {amount}", n=len(schedule), amount=words.money(largest)
        )
        bars = [
            Bar(
                str(one.number) if (one.number - 1) % every == 0 else "",
                (
                    ("ok", one.principal_fen),
                    ("warn", one.interest_fen),
                    ("info", one.fees_fen),
                ),
            )
            for one in schedule
        ]
        self.bars.show_bars(bars, description, affordable_fen)
