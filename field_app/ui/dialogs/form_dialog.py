"""A question with a few fields over a screen; opened, never executed, answered by a future."""

import asyncio
from collections.abc import Sequence

import msgspec
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from field_app.ui.components.choices import CheckGroup, combo
from field_app.ui.components.surfaces import Notice, scrolling
from field_app.ui.components.texts import label
from field_app.ui.look import Look

MOST_OF_WINDOW = 0.9

type Entry = QComboBox | QLineEdit | QPlainTextEdit | CheckGroup


class Field(msgspec.Struct, frozen=True):
    """One thing asked: a choice when there are options, of `many` if so, else a text.

    Many chosen values stand one behind the other, with a space between them.
    """

    name: str
    label: str
    options: tuple[tuple[str, str], ...] = ()
    chosen: str = ""
    lines: int = 1
    required: bool = False
    many: bool = False


class FormDialog(QDialog):
    """Asks for some values."""

    def __init__(
        self, parent: QWidget, look: Look, title: str, fields: Sequence[Field], explain: str = ""
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(look.px(460))
        self._look = look
        self._fields = fields
        self._below = parent
        self._column = column = QVBoxLayout(self)
        column.setSpacing(look.px(10))
        column.addWidget(label(title, "heading"))
        if explain:
            column.addWidget(label(explain, "muted"))
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        self.entries: dict[str, Entry] = {f.name: _entry(f, look) for f in fields}
        for field in fields:
            form.addRow(field.label, self.entries[field.name])
        form.setContentsMargins(0, 0, 0, 0)
        self._form, inside = form, QWidget()
        inside.setLayout(form)
        self._area = scrolling(inside)
        self._area.setVisible(bool(fields))
        column.addWidget(self._area, 1)
        self.trouble = Notice(look)
        column.addWidget(self.trouble)
        buttons = QDialogButtonBox()
        self.ok = buttons.addButton(look.words("Save"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.ok.setProperty("kind", "primary")
        buttons.addButton(look.words("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    def showEvent(self, event: QShowEvent) -> None:
        """Give the fields the height they need, as far as the window below has it."""
        margins = self._column.contentsMargins()
        width = self.minimumWidth() - margins.left() - margins.right()
        needs = self._form.totalSizeHint().height()
        if self._form.hasHeightForWidth():
            needs = self._form.totalHeightForWidth(width)
        others = self._column.totalSizeHint().height() - self._area.sizeHint().height()
        room = round(self._below.window().height() * MOST_OF_WINDOW) - others
        self._area.setMinimumHeight(max(0, min(needs, room)))
        self.adjustSize()
        super().showEvent(event)

    def _accept(self) -> None:
        for field in self._fields:
            if field.required and not self.values()[field.name].strip():
                text = self._look.words("Please fill in: {field}", field=field.label)
                self.trouble.say(text, "warn")
                self.entries[field.name].setFocus()
                return
        self.accept()

    def values(self) -> dict[str, str]:
        """Return what was entered by field name."""
        return {name: _value(entry) for name, entry in self.entries.items()}


async def ask(
    parent: QWidget, look: Look, title: str, fields: Sequence[Field], explain: str = ""
) -> dict[str, str] | None:
    """Ask and wait without stopping the loop; None when the person changed their mind."""
    dialog = FormDialog(parent, look, title, fields, explain)
    answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def done(code: int) -> None:
        if not answer.done():
            answer.set_result(code)

    dialog.finished.connect(done)
    dialog.open()
    try:
        code = await answer
        return dialog.values() if code == QDialog.DialogCode.Accepted else None
    finally:
        dialog.deleteLater()


async def confirm(parent: QWidget, look: Look, title: str, explain: str) -> bool:
    """Ask for a yes."""
    return await ask(parent, look, title, (), explain) is not None


def _entry(field: Field, look: Look) -> Entry:
    entry: Entry
    if field.options and field.many:
        entry = CheckGroup(look, field.options, bool, 4)
        entry.choose(field.chosen.split())
    elif field.options:
        entry = combo(field.options, field.label, field.chosen)
    elif field.lines > 1:
        entry = QPlainTextEdit(field.chosen)
        entry.setFixedHeight(look.px(24 * field.lines + 16))
        entry.setTabChangesFocus(True)
    else:
        entry = QLineEdit(field.chosen)
    entry.setAccessibleName(field.label)
    return entry


def _value(entry: Entry) -> str:
    match entry:
        case QComboBox():
            return str(entry.currentData())
        case QPlainTextEdit():
            return entry.toPlainText().strip()
        case CheckGroup():
            return " ".join(entry.chosen)
        case _:
            return entry.text().strip()
