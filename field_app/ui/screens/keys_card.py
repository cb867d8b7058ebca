"""The settings' card about this laptop's keys: how they stand, and changing them."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout

from field_app.background.tasks import Tasks
from field_app.ui.components.findings_list import problem_text
from field_app.ui.components.flow import Flow
from field_app.ui.components.surfaces import Card, Notice, clear
from field_app.ui.components.texts import button, label
from field_app.ui.dialogs.passphrase_dialog import ask_passphrase
from field_app.ui.look import Look
from field_app.viewmodels.enrol import passphrase_strength
from field_app.viewmodels.keys import KeyState, KeysViewModel
from field_app.viewmodels.problem import Problem


class KeysCard(Card):
    """Suite, cost of a guess, keyring, lease, and when the key was made."""

    def __init__(self, look: Look, view: KeysViewModel) -> None:
        super().__init__(look, look.words("Keys of this laptop"))
        self._look = look
        self._view = view
        self._tasks = Tasks()
        words = look.words
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(look.px(24))
        self._facts.setVerticalSpacing(look.px(8))
        self._facts.setColumnStretch(1, 1)
        self.body.addLayout(self._facts)
        self.told = Notice(look)
        self.body.addWidget(self.told)
        self.change = button(look, words("Change the passphrase"), self._change)
        self.rekey = button(look, words("New key at the next unlock"), self._rekey)
        acts = Flow(look)
        acts.setAlignment(Qt.AlignmentFlag.AlignRight)
        acts.addWidget(self.rekey)
        acts.addWidget(self.change)
        self.body.addLayout(acts)
        view.failed.connect(self._show_trouble)
        view.changed.connect(self._show_done)

    def enter(self) -> None:
        """Show how the keys stand now."""
        self.told.say("")
        self._tasks.start(self._load())

    async def _load(self) -> None:
        state = await self._view.state()
        clear(self._facts)
        for number, (name, value) in enumerate(self._lines(state) if state else ()):
            self._facts.addWidget(label(name, "muted", wrap=False), number, 0)
            self._facts.addWidget(label(value), number, 1)

    def _lines(self, state: KeyState) -> list[tuple[str, str]]:
        words, zone = self._look.words, self._view.zone
        keyring = words("yes") if state.with_keyring else words("no: the passphrase alone opens it")
        until = words.moment(state.lease_until, zone) if state.lease_until else words("no end")
        made = words.moment(state.made_at, zone) if state.made_at else words("at the enrolment")
        cost = words("{mib} MiB, {n} passes", mib=state.memory_mib, n=state.passes)
        return [
            (words("Suite"), state.suite),
            (words("Cost of one passphrase guess"), cost),
            (words("Second secret in the keyring"), keyring),
            (words("Opens offline until"), until),
            (words("Key made"), words("at the next unlock") if state.rekey_wanted else made),
        ]

    def _change(self) -> None:
        if not self._view.busy:
            self._tasks.once(self._ask)

    async def _ask(self) -> None:
        words = self._look.words
        explain = words("The new one opens this laptop from now on; the old one no longer does.")
        title = words("Change the passphrase")
        typed = await ask_passphrase(
            self, self._look, title, explain, passphrase_strength, with_old=True
        )
        if typed is not None:
            await self._view.change_passphrase(typed.old, typed.new, typed.repeated)
            await self._load()

    def _rekey(self) -> None:
        if not self._view.busy:
            self._tasks.once(self._wish)

    async def _wish(self) -> None:
        await self._view.wish_rekey()
        await self._load()

    def _show_done(self, what: str) -> None:
        self.told.say(self._look.words.code(f"keys_done.{what}"), "ok")

    def _show_trouble(self, problem: Problem) -> None:
        self.told.say(problem_text(self._look.words, problem), "block")
