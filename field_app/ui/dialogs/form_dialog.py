"""A question with a few fields over a screen; opened, never executed, answered by a future."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGridLayout,
    QLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from field_app.ui.components.choices import CheckGroup, combo
from field_app.ui.components.rows import add_row
from field_app.ui.components.surfaces import Notice, scrolling
from field_app.ui.components.texts import label
from field_app.ui.look import Look
from field_app.ui.shortcuts import keys_of
from field_app.viewmodels.drafting import KeptDraft

MOST_OF_WINDOW = 0.9
ASKING = "asking"  # what a window is marked with

type Check = Callable[[dict[str, str]], str]
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
    """Asks for some values; with `yes`, the words of its only button, it merely tells.

    `changed()` tells that something was typed or chosen.
    """

    changed = Signal()

    def __init__(
        self,
        parent: QWidget,
        look: Look,
        title: str,
        fields: Sequence[Field],
        explain: str = "",
        yes: str = "",
        ok: str = "",
        check: Check | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(look.px(460))
        self._look = look
        self._fields = fields
        self._check = check or (lambda _told: "")
        self._inside = QWidget()
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(10))
        column.addWidget(label(title, "heading"))
        if explain:
            column.addWidget(label(explain, "muted"))
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        self.entries: dict[str, Entry] = {
            f.name: _entry(f, look, self.changed.emit) for f in fields
        }
        for field in fields:
            add_row(form, field.label, self.entries[field.name])
        column.addLayout(form)
        self.trouble = Notice(look)
        self._buttons = QDialogButtonBox()
        self.ok = self._buttons.addButton(
            yes or ok or look.words("Save"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.ok.setProperty("kind", "primary")
        self.ok.setToolTip(keys_of("begin"))
        # Where words of several lines are typed, Enter alone begins another line.
        take = QShortcut(QKeySequence(keys_of("begin")), self)
        take.setAutoRepeat(False)
        take.activated.connect(self.ok.click)
        if not yes:
            self._buttons.addButton(look.words("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self._buttons.accepted.connect(self._accept)
        self._buttons.rejected.connect(self.reject)
        self._whole = QVBoxLayout(self)
        self._whole.setSpacing(look.px(10))
        self._area = scrolling(self._inside)
        self._whole.addWidget(self._area)
        self._whole.addWidget(self.trouble)
        self._whole.addWidget(self._buttons)
        self._tallest = round(parent.window().height() * MOST_OF_WINDOW)

    def tell(self, part: QLayout) -> None:
        """Add something to be read below what is asked."""
        column = self._inside.layout()
        if isinstance(column, QVBoxLayout):
            column.addLayout(part)

    def showEvent(self, event: QShowEvent) -> None:
        """Be as tall as what is asked, but no taller than the window below."""
        super().showEvent(event)
        self._fit()

    def _say(self, text: str) -> None:
        """Say what is wrong, with room for it: the question stays in sight."""
        self.trouble.say(text, "warn")
        self._fit()

    def _fit(self) -> None:
        edges = self._whole.contentsMargins()
        beside = edges.left() + edges.right()
        width = max(self.minimumWidth(), self._inside.sizeHint().width() + beside)
        asked = self._inside.heightForWidth(width - beside)
        frame = edges.top() + edges.bottom() + self._whole.spacing()
        wanted = asked + self._buttons.sizeHint().height() + frame
        if not self.trouble.isHidden():
            wanted += self.trouble.heightForWidth(width - beside) + self._whole.spacing()
        self.resize(width, min(wanted, self._tallest))
        self._whole.activate()
        hidden = self._area.verticalScrollBar().maximum()  # what a wrapped line took beyond that
        self.resize(width, min(wanted + hidden, self._tallest))

    def _accept(self) -> None:
        if self._is_missing():
            return
        told = self._check(self.values())
        if told:
            self._say(told)
        else:
            self.accept()

    def _is_missing(self) -> bool:
        for field in self._fields:
            if field.required and not self.values()[field.name].strip():
                text = self._look.words("Please fill in: {field}", field=field.label)
                self._say(text)
                self.entries[field.name].setFocus()
                return True
        return False

    def values(self) -> dict[str, str]:
        """Return what was entered by field name."""
        return {name: _value(entry) for name, entry in self.entries.items()}


async def ask(
    parent: QWidget,
    look: Look,
    title: str,
    fields: Sequence[Field],
    explain: str = "",
    ok: str = "",
    check: Check | None = None,
    draft: KeptDraft | None = None,
) -> dict[str, str] | None:
    """Ask and wait without stopping the loop; None when the person changed their mind.

    `ok` are the words of the button that takes, "Save" when none are given. What `check` says
    against the values keeps the question open. With a `draft` what is typed outlives a lock or a
    refusal and stands there again. While one question is under way over a window, another is as if
    cancelled: a key pressed twice asks once.
    """
    window = parent.window()
    if window.property(ASKING):
        return None
    with _asking(window):
        kept = _read(await draft.recall()) if draft else {}
        again = [msgspec.structs.replace(f, chosen=kept.get(f.name, f.chosen)) for f in fields]
        dialog = FormDialog(parent, look, title, again, explain, ok=ok, check=check)
        if kept:
            dialog.trouble.say(look.words("What was typed before is here again."), "info")
        if draft is not None:
            dialog.changed.connect(lambda: draft.keep(msgspec.json.encode(dialog.values())))
        answer: asyncio.Future[dict[str, str] | None] = asyncio.get_running_loop().create_future()

        def done(code: int) -> None:
            taken = code == QDialog.DialogCode.Accepted
            if draft is not None:
                draft.take() if taken else draft.drop()
            if not answer.done():
                answer.set_result(dialog.values() if taken else None)

        dialog.finished.connect(done)
        dialog.open()
        return await answer


@contextmanager
def _asking(window: QWidget) -> Iterator[None]:
    """Mark a window while it is asked over."""
    window.setProperty(ASKING, True)
    try:
        yield
    finally:
        if isValid(window):  # a lock may have taken it away
            window.setProperty(ASKING, False)


def _read(kept: bytes | None) -> dict[str, str]:
    """Return the values of a draft; what an older program kept otherwise is left aside."""
    if kept is None:
        return {}
    try:
        return msgspec.json.decode(kept, type=dict[str, str])
    except msgspec.DecodeError:
        return {}


async def confirm(parent: QWidget, look: Look, title: str, explain: str, ok: str = "") -> bool:
    """Ask for a yes."""
    return await ask(parent, look, title, (), explain, ok) is not None


def inform(parent: QWidget, look: Look, title: str, lines: Sequence[tuple[str, str]]) -> None:
    """Tell something in two columns that can be closed again."""
    dialog = FormDialog(parent, look, title, (), yes=look.words("Close"))
    table = QGridLayout()
    table.setHorizontalSpacing(look.px(20))
    table.setVerticalSpacing(look.px(4))
    table.setColumnStretch(1, 1)
    for number, (left, right) in enumerate(lines):
        top = Qt.AlignmentFlag.AlignTop
        table.addWidget(label(left, "muted", wrap=False), number, 0, top)
        table.addWidget(label(right), number, 1)
    dialog.tell(table)
    dialog.open()


def _entry(field: Field, look: Look, changed: Callable[[], object]) -> Entry:
    entry: Entry
    if field.options and field.many:
        entry = CheckGroup(look, field.options, changed, 4)
        entry.choose(field.chosen.split())
    elif field.options:
        entry = combo(field.options, field.label, field.chosen)
        entry.currentIndexChanged.connect(lambda _n: changed())
    elif field.lines > 1:
        entry = QPlainTextEdit(field.chosen)
        entry.setFixedHeight(look.px(24 * field.lines + 16))
        entry.setTabChangesFocus(True)
        entry.textChanged.connect(lambda: changed())
    else:
        entry = QLineEdit(field.chosen)
        entry.textChanged.connect(lambda _t: changed())
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
