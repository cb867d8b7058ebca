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


ON_KEYBOARD = {"Return": "Enter", "Left": "←", "Right": "→", "Up": "↑", "Down": "↓"}
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
    Key("Ctrl+F", "search", "Search cases; on the map, points and places"),
    Key(
        "Ctrl+Return",
        "begin",
        "Begin the next visit; save it, an agreed hour or a question",
    ),
    Key("Ctrl+D", "doorstep", "At the door of this visit, or away from it"),
    Key("P", "day_sheet", "Print the day sheet, on Today or with its map on the map"),
    Key("]", "next_stop", "Next point, on the map"),
    Key("[", "previous_stop", "Point before, on the map"),
    Key("+", "zoom_in", "Nearer, on the map"),
    Key("-", "zoom_out", "Farther, on the map"),
    Key("Shift+Left", "pan_left", "Look to the left, on the map"),
    Key("Shift+Right", "pan_right", "Look to the right, on the map"),
    Key("Shift+Up", "pan_up", "Look up, on the map"),
    Key("Shift+Down", "pan_down", "Look down, on the map"),
    Key("M", "move_pin", "Move the pin, on the map: arrows, then Return or Escape"),
    Key("K", "type_pin", "Type the pin's coordinates, on the map"),
    *(
        Key(f"Alt+{n}", f"suggestion_{n}", "Ask for a suggestion of the route plan, Alt+1 to Alt+9")
        for n in range(1, 10)
    ),
    Key("Ctrl+Z", "undo", "Take back the last change, in the route plan"),
    Key("F5", "sync_now", "Sync now"),
    Key("Alt+S", "let_stand", "Let the server's stand, of what needs your decision"),
    Key("Alt+T", "try_again", "Try mine again, of what needs your decision"),
    Key("Alt+K", "keep_note", "Keep mine as a note, of what needs your decision"),
    Key("Alt+Left", "back", "Back"),
    Key("Esc, Esc", "cover", "Hide everything"),
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
        shortcut.setAutoRepeat(False)  # held, it would save a visit and begin the next
        shortcut.activated.connect(lambda act=act: act())
        bound[key.act] = shortcut
    return bound


def bind_here(page: QWidget, acts: Mapping[str, Callable[[], object]]) -> None:
    """Bind keys that work while this screen is shown, wherever the focus is."""
    for act, does in acts.items():
        shortcut = QShortcut(QKeySequence(keys_of(act)), page)
        shortcut.setAutoRepeat(False)  # a key that is held decides once
        shortcut.activated.connect(lambda does=does: does())


def keys_of(act: str) -> str:
    """Return the keys of an act, empty when it has none."""
    return next((k.keys for k in KEYS if k.act == act), "")


def shown(keys: str) -> str:
    """Return keys as they stand on a keyboard: Ctrl+Enter, Shift+←."""
    return "+".join(ON_KEYBOARD.get(part, part) for part in keys.split("+")) if keys[1:] else keys


def text_of(act: str) -> str:
    """Return the English words of an act; raises StopIteration for one without keys."""
    return next(k.text for k in KEYS if k.act == act)
