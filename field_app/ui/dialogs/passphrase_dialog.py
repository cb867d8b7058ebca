"""Asks for a new passphrase, twice and out of sight; opened, never executed."""

import asyncio
from collections.abc import Callable

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from field_app.ui.components.rows import add_row
from field_app.ui.components.strength import StrengthMeter
from field_app.ui.components.surfaces import Notice
from field_app.ui.components.texts import label
from field_app.ui.look import Look


class Typed(msgspec.Struct, frozen=True):
    """What was typed; `old` is empty where none was asked for."""

    old: str
    new: str
    repeated: str


class PassphraseDialog(QDialog):
    """`weigh` returns the strength of what is typed; a passphrase of none is not taken."""

    def __init__(
        self,
        parent: QWidget,
        look: Look,
        title: str,
        explain: str,
        weigh: Callable[[str], int],
        *,
        with_old: bool,
    ) -> None:
        super().__init__(parent)
        words = look.words
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(look.px(460))
        self._look = look
        self._weigh = weigh
        self.old, self.new, self.repeated = QLineEdit(), QLineEdit(), QLineEdit()
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        rows = [
            (words("New passphrase"), self.new),
            (words("Repeat the passphrase"), self.repeated),
        ]
        if with_old:
            rows.insert(0, (words("Passphrase"), self.old))
        for text, entry in rows:
            entry.setEchoMode(QLineEdit.EchoMode.Password)
            entry.setAccessibleName(text)
            add_row(form, text, entry)
        self.strength = StrengthMeter(look)
        self.new.textChanged.connect(lambda text: self.strength.show_strength(weigh(text)))
        self.trouble = Notice(look)
        buttons = QDialogButtonBox()
        self.ok = buttons.addButton(words("Save"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.ok.setProperty("kind", "primary")
        buttons.addButton(words("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        whole = QVBoxLayout(self)
        whole.setSpacing(look.px(10))
        whole.addWidget(label(title, "heading"))
        whole.addWidget(label(explain, "muted"))
        whole.addLayout(form)
        whole.addWidget(self.strength)
        whole.addWidget(self.trouble)
        whole.addWidget(buttons)

    def _accept(self) -> None:
        words = self._look.words
        if not self._weigh(self.new.text()):
            self.trouble.say(words("This passphrase is too easy to guess."), "warn")
            self.new.setFocus()
        elif self.new.text() != self.repeated.text():
            self.trouble.say(words.code("enrol.different_passphrases"), "warn")
            self.repeated.setFocus()
        else:
            self.accept()

    @property
    def typed(self) -> Typed:
        """Return what was typed."""
        return Typed(self.old.text(), self.new.text(), self.repeated.text())


async def ask_passphrase(
    parent: QWidget,
    look: Look,
    title: str,
    explain: str,
    weigh: Callable[[str], int],
    *,
    with_old: bool,
) -> Typed | None:
    """Ask and wait without stopping the loop; None when the person changed their mind."""
    dialog = PassphraseDialog(parent, look, title, explain, weigh, with_old=with_old)
    answer: asyncio.Future[Typed | None] = asyncio.get_running_loop().create_future()

    def done(code: int) -> None:
        if not answer.done():
            answer.set_result(dialog.typed if code == QDialog.DialogCode.Accepted else None)

    dialog.finished.connect(done)
    dialog.open()
    return await answer
