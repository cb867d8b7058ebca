"""Gives the application its loop and ends it cleanly. The only place that knows qasync."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import qasync
from PySide6.QtCore import QLocale, QProcess
from PySide6.QtWidgets import QApplication  # noqa: TID251  # the composition root

from field_app.background.garbage import collect_garbage
from field_app.bootstrap.error_log import ErrorLog
from field_app.bootstrap.laptop import Laptop, MachineClock, line
from field_app.bootstrap.program import Program
from field_app.settings.settings import Settings
from field_app.storage.slot_file import KeyringStore
from field_app.ui.map.scheme import register_scheme


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
    QLocale.setDefault(QLocale(QLocale.Language.Chinese))
    return application


def this_laptop(home: Path, settings: Settings) -> Laptop:
    """Return the real laptop."""
    name = os.environ.get("COMPUTERNAME") or os.uname().nodename
    return Laptop(home, MachineClock(), KeyringStore(), connect=line(settings.authority), name=name)


# How long another thread may keep Python's lock when the window wants it. The window takes it again
# after each call into Qt, so a frame of fifty calls waited fifty times Python's own 5 ms.
SWITCH_S = 0.0005


def run_loop[T](application: QApplication, work: Callable[[], Awaitable[T]]) -> T:
    """Run a coroutine on Qt's loop until it ends, and whatever it left running with it."""
    loop = qasync.QEventLoop(application)
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
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

    try:
        with closing(loop):
            result: T = loop.run_until_complete(whole())
    finally:
        sys.setswitchinterval(before)
    return result


def run(laptop: Laptop, settings: Settings) -> int:
    """Run the program until its window closes; returns the exit code."""
    ErrorLog(laptop.home, laptop.clock).listen()
    application = new_application()
    application.setQuitOnLastWindowClosed(False)
    locked = False

    def relaunch() -> None:
        nonlocal locked
        locked = True

    async def work() -> None:
        program = Program(application, laptop, settings, relaunch)
        application.lastWindowClosed.connect(program.gone.set)
        program.start()
        await program.gone.wait()
        await program.close()

    run_loop(application, work)
    if locked:
        _start_anew()
    return 0


def _start_anew() -> None:
    arguments = sys.argv[1:]
    if not getattr(sys, "frozen", False):
        arguments = ["-m", "field_app", *arguments]
    QProcess.startDetached(sys.executable, arguments)
