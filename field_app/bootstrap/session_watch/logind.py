"""Linux: systemd-logind, UPower and the screen savers say it on the system's or session's bus.

Sources: org.freedesktop.login1(5), UPower's and the freedesktop screen saver's interfaces.
Where there is no bus, nothing is heard and the idle limit alone locks.
"""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import SLOT, QObject, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage

MANAGER = "org.freedesktop.login1.Manager"
SESSION = "org.freedesktop.login1.Session"
POWER = "org.freedesktop.UPower"
CHANGED = "PropertiesChanged"
SAVERS = ("org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver")
SIGNALS = (
    (MANAGER, "PrepareForSleep"),
    (SESSION, "Lock"),
    ("org.freedesktop.DBus.Properties", CHANGED),
    *((saver, "ActiveChanged") for saver in SAVERS),
)
# The binding takes a str here, whatever its stubs say: bytes are refused (PySide6 6.12).
HEAR: Any = SLOT("hear(QDBusMessage)")


class BusWatch(QObject):
    """Hears the buses it is given; those that are not there are left out."""

    def __init__(
        self,
        on_away: Callable[[str], None],
        buses: Sequence[QDBusConnection],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._on_away = on_away
        self._buses = [bus for bus in buses if bus.isConnected()]
        for bus in self._buses:
            for interface, name in SIGNALS:
                bus.connect("", "", interface, name, self, HEAR)

    @Slot(QDBusMessage)
    def hear(self, message: QDBusMessage) -> None:
        """Take one signal of a bus."""
        reason = reason_of(message.interface(), message.member(), message.arguments())
        if reason:
            self._on_away(reason)

    def stop(self) -> None:
        """Listen no longer."""
        for bus in self._buses:
            for interface, name in SIGNALS:
                bus.disconnect("", "", interface, name, self, HEAR)
        self._buses = []


def reason_of(interface: str, member: str, arguments: Sequence[object]) -> str:
    """Return why the person goes, or nothing when a signal does not say so."""
    match interface, member, list(arguments):
        case str(), "PrepareForSleep", [True]:
            return "asleep"
        case str(), "Lock", []:
            return "locked" if interface == SESSION else ""
        case str(), "ActiveChanged", [True]:
            return "locked"
        case str(), "PropertiesChanged", [about, dict() as changed, *_]:
            if about == SESSION and changed.get("Active") is False:
                return "switched"
            if about == SESSION and changed.get("LockedHint") is True:
                return "locked"
            return "lid" if about == POWER and changed.get("LidIsClosed") is True else ""
    return ""
