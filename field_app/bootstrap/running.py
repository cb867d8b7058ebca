"""Gives the application its loop and ends it cleanly. The only place that knows qasync."""

import asyncio
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import qasync
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication  # noqa: TID251  # the composition root

from field_app.background.garbage import collect_garbage
from field_app.background.turns import short_turns
from field_app.bootstrap.error_log import ErrorLog
from field_app.bootstrap.laptop import Laptop, MachineClock, line
from field_app.bootstrap.program import Program
from field_app.bootstrap.rest import load_whole
from field_app.bootstrap.standby import Former, Standby, started_with, this_program_waiting
from field_app.settings.settings import Settings
from field_app.storage.slot_file import KeyringStore
from field_app.ui.map.scheme import register_scheme

WARM_AFTER_S = 3.0
LONGEST_END_S = 5.0


def new_application() -> QApplication:
    """Return the application; the map's scheme is made known before it exists."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # The web engine refuses to start as root with its sandbox; only tests run as root.
        os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
    # What the web engine compiled for a graphics card is not kept on the disk either.
    os.environ.setdefault("QTWEBENGINE_CHROMIUM_FLAGS", "--disable-gpu-shader-disk-cache")
    register_scheme()
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Yuefang")
    application.setStyle("Fusion")
    application.setQuitOnLastWindowClosed(False)  # the loop ends with its work, not with a window
    QLocale.setDefault(QLocale(QLocale.Language.Chinese))
    return application


def this_laptop(home: Path, settings: Settings) -> Laptop:
    """Return the real laptop."""
    name = socket.gethostname()
    return Laptop(home, MachineClock(), KeyringStore(), connect=line(settings.authority), name=name)


def run_loop[T](application: QApplication, work: Callable[[], Awaitable[T]]) -> T:
    """Run a coroutine on Qt's loop until it ends, and whatever it left running with it."""
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)

    async def whole() -> T:
        tidy = asyncio.ensure_future(collect_garbage())
        try:
            return await work()
        finally:
            # A task that outlived the loop would only fail for want of one.
            left = {tidy} | asyncio.all_tasks() - {asyncio.current_task()}
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    with short_turns(), closing(loop):
        result: T = loop.run_until_complete(whole())
    return result


def run(
    laptop: Laptop,
    read: Callable[[], Settings],
    former: Former | None = None,
    standby: Standby | None = None,
) -> int:
    """Run the program until its window closes; returns the exit code.

    `read` gives the settings. With a `former` process all is made ready, and shown only when that
    one says so; `standby` is the process that is to ask for the passphrase after this one.
    """
    errors = ErrorLog(laptop.home, laptop.clock)
    if former is None:
        errors.listen()
    application = new_application()
    ending = Ending(standby or this_program_waiting())
    before = former or Former()
    program = Program(application, laptop, read(), ending.lock, before.wait)
    if former is not None:
        load_whole()
        if not former.is_heard():
            return 0
        errors.listen()  # the one log is the former process's until it says the word
        program.adopt(read())

    async def work() -> None:
        application.lastWindowClosed.connect(program.gone.set)
        program.opened.connect(
            lambda: asyncio.get_running_loop().call_later(WARM_AFTER_S, ending.warm)
        )
        program.start()
        await program.gone.wait()
        await program.close()

    run_loop(application, work)
    ending.end()
    return 0


class Ending:
    """How this process ends: by its window, or by a lock, which another process answers."""

    def __init__(self, standby: Standby) -> None:
        self._standby = standby
        self._locked = False
        self._answered = False

    def warm(self) -> None:
        """Let the next process make itself ready, now that this one has time."""
        if not self._locked:
            self._standby.start()

    def lock(self) -> None:
        """Let the next process ask; should this one not end by itself, end it."""
        self._locked = True
        self._answered = self._standby.wake()
        last = threading.Timer(LONGEST_END_S, self.end)
        last.daemon = True
        last.start()

    def end(self) -> None:
        """See to who goes on; after a lock end at once.

        The vault is closed by then, or a request does not end: the interpreter's farewell of two
        seconds would only keep the key in memory.
        """
        if not self._locked:
            self._standby.dismiss()
            return
        if not self._answered:
            subprocess.Popen(  # noqa: S603  # this very program
                started_with(sys.argv[1:])
            )
        sys.stdout.flush()
        os._exit(0)
