"""Chooses how this system tells that a person goes."""

import sys
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication


class Watch(Protocol):
    """Listens as long as it is held."""

    def stop(self) -> None:
        """Listen no longer."""
        ...


def watch_session(on_away: Callable[[str], None], parent: QObject) -> Watch:
    """Call `on_away` with the reason (asleep, locked, switched, lid) each time a person goes."""
    if sys.platform == "win32":
        from field_app.bootstrap.session_watch.windows import WindowsWatch

        return WindowsWatch(on_away, QGuiApplication.instance())
    if sys.platform == "darwin":
        from field_app.bootstrap.session_watch.macos import MacWatch

        return MacWatch(on_away)
    from PySide6.QtDBus import QDBusConnection

    from field_app.bootstrap.session_watch.logind import BusWatch

    buses = (QDBusConnection.systemBus(), QDBusConnection.sessionBus())
    return BusWatch(on_away, buses, parent)
