"""The instalments of a plan: as a table to read and as bars to see."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from field_app.ui.components.bar_chart import Bar, BarChart
from field_app.ui.components.flow import Beside, Flow
from field_app.ui.components.texts import badge
from field_app.ui.look import Look
from sync.domain.plan_terms import Instalment

COLUMNS = 7
FEES = 5
BESIDE_LEAST, NEVER = 860, 100_000
ROWS_SHOWN = 8
LABELS_SHOWN = 12
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ScheduleView(QWidget):
    """Table and bars of one schedule, one below the other or side by side."""

    def __init__(self, look: Look, *, beside: bool = False) -> None:
        super().__init__()
        self._look = look
        words = look.words
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        whole = Beside(look, BESIDE_LEAST if beside else NEVER)
        outer.addWidget(whole)
        column = QVBoxLayout()
        whole.add(column, 4)
        legend = Flow(look)
        for text, tone in (
            (words("Principal"), "ok"),
            (words("Interest"), "warn"),
            (words("Fees"), "info"),
            (words("dashed: affordable"), "block"),
        ):
            legend.addWidget(badge(text, tone))
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
        head.setDefaultAlignment(RIGHT)
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
        whole.add(self.table, 5)

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
