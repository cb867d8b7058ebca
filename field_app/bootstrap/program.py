"""The program from its first window to its last: unlock or enrol, then the desk's window.

1. `run` gives the application an asyncio loop (qasync) and starts `Program`.
2. `Program.start` shows Enrol or Unlock; both end with an open vault.
3. `Program.open_desk` lays the desk on the store thread and starts the sync loop.
4. `show_main` builds view-models and screens; settings build them anew.
Read next: `workshop.py`, which makes the view-models.
"""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtWidgets import QApplication, QWidget  # noqa: TID251  # the composition root

from field_app.background.lease_watch import LeaseWatch
from field_app.background.lock_timer import LockTimer
from field_app.background.store_thread import StoreThread
from field_app.background.tasks import Tasks
from field_app.bootstrap.laptop import Laptop
from field_app.bootstrap.rest import load_in_pieces
from field_app.bootstrap.session_watch.watching import Watch, watch_session
from field_app.bootstrap.way_in import settle, shut_lease, slot_of
from field_app.i18n.words import load_words
from field_app.settings.settings import Settings, write_settings
from field_app.storage.tries import Tries
from field_app.storage.trouble import of_disk
from field_app.storage.vault import Vault
from field_app.theme.appearance import dress
from field_app.theme.tokens import load_tokens
from field_app.ui.clipboard import Copied
from field_app.ui.look import Look
from field_app.ui.screens.enrol_screen import EnrolScreen
from field_app.ui.screens.gone_screen import GoneScreen
from field_app.ui.screens.unlock_screen import UnlockScreen
from field_app.viewmodels.enrol import EnrolForm, EnrolViewModel
from field_app.viewmodels.unlock import UnlockViewModel, WayIn

if TYPE_CHECKING:  # loaded while the passphrase is typed: see `rest`
    from field_app.background.downloads import Downloads
    from field_app.background.runner import Runner
    from field_app.background.sync_loop import SyncLoop
    from field_app.bootstrap.resetting import KeyReset
    from field_app.bootstrap.workshop import Workshop
    from field_app.storage.profile import Profile
    from field_app.ui.main_window import MainWindow


