"""The one table of keys; the help, the tooltips and the bindings all read it."""

from collections.abc import Callable, Mapping

import msgspec
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget


class Key(msgspec.Struct, frozen=True):
    """A key, what it does (a name of the window's acts) and its English words."""

    keys: str
    act: str
    text: str


KEYS = (
    Key("Ctrl+1", "today", "Today"),
    Key("Ctrl+2", "cases", "Cases"),
    Key("Ctrl+3", "map", "Map"),
    Key("Ctrl+4", "sync", "Sync"),
    Key("Ctrl+5", "team", "Team"),
    Key("Ctrl+6", "plan", "Route plan"),
    Key("Ctrl+7", "review", "Review"),
    Key("Ctrl+8", "learning", "Learning"),
    Key("Ctrl+,", "settings", "Settings"),
    Key("Ctrl+F", "search", "Search cases"),
    Key("Ctrl+Return", "begin", "Begin the next visit, or save it"),
    Key("P", "day_sheet", "Print the day sheet, on Today"),
    Key("F5", "sync_now", "Sync now"),
    Key("Alt+Left", "back", "Back"),
    Key("Ctrl+L", "lock", "Lock"),
    Key("F1", "help", "Keys"),
)


def bind(window: QWidget, acts: Mapping[str, Callable[[], object]]) -> dict[str, QShortcut]:
    """Bind every key whose act the window has."""
    bound = {}
    for key in KEYS:
        act = acts.get(key.act)
        if act is None:
            continue
        shortcut = QShortcut(QKeySequence(key.keys), window)
        shortcut.activated.connect(lambda act=act: act())
        bound[key.act] = shortcut
    return bound


def keys_of(act: str) -> str:
    """Return the keys of an act, empty when it has none."""
    return next((k.keys for k in KEYS if k.act == act), "")
