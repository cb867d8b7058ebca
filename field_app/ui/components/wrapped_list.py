"""A list whose lines are as high as their words need at its width."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle

from field_app.ui.look import Look

PADDING_X, PADDING_Y, LINE = 10, 8, 1  # of an item, as in the style sheet
MUCH = 100_000


class WrappedList(QListWidget):
    """Words wrap; Qt alone reckons a wrapped line without the padding of the style sheet."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._padding = QSize(look.px(PADDING_X), look.px(PADDING_Y))
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)

    def add(self, entry: QListWidgetItem) -> None:
        """Add a line."""
        self.addItem(entry)
        self._fit(entry)

    def _fit(self, entry: QListWidgetItem) -> None:
        bar = self.verticalScrollBar().sizeHint().width()
        # The style keeps a margin of its own between the padding and the words.
        margin = self.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin) + LINE
        wide = self.width() - 2 * (self._padding.width() + margin) - bar - 4 * LINE
        room = QRect(0, 0, max(1, wide), MUCH)
        words = self.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, entry.text())
        entry.setSizeHint(QSize(1, words.height() + 2 * self._padding.height() + LINE))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit every line to the new width."""
        super().resizeEvent(event)
        for number in range(self.count()):
            self._fit(self.item(number))
