"""Unlocking with the passphrase, with no network needed; and what to do when that fails."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from field_app.background.tasks import Tasks
from field_app.ui.components.choices import combo
from field_app.ui.components.findings_list import problem_text
from field_app.ui.components.flow import Beside
from field_app.ui.components.surfaces import Card, Notice, centre, row
from field_app.ui.components.texts import button, label
from field_app.ui.dialogs.passphrase_dialog import ask_passphrase
from field_app.ui.look import Look
from field_app.viewmodels.enrol import passphrase_strength
from field_app.viewmodels.problem import Problem
from field_app.viewmodels.unlock import UnlockViewModel

WAYS_LEAST = 420
BUILT_ANEW = frozenset({"vault.rescued", "vault.rescued_in_part"})  # it opens after all
OF_THE_LINE = ("vault.lease_over", "locked.", "sync.")


class UnlockScreen(QWidget):
    """The way in. Signal: `enrol_wanted()` by another officer, or by this one anew."""

    enrol_wanted = Signal()

    def __init__(self, look: Look, view: UnlockViewModel) -> None:
        super().__init__()
        self._look = look
        self._view = view
        self._tasks = Tasks()
        words = look.words
        card = Card(look)
        card.setMaximumWidth(look.px(480))
        card.body.addWidget(label("约访 Yuefang", "brand"))
        card.body.addWidget(label(words("Unlock"), "title"))
        self.hint = label(words("Works without a network."), "muted")
        card.body.addWidget(self.hint)
        names = [(str(n), login or "?") for n, login in enumerate(view.officers)]
        self.officer = combo(names, words("Account"), "0")
        self.officer.setVisible(len(names) > 1)
        self.officer.currentIndexChanged.connect(self._choose)
        card.body.addWidget(self.officer)
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
        self.forgotten = button(look, words("Passphrase forgotten?"), self._forgotten, kind="quiet")
        self.enrol = button(
            look, words("Enrol anew or another officer"), self.enrol_wanted.emit, kind="quiet"
        )
        self.stop = button(look, words("Stop waiting"), self._stop_waiting, kind="quiet")
        self.stop.hide()
        ways = Beside(look, WAYS_LEAST, 8)
        ways.add(row(look, self.forgotten, self.stop, None), 1)
        ways.add(row(look, self.enrol, None))
        card.body.addWidget(ways)
        centre(self, card)
        view.failed.connect(self._show_trouble)
        view.paused.connect(self._show_pause)
        view.asked.connect(self._show_digits)

    def _choose(self, number: int) -> None:
        self._view.choose(number)
        self.passphrase.clear()
        self.trouble.say("")
        self.passphrase.setFocus()

    def submit(self) -> None:
        """Try the passphrase."""
        if self._view.busy:
            return
        if not self.passphrase.text():
            self.trouble.say(self._look.words("Enter the passphrase."), "info")
            return
        self.trouble.say(self._look.words("Opening …"), "info")
        self._tasks.once(self._unlock)

    async def _unlock(self) -> None:
        async with self._resting():
            await self._view.unlock(self.passphrase.text())
        self.passphrase.selectAll()
        self.passphrase.setFocus()

    @asynccontextmanager
    async def _resting(self, *, waiting: bool = False) -> AsyncIterator[None]:
        """Let nothing else be begun meanwhile; who is cancelled has no window any more.

        Who waits may wait no longer: the passphrase may come to mind, or tomorrow be soon enough.
        """
        self._rest(resting=True, waiting=waiting)
        try:
            yield
        except Exception:
            self._rest(resting=False)
            raise
        self._rest(resting=False)

    def _rest(self, *, resting: bool, waiting: bool = False) -> None:
        for part in (self.ok, self.officer, self.forgotten, self.enrol):
            part.setEnabled(not resting)
        self.passphrase.setEnabled(not waiting)
        if waiting:
            self.hint.hide()
        self.forgotten.setVisible(not waiting)
        self.stop.setVisible(waiting)

    def _forgotten(self) -> None:
        if not self._view.busy:
            self._tasks.once(self._reset)

    async def _reset(self) -> None:
        words = self._look.words
        explain = words(
            "Two persons of the bank must agree before this laptop gets its key back; the "
            "administrator knows who they are. Choose a new passphrase, then read the digits that "
            "appear to them and leave this window open. Nothing recorded here is lost."
        )
        title = words("Passphrase forgotten?")
        typed = await ask_passphrase(
            self, self._look, title, explain, passphrase_strength, with_old=False
        )
        if typed is None:
            return
        async with self._resting(waiting=True):
            self.stop.setFocus()
            await self._view.reset(typed.new)
        self.passphrase.setFocus()

    def _stop_waiting(self) -> None:
        self.trouble.say("")
        self.hint.show()
        self._view.stop_waiting()

    def _show_trouble(self, problem: Problem) -> None:
        tone = "warn" if problem.code in BUILT_ANEW else "block"
        self.trouble.say(problem_text(self._look.words, problem), tone)
        self.hint.setHidden(problem.code.startswith(OF_THE_LINE))

    def _show_digits(self, digits: str, is_heard: bool) -> None:
        words = self._look.words
        text = words(
            "Read these digits to both persons, and leave this window open: {digits}", digits=digits
        )
        silent = words("The server does not answer at the moment; it is asked again.")
        self.trouble.say(text if is_heard else words.sentences(silent, text), "info")

    def _show_pause(self, seconds: int) -> None:
        if seconds:
            text = self._look.words("Wrong passphrase. Wait {n} seconds.", n=seconds)
            self.trouble.say(text, "block")
