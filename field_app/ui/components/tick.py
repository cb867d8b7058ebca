"""Check boxes and choices whose words go on to further lines instead of being cut."""

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QRadioButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QWidget,
)

if TYPE_CHECKING:  # what it is mixed into: Qt lets a class have one parent of its own

    class _Button(QAbstractButton):
        def initStyleOption(self, option: QStyleOptionButton) -> None: ...

else:
    _Button = object


class _Breaking(_Button):
    """Breaks its words at its width; an "&" in them is no key.

    `text()` has the line breaks of the present width, `words` has none.
    """

    kind: ClassVar[QStyle.ContentsType]

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(words.replace("&", "&&"))
        self.words = words
        self.setAccessibleName(words)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        """Return the size with all words in one line."""
        return self._size(self.words)

    def minimumSizeHint(self) -> QSize:
        """Return the size with the longest word in the first line."""
        return self._size(max(self._lines(1), key=len))

    def heightForWidth(self, width: int) -> int:
        """Return the height with the words broken at a width."""
        return self._size("\n".join(self._lines(width - self._beside()))).height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the words anew."""
        super().resizeEvent(event)
        lines = self._lines(event.size().width() - self._beside())
        broken = "\n".join(lines).replace("&", "&&")
        if broken != self.text():
            self.setText(broken)

    def _beside(self) -> int:
        """Return the width of everything but the words, in pixels."""
        return self._size(self.words).width() - self._advance(self.words)

    def _advance(self, text: str) -> int:
        return self.fontMetrics().size(0, text).width()

    def _size(self, text: str) -> QSize:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = text
        words = self.fontMetrics().size(0, text) if text else QSize(0, 0)
        return self.style().sizeFromContents(self.kind, option, words, self)

    def _lines(self, width: int) -> list[str]:
        if self._advance(self.words) <= width:
            return [self.words]
        layout = QTextLayout(self.words, self.font())
        wrap = QTextOption()
        wrap.setWrapMode(QTextOption.WrapMode.WordWrap)
        layout.setTextOption(wrap)
        layout.beginLayout()
        lines = []
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(1, width))
            start = line.textStart()
            lines.append(self.words[start : start + line.textLength()].strip())
        layout.endLayout()
        return lines or [""]


class Tick(_Breaking, QCheckBox):
    """A check box."""

    kind = QStyle.ContentsType.CT_CheckBox


class Choice(_Breaking, QRadioButton):
    """One of several."""

    kind = QStyle.ContentsType.CT_RadioButton
