"""Unlocking with the passphrase, with no network needed."""

from PySide6.QtWidgets import QLineEdit, QWidget

from field_app.background.tasks import Tasks
from field_app.ui.components.findings_list import problem_text
from field_app.ui.components.surfaces import Card, Notice, centre
from field_app.ui.components.texts import button, label
from field_app.ui.look import Look
from field_app.viewmodels.problem import Problem
from field_app.viewmodels.unlock import UnlockViewModel


class UnlockScreen(QWidget):
    """The way in."""

    def __init__(self, look: Look, view: UnlockViewModel) -> None:
        super().__init__()
        self._look = look
        self._view = view
        self._tasks = Tasks()
        words = look.words
        card = Card(look)
        card.setMaximumWidth(look.px(440))
        card.body.addWidget(label("约访 Yuefang", "brand"))
        card.body.addWidget(label(words("Unlock"), "title"))
        card.body.addWidget(label(words("Works without a network."), "muted"))
        self.passphrase = QLineEdit()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.setAccessibleName(words("Passphrase"))
        self.passphrase.setPlaceholderText(words("Passphrase"))
        self.passphrase.returnPressed.connect(self.submit)
        card.body.addWidget(self.passphrase)
        self.trouble = Notice(look)
        card.body.addWidget(self.trouble)
        self.ok = button(look, words("Unlock"), self.submit, kind="primary", icon="lock")
        card.body.addWidget(self.ok)
        centre(self, card)
        view.failed.connect(self._show_trouble)
        view.paused.connect(self._show_pause)

    def submit(self) -> None:
        """Try the passphrase."""
        if self._view.busy:
            return
        if not self.passphrase.text():
            self.trouble.say(self._look.words("Enter the passphrase."), "info")
            return
        self.ok.setEnabled(False)
        self.trouble.say(self._look.words("Opening …"), "info")
        self._tasks.start(self._unlock())

    async def _unlock(self) -> None:
        try:
            await self._view.unlock(self.passphrase.text())
        finally:
            self.ok.setEnabled(True)
            self.passphrase.selectAll()
            self.passphrase.setFocus()

    def _show_trouble(self, problem: Problem) -> None:
        self.trouble.say(problem_text(self._look.words, problem), "block")

    def _show_pause(self, seconds: int) -> None:
        if seconds:
            text = self._look.words("Wrong passphrase. Wait {n} seconds.", n=seconds)
            self.trouble.say(text, "block")
