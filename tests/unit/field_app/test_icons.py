"""Every icon the program names is a sign of the font, and takes the colour of its theme."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPalette

from field_app.theme.appearance import ICONS
from field_app.theme.icons import drawn

RED = "#c01020"


def ink(icon: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal) -> set[str]:
    """Return the colours of what is wholly covered."""
    image = icon.pixmap(QSize(48, 48), mode).toImage()
    points = [image.pixelColor(x, y) for x in range(48) for y in range(48)]
    return {p.name() for p in points if p.alpha() == 255}


@pytest.mark.usefixtures("qapp")
def test_every_icon_is_a_sign_of_its_own_in_the_colour_asked_for() -> None:
    seen = set()
    for name in ICONS.values():
        assert ink(drawn(name, RED)) == {RED}, name
        image = drawn(name, RED).pixmap(QSize(48, 48)).toImage()
        seen.add(bytes(image.constBits()))
    assert len(seen) == len(set(ICONS.values()))


@pytest.mark.usefixtures("qapp")
def test_a_disabled_icon_is_in_the_text_colour_of_what_is_disabled() -> None:
    group, role = QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text
    grey: QColor = QGuiApplication.palette().color(group, role)
    assert ink(drawn("map-outline", RED), QIcon.Mode.Disabled) == {grey.name()}


@pytest.mark.usefixtures("qapp")
def test_a_name_that_is_not_in_the_set_is_refused() -> None:
    with pytest.raises(KeyError):
        drawn("no-such-sign", RED)
