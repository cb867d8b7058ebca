"""What needs a person: the server's no with both versions side by side, settled in one step."""

from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from field_app.ui.components.findings_list import FindingsList, answer_text
from field_app.ui.components.flow import Beside
from field_app.ui.components.page import Page
from field_app.ui.components.surfaces import Card, Notice, clear, row
from field_app.ui.components.texts import button, label
from field_app.ui.record_words import record_lines
from field_app.ui.shortcuts import bind_here, keys_of
from field_app.viewmodels.sync import AttentionItem, SyncViewModel
from sync.domain.ids import MutationId

SIDES_LEAST = 480
type Resolve = Callable[[MutationId], Coroutine[Any, Any, None]]


class SyncDecisions(Card):
    """Every piece of refused work with its ways out, each way with a key; hidden without any.

    On a copied laptop the way out is to be enrolled anew, which begins with the lock.
    """

    def __init__(self, page: Page, view: SyncViewModel, lock: Callable[[], None]) -> None:
        super().__init__(page.look, page.words("Needs your decision"))
        self._page = page
        self._view = view
        self._undecided: list[tuple[QWidget, AttentionItem]] = []
        self._column = QVBoxLayout()
        self._column.setSpacing(page.look.px(8))
        self.copied = self._enrol_first(lock)
        self.body.addWidget(self.copied)
        self.body.addLayout(self._column)
        self.hide()
        decisions = {
            "let_stand": self._let_stand,
            "try_again": self._try_again,
            "keep_note": self._keep_note,
        }
        bind_here(page, decisions)

    def _enrol_first(self, lock: Callable[[], None]) -> QWidget:
        look, words = self._page.look, self._page.words
        told = words(
            "Trying again does not help yet: of a copied laptop the server takes visits, calls and "
            "notes only. Ask the administrator for a one-time code, lock, and choose 'Enrol anew "
            "or another officer'. Your work stays here, and then it can be tried again."
        )
        anew = button(look, words("Lock, to enrol anew"), lock, kind="primary", icon="lock")
        anew.setToolTip(keys_of("lock"))
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Notice(look, told, "info"))
        column.addLayout(row(look, None, anew))
        return box

    def show_items(self, items: Sequence[AttentionItem]) -> None:
        """Show these instead of the former."""
        clear(self._column)
        self._undecided = [(self._box(item), item) for item in items]
        for box, _ in self._undecided:
            self._column.addWidget(box)
        self.copied.setVisible(any(item.of_a_copy for item in items))
        self.setVisible(bool(items))

    def ask_again(self) -> None:
        """Let a decision be made once more: the last one could not be kept."""
        for box, _ in self._undecided:
            box.setEnabled(True)

    def _box(self, item: AttentionItem) -> QWidget:
        look, words = self._page.look, self._page.words
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        what = words.code(f"command.{item.item.what}")
        column.addWidget(label(f"{what} · {item.item.case_no}", "heading"))
        column.addWidget(self._why(item))
        sides = Beside(look, SIDES_LEAST, 8)
        mine = record_lines(words, item.mine, self._view.zone, item.names)
        sides.add(self._side(words("Yours"), mine), 1)
        if item.theirs is not None:
            theirs = record_lines(words, item.theirs, self._view.zone, item.names)
            sides.add(self._side(words("At the server"), theirs), 1)
        column.addWidget(sides)
        column.addLayout(row(look, None, *self._ways(box, item)))
        return box

    def _ways(self, box: QWidget, item: AttentionItem) -> list[QWidget]:
        """Return a button for each way in which this can be settled."""
        words, view = self._page.words, self._view
        ways = [("let_stand", words("Let the server's stand"), view.accept_theirs)]
        if item.can_note:
            ways.append(("keep_note", words("Keep mine as a note"), view.keep_as_note))
        if item.can_retry:
            ways.append(("try_again", words("Try mine again"), view.try_again))
        buttons: list[QWidget] = []
        for key, text, act in ways:
            kind = "primary" if key == "try_again" else ""
            one = button(self._page.look, text, partial(self._decide, act, box, item), kind=kind)
            one.setToolTip(keys_of(key))
            buttons.append(one)
        return buttons

    def _let_stand(self) -> None:
        for box, item in self._chosen():
            self._decide(self._view.accept_theirs, box, item)

    def _try_again(self) -> None:
        for box, item in self._chosen():
            if item.can_retry:
                self._decide(self._view.try_again, box, item)

    def _keep_note(self) -> None:
        for box, item in self._chosen():
            if item.can_note:
                self._decide(self._view.keep_as_note, box, item)

    def _chosen(self) -> list[tuple[QWidget, AttentionItem]]:
        """Return what a key decides: where the focus is, else the first; nothing while one runs."""
        if any(not box.isEnabled() for box, _ in self._undecided):
            return []
        focus = self._page.focusWidget()
        here = [one for one in self._undecided if focus and one[0].isAncestorOf(focus)]
        return (here or self._undecided)[:1]

    def _decide(self, act: Resolve, box: QWidget, item: AttentionItem) -> None:
        """Let a decision be made once, however often it is asked for."""
        box.setEnabled(False)
        self._page.start(act(item.item.mid))

    def _why(self, item: AttentionItem) -> QWidget:
        """Return the server's reasons: a rule speaks its own sentence and names its source."""
        answer = self._view.why(item)
        if answer.findings and not answer.problems:
            found = FindingsList(self._page.look)
            found.show_findings(answer.findings)
            return found
        words = self._page.words
        text = answer_text(words, answer) or words.code(f"status.{item.status}")
        return Notice(self._page.look, text, "warn")

    def _side(self, heading: str, lines: Sequence[str]) -> QWidget:
        card = Card(self._page.look)
        card.body.addWidget(label(heading, "muted"))
        for line in lines:
            card.body.addWidget(label(line))
        card.body.addStretch(1)
        return card