class Program(QObject):
    """One running program; `relaunch` lets another one ask for the passphrase when it locks.

    `former_gone` waits until the process before this one has ended. Signal: `opened()` when the
    desk is laid.
    """

    opened = Signal()

    def __init__(
        self,
        application: QApplication,
        laptop: Laptop,
        settings: Settings,
        relaunch: Callable[[], None],
        former_gone: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self._application = application
        self._laptop = laptop
        self.settings = settings
        self._relaunch = relaunch
        self._former_gone = former_gone
        self._watch: Watch | None = None
        self.store = StoreThread()
        self.gone = asyncio.Event()
        self.tasks = Tasks()
        self.window: QWidget | None = None
        self._main: MainWindow | None = None
        self.runner: Runner | None = None
        self.sync_loop: SyncLoop | None = None
        self._lock: LockTimer | None = None
        self._lease: LeaseWatch | None = None
        self._downloads: Downloads | None = None
        self._sync_task: asyncio.Task[None] | None = None
        self._profile: Profile | None = None
        self._workshop: Workshop | None = None
        self.look = self._new_look()
        self._copied = Copied()

    def _new_look(self) -> Look:
        resources = self._laptop.resources
        words = load_words(resources / "i18n", self.settings.language)
        tokens = load_tokens(resources / "themes", self.settings.theme, self.settings.text_size)
        dress(self._application, tokens, self._laptop.home / "theme")
        return Look(words, tokens)

    def adopt(self, settings: Settings) -> None:
        """Take the settings as they are now; they may have changed while this program waited."""
        if settings != self.settings:
            self.settings = settings
            self.look = self._new_look()

    def start(self) -> None:
        """Show the way in, and load behind it what follows."""
        settle(self._laptop)
        self.tasks.start(load_in_pieces())
        officers = self._laptop.every_officers()
        if not officers:
            self._show_enrolling()
            return
        unlocking = UnlockViewModel(self.store, [self._way_in(one) for one in officers])
        unlocking.unlocked.connect(self._on_vault)
        screen = UnlockScreen(self.look, unlocking)
        screen.enrol_wanted.connect(lambda: self._show_enrolling(back=True))
        self._show(screen)

    def _way_in(self, laptop: Laptop) -> WayIn:
        def reset() -> "KeyReset":
            from field_app.bootstrap.resetting import KeyReset

            return KeyReset(laptop)

        slot = slot_of(laptop)
        tries = Tries(laptop.tries, laptop.clock, lambda: shut_lease(laptop))
        return WayIn(
            slot.login if slot else "",
            lambda passphrase: self._unlock(laptop, passphrase),
            tries,
            reset,
        )

    def _unlock(self, laptop: Laptop, passphrase: str) -> Vault:
        from field_app.bootstrap.unlocking import unlock

        self._former_gone()
        return unlock(laptop, passphrase)

    def _enrol(self, form: EnrolForm, tell: Callable[[str], None]) -> Vault:
        from field_app.bootstrap.enrolling_anew import enrol_here

        return enrol_here(self._laptop, form, tell)

    def _show_enrolling(self, *, back: bool = False) -> None:
        enrolling = EnrolViewModel(self.store, self._enrol)
        enrolling.enrolled.connect(self._on_vault)
        screen = EnrolScreen(self.look, enrolling, self.settings.server, back=back)
        screen.back_wanted.connect(self.start)
        self._show(screen)

    @property
    def _desk_window(self) -> "MainWindow | None":
        """Return the desk's window while it is the one shown."""
        return self._main if self.window is self._main else None

    def _show(self, window: QWidget) -> None:
        before, self.window = self.window, window
        room = window.screen().availableSize()
        if window is not self._main:
            window.setWindowTitle(self.look.words("Yuefang"))
            wished = QSize(self.look.px(900), self.look.px(680))
            window.resize(wished.boundedTo(room))
        if window.height() > room.height():
            window.showMaximized()  # else its strip would lie below the edge of a small screen
        else:
            window.show()
        if before is not None:
            before.close()
            before.deleteLater()

    def _on_vault(self, vault: Vault) -> None:
        self.tasks.start(self.open_desk(vault))

    async def open_desk(self, vault: Vault) -> None:
        """Lay the desk and show the window."""
        await load_in_pieces()
        from field_app.background.downloads import Downloads
        from field_app.background.runner import Runner
        from field_app.background.sync_loop import SyncLoop
        from field_app.bootstrap.desk_setup import lay_desk, policy_brought
        from field_app.bootstrap.key_round import KeyRound
        from field_app.bootstrap.workshop import maps_of
        from field_app.operations.keys import lease_left
        from field_app.storage.profile import own_profile

        self._laptop = replace(self._laptop, folder=vault.folder.name)
        desk = await self.store.do(
            lambda: lay_desk(self._laptop, vault, policy_brought(self._laptop))
        )
        self._profile = profile = await self.store.do(lambda: own_profile(vault))
        self.runner = Runner(self.store, desk)
        transport = self._laptop.connect(profile.address, profile.token, profile.device_key)
        clock = self._laptop.clock
        loop = asyncio.get_running_loop()

        def on_wiped() -> None:
            loop.call_soon_threadsafe(self._on_wiped)

        maps = maps_of(self._laptop, profile)
        rounds = KeyRound(self._laptop, vault, self.store, on_wiped)
        self.sync_loop = SyncLoop(
            self.runner, transport, clock, self._laptop.times(clock), _report, rounds, maps
        )
        self._downloads = Downloads(self.runner, transport)
        self.sync_loop.limit_files(self.settings.files_kb_s)
        self.sync_loop.let_maps_come(by_themselves=self.settings.newer_maps == "idle")
        await self.show_main()
        self._sync_task = asyncio.ensure_future(self.sync_loop.run())
        limit = timedelta(minutes=self.settings.lock_minutes)
        self._lock = LockTimer(self._laptop.clock, limit, self.lock)
        self.tasks.start(self._lock.watch())
        left = partial(self.runner.run, lease_left)
        self._lease = LeaseWatch(left, self._on_lease, self.lock)
        self.tasks.start(self._lease.watch())
        self._watch = watch_session(lambda _why: self.lock(), self)
        self.opened.emit()

    async def show_main(self) -> None:
        """Build the window of the officer whose desk it is."""
        if self.runner is None or self.sync_loop is None or self._profile is None:
            raise LookupError("there is no desk yet")
        if self._downloads is None:
            raise LookupError("there is no line yet")
        from field_app.bootstrap.workshop import BankMap, Workshop, maps_of

        published = await self.runner.run(lambda desk: desk.store.map_notices.state().here)
        workshop = Workshop(
            self._laptop,
            self.settings,
            self.runner,
            self.sync_loop,
            self._downloads,
            self.look,
            BankMap(maps_of(self._laptop, self._profile), published) if published else None,
        )
        window = await workshop.build_window(self._profile, self.apply)
        window.lock_wanted.connect(self.lock)
        window.touched.connect(self._touch)
        window.closing.connect(lambda: self._on_closing(window))
        former, self._workshop = self._workshop, workshop
        shown, self._main = self._desk_window, window
        if former is not None and shown is not None:
            former.retire()
            shown.destroyed.connect(former.close)
            window.restoreGeometry(shown.saveGeometry())
            window.show_screen("settings")
        self._show(window)

    def apply(self, settings: Settings) -> None:
        """Keep new settings and show the window anew; what cannot be kept is not applied."""
        try:
            write_settings(self._laptop.home, settings)
        except OSError as error:
            if self._desk_window is not None:
                self._desk_window.refuse(self.look.words.code(of_disk(error).code))
            return
        self.settings = settings
        self.look = self._new_look()
        if self._lock is not None:
            self._lock.limit = timedelta(minutes=settings.lock_minutes)
        if self.sync_loop is not None:
            self.sync_loop.limit_files(settings.files_kb_s)
            self.sync_loop.let_maps_come(by_themselves=settings.newer_maps == "idle")
        self.tasks.start(self.show_main())

    def _on_closing(self, window: "MainWindow") -> None:
        if window is self.window:
            self.gone.set()

    def lock(self) -> None:
        """End this process, for Python cannot forget a key; the next one asks to unlock.

        What a form holds is kept as its window hides, before anything is closed.
        """
        if self.gone.is_set():
            return
        for window in self._application.topLevelWidgets():
            window.hide()
        if self._desk_window is not None:
            self._desk_window.clipboard.forget()
        self._copied.forget()
        if self.sync_loop is not None:
            self.sync_loop.cancel()
        self._relaunch()
        self.gone.set()

    def _on_wiped(self) -> None:
        """Show that there is nothing here any more; the vault is closed and gone."""
        if self._sync_task is not None:
            self._sync_task.cancel()
        if self._workshop is not None:
            self._workshop.retire()
        self._show(GoneScreen(self.look))

    def _on_lease(self, left: timedelta) -> None:
        """Say that this laptop is about to lock because it has not met its server for so long."""
        if self._desk_window is not None:
            self._desk_window.warn_of_end(left)

    def _touch(self) -> None:
        """Note that a person is here."""
        if self._lock is not None:
            self._lock.touch()

    async def close(self) -> None:
        """End tasks and threads, the vault last."""
        if self._watch is not None:
            self._watch.stop()
        if self._desk_window is not None:
            await self._desk_window.kept()
        self.tasks.cancel()
        if self._sync_task is not None:
            self._sync_task.cancel()
            await asyncio.gather(self._sync_task, return_exceptions=True)
        if self._workshop is not None:
            self._workshop.close()
        if self.runner is not None:
            await asyncio.to_thread(self.runner.close)
        else:
            self.store.close()


def _report(bug: Exception) -> None:
    """Hand a bug of the network thread to the program's one place for bugs."""
    sys.excepthook(type(bug), bug, bug.__traceback__)
