"""A line for an amount: digits at the right, what is no amount is marked at once."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from field_app.ui.components.texts import restyle
from field_app.ui.look import Look
from field_app.viewmodels.money_entry import read_amount

WIDTH = 130


def money_line(look: Look, name: str, on_change: Callable[[], object]) -> QLineEdit:
    """Return a line for yuan; `name` is what a screen reader says, Enter goes on to the next."""
    return figure_line(look, name, on_change, lambda text: read_amount(text) is not None)


def figure_line(
    look: Look, name: str, on_change: Callable[[], object], fits: Callable[[str], bool]
) -> QLineEdit:
    """Return a line for a figure that is marked while what is typed does not fit."""
    made = QLineEdit()
    made.setAccessibleName(name)
    made.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    made.setPlaceholderText("0")
    made.setFixedWidth(look.px(WIDTH))

    def changed(text: str) -> None:
        restyle(made, "kind", "" if fits(text) else "wrong")

    made.textChanged.connect(changed)
    made.textEdited.connect(lambda _text: on_change())
    made.returnPressed.connect(made.focusNextChild)
    return made
