"""Measures whether every word on a window has the room it needs."""

import asyncio
import os

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QPushButton,
    QScrollArea,
    QStyle,
    QStyleOptionComboBox,
    QWidget,
)

from tools.tour.hands import STEP_S

SLACK = 2  # pixels lost to rounding and to a rim are no letter

SMALL = QSize(1280, 800)  # a small laptop's screen
SIZES = (100, 150, 200)
LANGUAGES = ("zh_CN", "en")
TURNS = 20


class Reader:
    """Looks at one window after another and remembers what could not be read.

    With SHOTS in the environment it leaves pictures in build/legible.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[str] = []

    async def look(self, window: QWidget, screen: str) -> None:
        """Look once the layouts have come to rest."""
        unread = await clipped_at_rest(window)
        size = window.size()
        if size.width() > SMALL.width() or size.height() > SMALL.height():
            self.found.append(f"{screen}: needs a window of {_size(size)}")
        self.found += [f"{screen}: {one}" for one in unread]
        if os.environ.get("SHOTS"):
            window.grab().save(f"build/legible/{self.name}-{screen}.png")


async def clipped_at_rest(window: QWidget) -> list[str]:
    """Return what cannot be read once the layouts have come to rest: that takes some turns."""
    for _ in range(TURNS):
        if not clipped(window):
            break
        await asyncio.sleep(STEP_S)
    return clipped(window)


def clipped(window: QWidget) -> list[str]:
    """Return what cannot be read whole, with what it needs and has in pixels."""
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible():
            continue
        needs, has = _room(widget)
        if needs.width() > has.width() + SLACK or needs.height() > has.height() + SLACK:
            found.append(f"{_named(widget)}: needs {_size(needs)}, has {_size(has)}")
        elif needs.width() and _cut_off(widget):
            found.append(f"{_named(widget)}: cut off at an edge")
    return found


def _room(widget: QWidget) -> tuple[QSize, QSize]:
    """Return the size a widget's words need, and what they have; nothing for others."""
    match widget:
        case QLabel() if widget.text():
            return _label_needs(widget), widget.contentsRect().size()
        case QPushButton() if widget.text():
            return widget.sizeHint(), widget.size()
        case QCheckBox() if widget.text():
            # As its words are broken now, whatever it would like best.
            return QCheckBox.sizeHint(widget), widget.size()
        case QComboBox():
            return _combo_room(widget)
        case _:
            return QSize(0, 0), QSize(0, 0)


def _label_needs(label: QLabel) -> QSize:
    metrics, margin = label.fontMetrics(), 2 * label.margin()
    if not label.wordWrap():
        return metrics.size(0, label.text()).grownBy(_all_sides(label.margin()))
    room = QRect(0, 0, label.contentsRect().width() - margin, 100_000)
    drawn = metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, label.text())
    return drawn.size().grownBy(_all_sides(label.margin()))


def _combo_room(box: QComboBox) -> tuple[QSize, QSize]:
    option = QStyleOptionComboBox()
    box.initStyleOption(option)
    field = box.style().subControlRect(
        QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, box
    )
    return box.fontMetrics().size(0, box.currentText()), field.size()


def _all_sides(margin: int) -> QMargins:
    return QMargins(margin, margin, margin, margin)


def _cut_off(widget: QWidget) -> bool:
    """Say whether the widget reaches beyond an edge; what can be scrolled to is whole."""
    above = widget.parentWidget()
    scrolled = False
    while above is not None:
        corner = widget.mapTo(above, QPoint(0, 0))
        place = QRect(corner, widget.size())
        if place.left() < 0 or place.right() > above.width():
            return True
        scrolled = scrolled or isinstance(above.parentWidget(), QScrollArea)
        if not scrolled and (place.top() < 0 or place.bottom() > above.height()):
            return True
        if above.isWindow():
            return False
        above = above.parentWidget()
    return False


def _named(widget: QWidget) -> str:
    text = getattr(widget, "currentText", getattr(widget, "text", None))
    words = text()[:40] if callable(text) else ""
    return f"{type(widget).__name__} {words!r}"


def _size(size: QSize) -> str:
    return f"{size.width()}×{size.height()}"
