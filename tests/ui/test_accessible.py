"""What a screen reader hears: a name for everything that can be reached, in the right language."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget

from tests.ui import walk
from tests.ui.legible import LANGUAGES
from tests.ui.room import Room


def reachable(window: QWidget) -> list[QWidget]:
    """Return what the keyboard can reach on a window; a part that stands in for another is it."""
    return [
        w
        for w in window.findChildren(QWidget)
        if w.isVisible()
        and w.isEnabled()
        and w.focusPolicy() & Qt.FocusPolicy.TabFocus
        and w.focusProxy() is None
    ]


def heard(widget: QWidget) -> str:
    """Return the name that a screen reader is told."""
    spoken = QAccessible.queryAccessibleInterface(widget)
    return spoken.text(QAccessible.Text.Name).strip() if spoken else ""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", [walk.officer, walk.lead, walk.way_in])
async def test_everything_reachable_has_a_name(room: Room, who: walk.Walk, language: str) -> None:
    nameless = []
    async for name, window in who(room, language=language):
        found = reachable(window)
        assert found, f"{name}: nothing can be reached"
        for widget in found:
            if not heard(widget):
                where = type(widget.parentWidget()).__name__
                nameless.append(f"{name}: {type(widget).__name__} in {where}")
    assert not nameless, "\n".join(sorted(set(nameless)))
