"""Choosing among codes: combo boxes and groups of check boxes with words for each code."""

from collections.abc import Callable, Iterable
from enum import StrEnum

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QSpinBox, QVBoxLayout, QWidget

from field_app.ui.components.flow import Flow
from field_app.ui.components.tick import Tick
from field_app.ui.look import Look


def combo(options: Iterable[tuple[str, str]], name: str, chosen: str = "") -> QComboBox:
    """Return a box of (value, text) options; `name` is what a screen reader says."""
    made = QComboBox()
    made.setAccessibleName(name)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    for value, text in options:
        made.addItem(text, value)
    made.setCurrentIndex(max(0, made.findData(chosen)))
    return made


def number_box(look: Look, name: str, least: int, most: int) -> QSpinBox:
    """Return a box for a whole number, its figure as far from the edge as other fields' words."""
    made = QSpinBox()
    made.setRange(least, most)
    made.setAccessibleName(name)
    made.lineEdit().setTextMargins(look.px(5), 0, 0, 0)
    return made


def options_of(look: Look, kind: type[StrEnum], prefix: str) -> list[tuple[str, str]]:
    """Return every member of an enumeration with its words."""
    return [(str(member), look.words.code(f"{prefix}.{member}")) for member in kind]


class CheckGroup(QWidget):
    """Check boxes for several codes, in at most so many columns, fewer where there is no room."""

    def __init__(
        self,
        look: Look,
        options: Iterable[tuple[str, str]],
        on_change: Callable[[], object],
        columns: int = 3,
    ) -> None:
        super().__init__()
        self.boxes: dict[str, Tick] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        boxes = Flow(look, even=True, most=columns)
        column.addLayout(boxes)
        for value, text in options:
            box = Tick(text)
            box.toggled.connect(lambda _on: on_change())
            self.boxes[value] = box
            boxes.addWidget(box)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for every line at this width: a form keeps to the height of the width before."""
        super().resizeEvent(event)
        self.setMinimumHeight(self.heightForWidth(event.size().width()))

    @property
    def chosen(self) -> tuple[str, ...]:
        """Return the ticked codes."""
        return tuple(value for value, box in self.boxes.items() if box.isChecked())

    def choose(self, values: Iterable[str]) -> None:
        """Tick these codes and no others, silently."""
        wanted = set(values)
        for value, box in self.boxes.items():
            box.blockSignals(True)
            box.setChecked(value in wanted)
            box.blockSignals(False)
