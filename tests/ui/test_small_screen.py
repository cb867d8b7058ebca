"""A laptop's screen that is lower than the window likes to be: 1366×768, less the system's bar."""

import pytest
from PySide6.QtCore import QSize

from field_app.ui.main_window import MainWindow
from tests.ui.room import Room


class Screen:
    def __init__(self, lines: int) -> None:
        self._lines = lines

    def availableSize(self) -> QSize:
        return QSize(1366, self._lines)


@pytest.mark.parametrize(("lines", "whole"), [(728, True), (1040, False)])
async def test_the_window_fits_its_screen(
    room: Room, monkeypatch: pytest.MonkeyPatch, lines: int, whole: bool
) -> None:
    monkeypatch.setattr(MainWindow, "screen", lambda _window: Screen(lines))
    li = await room.seat("li")
    assert li.main.isMaximized() is whole
