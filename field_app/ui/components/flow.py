"""Layouts that give way when words grow: parts wrap to further lines, or stand below each other."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLayout, QLayoutItem, QWidget

from field_app.ui.look import Look

COLUMNS_LEAST = 760  # narrower than that, two columns of cards stand below each other


class Flow(QLayout):
    """Items one after another, in as many lines as the width asks for.

    `even` gives every item the same width: that of the widest, or with `fill` an equal share of
    the line; `least` is the width that is enough for each, where words would like a longer line.
    `most` is how many a line may have, 0 for any. Aligned to the right, or in the middle of its
    height, when `setAlignment` says so.
    """

    def __init__(
        self,
        look: Look,
        gap: int = 8,
        *,
        even: bool = False,
        fill: bool = False,
        most: int = 0,
        least: int = 0,
    ) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._even = even or fill
        self._fill = fill
        self._most = most
        self._least = look.px(least)
        self._gap = look.px(gap)
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """Add an item behind the others."""
        self._items.append(item)

    def count(self) -> int:
        """Return the number of items."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Return an item, None beyond the last."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Take an item out, None beyond the last."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Want no more room than the items."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Say that a narrower line needs more lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of all lines at a width."""
        lines = self._lines(width)
        return sum(height for _, height in lines) + self._gaps(len(lines))

    def sizeHint(self) -> QSize:
        """Return the size of the lines when there is room enough."""
        widths = [self._wish(item) for item in self._shown()]
        if self._most:
            widths = widths[: self._most]
        width = sum(widths) + self._gaps(len(widths))
        return QSize(width, self.heightForWidth(width))

    def minimumSize(self) -> QSize:
        """Return the size of the widest item: narrower it cannot be."""
        sizes = [item.minimumSize() for item in self._shown()]
        widest = max((s.width() for s in sizes), default=0)
        return QSize(widest, max((s.height() for s in sizes), default=0))

    def setGeometry(self, rect: QRect) -> None:
        """Lay the items out."""
        super().setGeometry(rect)
        top = rect.top()
        if self.alignment() & Qt.AlignmentFlag.AlignVCenter:
            top += max(0, (rect.height() - self.heightForWidth(rect.width())) // 2)
        for items, height in self._lines(rect.width()):
            widths = [self._width(item, rect.width()) for item in items]
            left = rect.left()
            if self.alignment() & Qt.AlignmentFlag.AlignRight:
                left = rect.right() + 1 - sum(widths) - self._gaps(len(widths))
            for item, width in zip(items, widths, strict=True):
                item.setGeometry(QRect(QPoint(left, top), QSize(width, height)))
                left += width + self._gap
            top += height + self._gap

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _gaps(self, parts: int) -> int:
        return self._gap * max(0, parts - 1)

    def _wish(self, item: QLayoutItem) -> int:
        if self._least:
            return max(self._least, *(one.minimumSize().width() for one in self._shown()))
        if self._even:
            return max(one.sizeHint().width() for one in self._shown())
        return item.sizeHint().width()

    def _width(self, item: QLayoutItem, line: int) -> int:
        if not self._fill:
            return min(self._wish(item), line)
        most = self._most or len(self._items)
        fitting = max(1, (line + self._gap) // (self._wish(item) + self._gap))
        share = min(fitting, most, len(self._shown()))
        return (line - self._gaps(share)) // share

    def _lines(self, width: int) -> list[tuple[list[QLayoutItem], int]]:
        """Return the items of each line with its height."""
        lines: list[list[QLayoutItem]] = []
        used = 0
        for item in self._shown():
            needs = self._width(item, width)
            full = bool(self._most) and bool(lines) and len(lines[-1]) == self._most
            if not lines or full or used + self._gap + needs > width:
                lines.append([])
                used = -self._gap
            lines[-1].append(item)
            used += self._gap + needs
        return [(line, max(self._height(item, width) for item in line)) for line in lines]

    def _height(self, item: QLayoutItem, line: int) -> int:
        if item.hasHeightForWidth():
            return item.heightForWidth(self._width(item, line))
        return item.sizeHint().height()


class Beside(QWidget):
    """Parts side by side where the line is at least so wide, else one below the other."""

    def __init__(self, look: Look, least: int, gap: int = 16) -> None:
        super().__init__()
        self._least = look.px(least)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(look.px(gap))

    def add(self, part: QLayout | QWidget, stretch: int = 0) -> None:
        """Add a part behind the others."""
        if isinstance(part, QLayout):
            self._line.addLayout(part, stretch)
        else:
            self._line.addWidget(part, stretch)

    @property
    def is_stacked(self) -> bool:
        """Say whether the parts stand one below the other."""
        return self._line.direction() == QBoxLayout.Direction.TopToBottom

    def minimumSizeHint(self) -> QSize:
        """Return the least width of the stack, so that a narrow line can be reached at all."""
        items = (self._line.itemAt(n) for n in range(self._line.count()))
        widest = max((item.minimumSize().width() for item in items if item), default=0)
        return QSize(widest, self._line.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stand side by side or stacked as the new width allows."""
        stacked = event.size().width() < self._least
        if stacked != self.is_stacked:
            way = QBoxLayout.Direction
            self._line.setDirection(way.TopToBottom if stacked else way.LeftToRight)
            self._line.update()
            self.updateGeometry()
        super().resizeEvent(event)
