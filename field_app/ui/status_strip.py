"""The line below every screen: how far this laptop and its server are together, sync, lock."""

from collections.abc import Iterator

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from field_app.ui.components.texts import button, label, tip
from field_app.ui.look import Look
from field_app.ui.shortcuts import keys_of
from field_app.viewmodels.sync import SyncViewModel

OFFLINE = "sync.unreachable"
LAST_HOURS = 4


class StatusStrip(QFrame):
    """Signals: `lock_wanted()`, and `lease_low(int)` once, with the hours that are left."""

    lock_wanted = Signal()
    lease_low = Signal(int)

    def __init__(self, look: Look, sync: SyncViewModel) -> None:
        super().__init__()
        self._words = look.words
        self._sync = sync
        self._lease_told = False
        self.setProperty("kind", "strip")
        line = QHBoxLayout(self)
        line.setContentsMargins(look.px(24), look.px(6), look.px(16), look.px(6))
        self.text = label("", "muted")
        room = self.text.sizePolicy()
        room.setRetainSizeWhenHidden(True)
        self.text.setSizePolicy(room)
        line.addWidget(self.text, 1)
        self.sync_button = button(
            look, look.words("Sync now"), sync.sync_now, kind="quiet", icon="sync"
        )
        self.sync_button.setToolTip(keys_of("sync_now"))
        lock = button(look, look.words("Lock"), self.lock_wanted.emit, kind="quiet", icon="lock")
        lock.setToolTip(keys_of("lock"))
        line.addWidget(self.sync_button)
        line.addWidget(lock)
        sync.changed.connect(self._show)
        sync.progressed.connect(self._show)

    def give_way(self, told: bool) -> None:
        """Leave the place of the words to what is told now; the strip stays as high as it is."""
        self.text.setVisible(not told)

    def _show(self) -> None:
        status, words = self._sync.status, self._words
        if self._sync.state is None:
            return
        told = words.code(status.trouble, **status.trouble_params) if status.trouble else ""
        self.text.setToolTip(tip(told))
        self.text.setText(" · ".join((*self._standing(), *self._doing())))
        hours = self._sync.lease_hours
        if hours is not None and hours < LAST_HOURS and not self._lease_told:
            self._lease_told = True
            self.lease_low.emit(hours)

    def _standing(self) -> Iterator[str]:
        """Say what is here, what waits, and for how long this laptop may go on alone."""
        state, words = self._sync.state, self._words
        if state is None:
            return
        yield words("Using local data")
        if state.last_sync is not None:
            yield words("synced {when}", when=words.moment(state.last_sync, self._sync.zone))
        elif state.rescue is not None:
            yield words("built anew: see Sync")
        else:
            yield words("not synced yet")
        waiting = len(state.waiting)
        yield words("{n} to be sent", n=waiting) if waiting else words("all sent")
        if state.attention:
            yield words("{n} need your decision", n=len(state.attention))
        if self._sync.lease_hours is not None:
            yield words("sync within {n} hours to unlock here", n=self._sync.lease_hours)

    def _doing(self) -> Iterator[str]:
        """Say what sync does, or the one thing that stands in its way."""
        state, status, words = self._sync.state, self._sync.status, self._words
        if status.running:
            yield words("syncing …")
        elif status.trouble:
            if status.trouble == OFFLINE:
                yield words("offline just now")
            elif status.for_person:
                yield words("sync cannot go on: see Sync")
            else:
                yield words("sync is tried again by itself")
        elif state is not None:
            doubt = state.record_trouble or state.rules_trouble
            if doubt:
                yield words.code(doubt)
