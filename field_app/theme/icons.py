"""Draws the icons of one set from its font, in any size and in the colours of a theme.

The font is the data of the package `qtawesome`. Its code is not loaded: at every start it would
read twelve fonts and every name of Qt, a tenth of a second, for the one set that is used.
"""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import msgspec
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QIcon,
    QIconEngine,
    QPainter,
    QPalette,
    QPixmap,
)

FONT, NAMES = "materialdesignicons6-webfont-*.ttf", "materialdesignicons6-webfont-charmap-*.json"
FILLED = 0.875  # of the height; the rest is the font's own margin


class NoIcons(LookupError):
    """The icons' font is not where it belongs: this program was not put together whole."""


class Glyph(QIconEngine):
    """One sign of the font; in the theme's text colour while its widget is disabled."""

    def __init__(self, sign: str, color: str) -> None:
        super().__init__()
        self._sign = sign
        self._color = color

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw the sign into the middle of the rectangle."""
        disabled = QGuiApplication.palette().color(
            QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text
        )
        font = QFont(_family())
        font.setPixelSize(max(1, round(FILLED * rect.height())))
        painter.save()
        painter.setPen(disabled if mode == QIcon.Mode.Disabled else QColor(self._color))
        painter.setFont(font)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._sign)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Return the sign on a clear ground, in pixels."""
        made = QPixmap(size)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        self.paint(painter, QRect(QPoint(), size), mode, state)
        painter.end()
        return made


def drawn(name: str, color: str) -> QIcon:
    """Return the icon of a name in the set, as `map-outline`; raises KeyError for no such name."""
    return QIcon(Glyph(chr(int(_codes()[name], 16)), color))


@lru_cache(maxsize=1)
def _family() -> str:
    families = QFontDatabase.applicationFontFamilies(
        QFontDatabase.addApplicationFont(str(_file(FONT)))
    )
    if not families:
        raise NoIcons(FONT)
    return families[0]


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    return msgspec.json.decode(_file(NAMES).read_bytes(), type=dict[str, str])


def _file(pattern: str) -> Path:
    spec = find_spec("qtawesome")
    if spec is None or spec.origin is None:
        raise NoIcons(pattern)
    found = next((Path(spec.origin).parent / "fonts").glob(pattern), None)
    if found is None:
        raise NoIcons(pattern)
    return found
