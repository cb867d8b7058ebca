"""Sync: what waits, what needs a decision with both versions, how the last tries went."""

import msgspec
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from field_app.ui.components.findings_list import answer_text, problem_text
from field_app.ui.components.focus import focus_kept, resting
from field_app.ui.components.page import Page
from field_app.ui.components.surfaces import Card, Notice, clear, row
from field_app.ui.components.texts import badge, button, label
from field_app.ui.dialogs.export_dialog import OPEN, ask_export
from field_app.ui.look import Look
from field_app.ui.navigation import Navigator
from field_app.ui.screens.map_news_bar import MapNewsBar
from field_app.ui.screens.rescue_bar import RescueBar
from field_app.ui.screens.sync_decisions import SyncDecisions
from field_app.viewmodels.answer import Answer
from field_app.viewmodels.exports import ExportReason
from field_app.viewmodels.sync import (
    REVIVED,
    Incident,
    Progress,
    SyncRun,
    SyncState,
    SyncViewModel,
    WaitingItem,
    put_right,
)

MOST_WAITING = 50
KILO, MEGA = 1000, 1_000_000


class SyncScreen(Page):
    """How this laptop stands to the server."""

    def __init__(
        self, home: QWidget, look: Look, view: SyncViewModel, go: Navigator, news: MapNewsBar
    ) -> None:
        super().__init__(home, look, look.words("Sync"))
        self._view = view
        self._go = go
        self.now = button(look, look.words("Sync now"), view.sync_now, kind="primary", icon="sync")
        self.cancel = button(look, look.words("Cancel"), view.cancel)
        self.testify = button(look, look.words("Save checkpoints"), self._save_checkpoints)
        for one in (self.testify, self.cancel, self.now):
            self.toolbar.addWidget(one)
        self.status = Notice(look)
        self.progress = QProgressBar()
        self.progress.setAccessibleName(look.words("Progress"))
        self.body.addWidget(self.status)
        self.rules = Notice(look)
        self.body.addWidget(self.rules)
        self.record = Notice(look)
        self.body.addWidget(self.record)
        self.body.addWidget(self.progress)
        self.news = news
        self.body.addWidget(news)
        self.rescue = RescueBar(look, self._put_away, lambda: view.zone)
        self.body.addWidget(self.rescue)
        self.decisions = SyncDecisions(self, view, go.lock)
        self.body.addWidget(self.decisions)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(look.px(12))
        self.body.addLayout(self._cards)
        self.body.addStretch(1)
        self.follow(view.changed, self._show)
        self.follow(view.progressed, self._show_status)
        view.answered.connect(self._on_answer)
        self.show_loading()

    def enter(self) -> None:
        """Read the state."""
        self.news.enter()
        self.start(self._view.load())

    def first_act(self) -> QWidget | None:
        """Return the sync itself: what needs a decision is not to be decided by a stray key."""
        return self.now

    def _show_status(self) -> None:
        status, words = self._view.status, self.words
        self.cancel.setVisible(status.running)
        self.progress.setVisible(status.running)
        if status.running and status.progress is not None:
            self._show_step(status.progress)
        elif status.trouble:
            text = words.code(status.trouble, **status.trouble_params)
            when = ""
            if status.next_at is not None and not status.for_person:
                clock = words.clock(status.next_at, self._view.zone)
                when = words("Next try at {time}.", time=clock)
            self.status.say(text, "warn", when)
        elif status.files_trouble:
            self.status.say(words.code(status.files_trouble), "warn", self._all_well())
        else:
            synced = self._view.state is not None and self._view.state.last_sync is not None
            self.status.say(self._all_well(), "ok" if synced else "info")

    def _show_step(self, step: Progress) -> None:
        """Show how far the sync is: files by their bytes, everything else by its number."""
        done, total, more = step.done, step.total, ""
        if step.bytes_total:
            done, total = step.bytes_done // KILO, step.bytes_total // KILO
            sent, whole = (f"{n / MEGA:.1f}" for n in (step.bytes_done, step.bytes_total))
            more = self.words("{sent} of {whole} MB", sent=sent, whole=whole)
        self.progress.setRange(0, total)
        self.progress.setValue(min(done, total))
        self.status.say(self.words.code(f"phase.{step.phase}"), "info", more)

    def _all_well(self) -> str:
        state = self._view.state
        if state is None or state.last_sync is None:
            return self.words("Not synced yet; you can work meanwhile.")
        when = self.words.moment(state.last_sync, self._view.zone)
        return self.words("Last synced {when}.", when=when)

    def _show(self) -> None:
        state = self._view.state
        if state is None:
            return
        self._show_status()
        trouble = state.rules_trouble
        self.rules.say(self.words.code(trouble) if trouble else "", "warn")
        doubt = state.record_trouble
        self.record.say(self.words.code(doubt) if doubt else "", "warn")
        with focus_kept(self):
            self._show_cards(state)
        self.show_content()

    def _show_cards(self, state: SyncState) -> None:
        self.rescue.show_state(state)
        self.decisions.show_items(state.attention)
        clear(self._cards)
        revived = any(one.what == REVIVED for one in state.incidents)
        if revived:  # needs a look, like a decision
            self._cards.addWidget(self._put_right(state.incidents))
        self._cards.addWidget(self._waiting(state.waiting))
        if state.history:
            self._cards.addWidget(self._history(state.history))
        if state.incidents and not revived:
            self._cards.addWidget(self._put_right(state.incidents))

    def _waiting(self, items: tuple[WaitingItem, ...]) -> QWidget:
        words = self.words
        card = Card(self.look, words("Waiting to be sent ({n})", n=len(items)))
        if not items:
            card.body.addWidget(label(words("Everything is sent."), "muted"))
        for item in items[:MOST_WAITING]:
            when = words.moment(item.at, self._view.zone)
            what = words.code(f"command.{item.what}")
            parts = [p for p in (what, item.case_no, when) if p]
            text = label(" · ".join(parts))
            tries = badge(words("{n} tries", n=item.attempts), "info") if item.attempts else None
            card.body.addLayout(row(self.look, text, None, *([tries] if tries else [])))
            if item.has_stumbled:
                card.body.addWidget(Notice(self.look, words.code(item.trouble), "warn"))
        return card

    def _put_away(self) -> None:
        self.once(self._put_rescue_away)

    async def _put_rescue_away(self) -> None:
        with resting(self.rescue.done):
            trouble = await self._view.put_away_rescue()
        self.notice.say(problem_text(self.words, trouble) if trouble else "", "block")
        if trouble is None:
            self.give_keys()

    def _save_checkpoints(self) -> None:
        self.once(self._testify)

    async def _testify(self) -> None:
        words = self.words
        name = "checkpoints.jsonl"
        title, usual = words("Save checkpoints"), ExportReason.SUPERVISION
        export = await ask_export(self, title, name, usual=usual, lock=OPEN)
        if export is None:
            return
        trouble = await self._view.save_checkpoints(words, export.wish, export.path)
        if trouble is not None:
            self.notice.say(problem_text(words, trouble), "block")
        else:
            self._go.tell(words("Saved: {name}", name=export.path.name))

    def _history(self, runs: tuple[SyncRun, ...]) -> QWidget:
        card = Card(self.look, self.words("Recent syncs"))
        for run in runs:
            when = self.words.moment(run.began_at, self._view.zone)
            if run.trouble:
                told = self.words.code(run.trouble)
            else:
                told = self.words("{sent} sent, {received} received", **msgspec.structs.asdict(run))
            mark = (
                badge(self.words("failed"), "warn")
                if run.trouble
                else badge(self.words("done"), "ok")
            )
            card.body.addLayout(row(self.look, label(f"{when} · {told}"), None, mark))
        return card

    def _put_right(self, incidents: tuple[Incident, ...]) -> QWidget:
        """Tell calmly what a sync found wrong: it is over when it is read."""
        card = Card(self.look, self.words("Put right by itself"))
        for one in incidents:
            when = self.words.moment(one.at, self._view.zone)
            problem = put_right(one)
            told = f"{when} · {self.words.code(problem.code, **problem.params)}"
            needs_look = one.what == REVIVED
            card.body.addWidget(Notice(self.look, told, "warn") if needs_look else label(told))
        return card

    def _on_answer(self, answer: Answer) -> None:
        if answer.saved:
            self.notice.say("")
            self._go.tell(self.words("Settled."))
        else:
            self.decisions.ask_again()
            self.notice.say(answer_text(self.words, answer), "block")
