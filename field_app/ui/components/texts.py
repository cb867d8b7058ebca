"""Labels and buttons. Labels are plain text: data can never become markup."""

from collections.abc import Callable
from html import escape

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

from field_app.ui.look import Look

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def label(text: str = "", role: str = "", *, wrap: bool = True) -> QLabel:
    """Return a label of plain text; `role` is title, heading, muted, amount, time or brand."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    if wrap:
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return made


def tip(text: str) -> str:
    """Return words for a tooltip: Qt reads tooltips that look like markup as markup."""
    if "<" not in text:
        return text
    return f"<qt>{escape(text, quote=False).replace('\n', '<br>')}</qt>"


def badge(text: str, tone: str = "info") -> QLabel:
    """Return a small mark; `tone` is info, warn, block or ok."""
    made = label(text, wrap=False)
    made.setProperty("kind", f"badge-{tone}")
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
    return made


class Button(QPushButton):
    """A button that Enter presses as the space bar does, also where a dialog has a default."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter for this button, not for another that is the default."""
        if event.key() in ENTER and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)


def button(
    look: Look,
    text: str,
    act: Callable[[], object] | None = None,
    *,
    kind: str = "",
    icon: str = "",
) -> QPushButton:
    """Return a button; `kind` is primary, quiet, danger or nav."""
    made = Button(text)
    if kind:
        made.setProperty("kind", kind)
    if icon:
        made.setIcon(look.icon(icon, "on_accent" if kind == "primary" else "text"))
        made.setIconSize(QSize(look.px(16), look.px(16)))
    made.setAccessibleName(text.replace("&", ""))
    made.setAutoDefault(False)
    if act is not None:
        made.clicked.connect(lambda: act())
    return made


def restyle(widget: QWidget, name: str, value: str) -> None:
    """Change a property the style sheet looks at."""
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
