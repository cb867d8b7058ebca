"""The first minutes of a laptop: server, account, one-time code, passphrase."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QLineEdit, QWidget

from field_app.background.tasks import Tasks
from field_app.ui.components.findings_list import problem_text
from field_app.ui.components.focus import resting
from field_app.ui.components.rows import add_row
from field_app.ui.components.strength import StrengthMeter
from field_app.ui.components.surfaces import Card, Notice, centre
from field_app.ui.components.texts import button, label
from field_app.ui.look import Look
from field_app.viewmodels.enrol import EnrolForm, EnrolViewModel
from field_app.viewmodels.problem import Problem

# Where each thing to mend is typed.
FIELDS = {
    "no_address": "address",
    "no_account": "account",
    "no_code": "code",
    "weak_passphrase": "passphrase",
    "different_passphrases": "repeated",
}


class EnrolScreen(QWidget):
    """Nothing typed is forgotten when something goes wrong. Signal: `back_wanted()`.

    With `back` there is a way back: somebody has a vault here already.
    """

    back_wanted = Signal()

    def __init__(
        self, look: Look, view: EnrolViewModel, address: str = "", *, back: bool = False
    ) -> None:
        super().__init__()
        self._look = look
        self._view = view
        self._tasks = Tasks()
        words = look.words
        card = Card(look, "")
        card.setMaximumWidth(look.px(520))
        card.body.addWidget(label("约访 Yuefang", "brand"))
        card.body.addWidget(label(words("Enrol this laptop"), "title"))
        hint = words("Your administrator gives you the address, your account and a one-time code.")
        card.body.addWidget(label(hint, "muted"))
        self.address = QLineEdit(address)
        self.address.setPlaceholderText("https://yuefang.bank.example")
        self.account, self.code = QLineEdit(), QLineEdit()
        self.passphrase, self.repeated = QLineEdit(), QLineEdit()
        for secret in (self.passphrase, self.repeated):
            secret.setEchoMode(QLineEdit.EchoMode.Password)
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        rows = (
            (words("Server address"), self.address),
            (words("Account"), self.account),
            (words("One-time code"), self.code),
            (words("New passphrase"), self.passphrase),
            (words("Repeat the passphrase"), self.repeated),
        )
        self.strength = StrengthMeter(look)
        for text, entry in rows:
            entry.returnPressed.connect(self.submit)
            add_row(form, text, entry)
            if entry is self.passphrase:
                form.addRow(self.strength)
        card.body.addLayout(form)
        if back:
            told = words(
                "Whoever has records here keeps them: enter the passphrase they are locked with. "
                "Another officer gets records of their own, which nobody else can open."
            )
            card.body.addWidget(label(told, "muted"))
        self.trouble = Notice(look)
        card.body.addWidget(self.trouble)
        self.ok = button(look, words("Enrol"), self.submit, kind="primary")
        card.body.addWidget(self.ok)
        if back:
            self.back = button(look, words("Back"), self.back_wanted.emit, kind="quiet")
            card.body.addWidget(self.back)
        centre(self, card)
        self.passphrase.textChanged.connect(view.weigh)
        view.strength_changed.connect(self.strength.show_strength)
        view.stepped.connect(self._show_step)
        view.failed.connect(self._show_trouble)

    def submit(self) -> None:
        """Enrol with what was typed."""
        if self._view.busy:
            return
        form = EnrolForm(
            self.address.text(),
            self.account.text(),
            self.code.text(),
            self.passphrase.text(),
            self.repeated.text(),
        )
        self._tasks.once(self._enrol, form)

    async def _enrol(self, form: EnrolForm) -> None:
        with resting(self.ok):
            await self._view.enrol(form)

    def _show_step(self, step: str) -> None:
        self.trouble.say(self._look.words.code(f"enrol_step.{step}"), "info")

    def _show_trouble(self, problem: Problem) -> None:
        self.trouble.say(problem_text(self._look.words, problem), "block")
        field = getattr(self, FIELDS.get(problem.code.removeprefix("enrol."), ""), None)
        if isinstance(field, QLineEdit):
            field.setFocus()
