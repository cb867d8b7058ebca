"""Check boxes and choices whose words go on to further lines instead of being cut."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import (
    QCheckBox,
    QRadioButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QWidget,
)


class _Breaking:
    """Breaks the words of a box or a choice at its width; an "&" in them is no key."""

    def __init__(
        self, button: QCheckBox | QRadioButton, words: str, kind: QStyle.ContentsType
    ) -> None:
        self._button = button
        self._words = words
        self._kind = kind
        button.setAccessibleName(words)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        button.setSizePolicy(policy)

    def whole(self) -> QSize:
        """Return the size with all words in one line."""
        return self._size(self._words)

    def least(self) -> QSize:
        """Return the size with the longest word in the first line."""
        return self._size(max(self._lines(1), key=len))

    def height(self, width: int) -> int:
        """Return the height with the words broken at a width."""
        return self._size("\n".join(self._lines(width - self._beside()))).height()

    def fit(self, width: int) -> None:
        """Break the words anew."""
        broken = "\n".join(self._lines(width - self._beside())).replace("&", "&&")
        if broken != self._button.text():
            self._button.setText(broken)

    def _beside(self) -> int:
        """Return the width of everything but the words, in pixels."""
        return self._size(self._words).width() - self._advance(self._words)

    def _advance(self, text: str) -> int:
        return self._button.fontMetrics().size(0, text).width()

    def _size(self, text: str) -> QSize:
        button = self._button
        option = QStyleOptionButton()
        button.initStyleOption(option)
        option.text = text
        words = button.fontMetrics().size(0, text) if text else QSize(0, 0)
        return button.style().sizeFromContents(self._kind, option, words, button)

    def _lines(self, width: int) -> list[str]:
        if self._advance(self._words) <= width:
            return [self._words]
        layout = QTextLayout(self._words, self._button.font())
        wrap = QTextOption()
        wrap.setWrapMode(QTextOption.WrapMode.WordWrap)
        layout.setTextOption(wrap)
        layout.beginLayout()
        lines = []
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(1, width))
            start = line.textStart()
            lines.append(self._words[start : start + line.textLength()].strip())
        layout.endLayout()
        return lines or [""]


class Tick(QCheckBox):
    """A check box; `text()` has the line breaks of the present width, `words` has none."""

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(words.replace("&", "&&"), parent)
        self.words = words
        self._breaking = _Breaking(self, words, QStyle.ContentsType.CT_CheckBox)

    def sizeHint(self) -> QSize:
        """Return the size with all words in one line."""
        return self._breaking.whole()

    def minimumSizeHint(self) -> QSize:
        """Return the size with the longest word in the first line."""
        return self._breaking.least()

    def heightForWidth(self, width: int) -> int:
        """Return the height with the words broken at a width."""
        return self._breaking.height(width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the words anew."""
        super().resizeEvent(event)
        self._breaking.fit(event.size().width())


class Choice(QRadioButton):
    """One of several; `text()` has the line breaks of the present width, `words` has none."""

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(words.replace("&", "&&"), parent)
        self.words = words
        self._breaking = _Breaking(self, words, QStyle.ContentsType.CT_RadioButton)

    def sizeHint(self) -> QSize:
        """Return the size with all words in one line."""
        return self._breaking.whole()

    def minimumSizeHint(self) -> QSize:
        """Return the size with the longest word in the first line."""
        return self._breaking.least()

    def heightForWidth(self, width: int) -> int:
        """Return the height with the words broken at a width."""
        return self._breaking.height(width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the words anew."""
        super().resizeEvent(event)
        self._breaking.fit(event.size().width())
