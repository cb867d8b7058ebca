"""Keeps the focus where a person works while what is shown is made anew."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

type Name = tuple[str, int]


@contextmanager
def focus_kept(inside: QWidget) -> Iterator[None]:
    """Give the focus back to what had it before the block, or to what stood behind that."""
    before = _reachable(inside)
    had = next((n for n, w in before.items() if w is QApplication.focusWidget()), None)
    yield
    if had is not None:
        names = list(before)
        at = names.index(had)
        wished = [*names[at:], *reversed(names[:at])]
        # What was made just now can take the focus once it is shown.
        QTimer.singleShot(0, inside, lambda: _give(inside, wished))


@contextmanager
def resting(pressed: QWidget) -> Iterator[None]:
    """Let a button rest; it has the keys again after, unless they were led elsewhere meanwhile.

    Qt hands them to whatever stands behind it, which may be a way out.
    """
    had = pressed.hasFocus()
    pressed.setEnabled(False)
    behind = QApplication.focusWidget()
    try:
        yield
    finally:
        pressed.setEnabled(True)
        if had and QApplication.focusWidget() is behind:
            pressed.setFocus()


def _give(inside: QWidget, wished: list[Name]) -> None:
    there = _reachable(inside)
    found = next((there[name] for name in wished if name in there), None)
    if found is not None:
        found.setFocus()


def _reachable(inside: QWidget) -> dict[Name, QWidget]:
    """Return what Tab reaches inside, as it was made, by what it is called and which of that name.

    Not along Qt's own chain: its binding takes the next for a part of the one asked, and would
    declare a dialog's buttons dead once a card on the screen behind it has gone.
    """
    seen: Counter[str] = Counter()
    found: dict[Name, QWidget] = {}
    for one in inside.findChildren(QWidget):
        if _is_reachable(one):
            name = one.accessibleName()
            found[name, seen[name]] = one
            seen[name] += 1
    return found


def _is_reachable(one: QWidget) -> bool:
    tabbed = bool(one.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return tabbed and one.isVisible() and one.isEnabled()
