"""Cards, notices and empty states."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from field_app.ui.components.texts import label
from field_app.ui.look import Look


class Card(QFrame):
    """A framed surface with a heading."""

    def __init__(self, look: Look, heading: str = "") -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.body = QVBoxLayout(self)
        gap = look.px(16)
        self.body.setContentsMargins(gap, look.px(14), gap, look.px(14))
        self.body.setSpacing(look.px(8))
        if heading:
            self.body.addWidget(label(heading, "heading"))


class Notice(QFrame):
    """A sentence with its tone: info, warn, block or ok; hidden while it has nothing to say."""

    def __init__(self, look: Look, text: str = "", tone: str = "info", source: str = "") -> None:
        super().__init__()
        self._look = look
        row = QHBoxLayout(self)
        row.setContentsMargins(look.px(12), look.px(8), look.px(12), look.px(8))
        row.setSpacing(look.px(10))
        self._sign = QLabel()
        self._sign.setFixedWidth(look.px(20))
        self._sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout()
        column.setSpacing(look.px(2))
        self._text, self._source = label(), label(role="muted")
        column.addWidget(self._text)
        column.addWidget(self._source)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)
        self._tone = ""
        self.say(text, tone, source)

    def say(self, text: str, tone: str = "info", source: str = "") -> None:
        """Say something, or nothing."""
        if tone != self._tone:
            self._dress(tone)
        self._text.setText(text)
        self._source.setText(source)
        self._source.setVisible(bool(source))
        self.setAccessibleName(text)
        # Shown before it stands in a layout it would be a window of its own and take the focus.
        if not text:
            self.hide()
        elif self.parent() is not None:
            self.show()

    def _dress(self, tone: str) -> None:
        """Take the colours and the sign of a tone; a style sheet asked again costs milliseconds."""
        self._tone = tone
        self.setProperty("kind", tone)
        size = self._look.px(18)
        self._sign.setPixmap(self._look.icon(tone, tone).pixmap(QSize(size, size)))
        for widget in (self, self._text, self._source):
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        self._sign.setFixedHeight(max(size, self._text.fontMetrics().height()))

    @property
    def text(self) -> str:
        """Return what is said."""
        return self._text.text()


class EmptyState(QWidget):
    """Says that there is nothing, why, and what may be done."""

    def __init__(self, look: Look, title: str, hint: str = "", picture: str = "empty") -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setSpacing(look.px(6))
        sign = QLabel()
        size = look.px(36)
        sign.setPixmap(look.icon(picture, "muted").pixmap(QSize(size, size)))
        sign.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._title, self._hint = label(title, "heading"), label(hint, "muted")
        column.addStretch(1)
        column.addWidget(sign)
        for text in (self._title, self._hint):
            text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(text)
        column.addStretch(2)

    def say(self, title: str, hint: str = "") -> None:
        """Say something else."""
        self._title.setText(title)
        self._hint.setText(hint)


def clear(layout: QLayout) -> None:
    """Take every widget and layout out of a layout and let them go."""
    while (item := layout.takeAt(0)) is not None:
        inner = item.layout()
        widget = item.widget()
        if inner is not None:
            clear(inner)
        elif widget is not None:
            widget.hide()
            widget.deleteLater()


def row(look: Look, *widgets: QWidget | None, stretch_last: bool = False) -> QHBoxLayout:
    """Return widgets in a row; None is a stretch, sentences take what room there is."""
    made = QHBoxLayout()
    made.setSpacing(look.px(8))
    for number, widget in enumerate(widgets):
        if widget is None:
            made.addStretch(1)
        else:
            sentence = isinstance(widget, QLabel) and widget.wordWrap()
            last = stretch_last and number == len(widgets) - 1
            made.addWidget(widget, 20 if sentence else int(last))
    return made


def centre(widget: QWidget, card: QWidget) -> None:
    """Put a card into the middle of a page; when it is too tall the page scrolls."""
    widget.setProperty("role", "page")
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    inside = QWidget()
    column = QVBoxLayout(inside)
    column.addStretch(1)
    line = QHBoxLayout()
    line.addStretch(1)
    line.addWidget(card, 4)
    line.addStretch(1)
    column.addLayout(line)
    column.addStretch(1)
    whole = QVBoxLayout(widget)
    whole.setContentsMargins(0, 0, 0, 0)
    whole.addWidget(scrolling(inside))


def scrolling(inside: QWidget) -> QScrollArea:
    """Return an area in which a widget scrolls up and down; the keys go to what is inside."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidget(inside)
    return area
