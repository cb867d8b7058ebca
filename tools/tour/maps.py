"""The map's pictures: a pin that is moved, coordinates that are refused, other looks."""

from PySide6.QtWidgets import QComboBox

from field_app.ui.map.map_view import MapView
from field_app.ui.screens.map_screen import MapScreen
from tools.tour.hands import asked, type_text, until
from tools.tour.seat import Seat
from tools.tour.stage import Stage

DRAWN = 6  # times to let tiles come and be painted
LOOKS = (
    ("english-map", {"language": "en", "theme": "light", "text_size": 100}),
    ("dark-map", {"language": "zh_CN", "theme": "dark", "text_size": 100}),
    ("large-map", {"language": "zh_CN", "theme": "light", "text_size": 200}),
)


async def pin_is_moved(stage: Stage, officer: Seat) -> None:
    """Take up a pin, step it away, ask for coordinates, and leave it as it was."""
    screen = await _map_of(stage, officer)
    screen._view.step(1)
    screen.move_pin.click()
    for _ in range(3):
        screen.pin.step_far(1, 0)
    await _drawn(stage)
    await stage.shot(officer.main, "officer-map-pin")
    screen.pin.ask_place()
    question = await asked(officer.main)
    type_text(question.entries["place"], "35.06, 118.36")
    system = question.entries["system"]
    assert isinstance(system, QComboBox)
    system.setCurrentIndex(1)
    question.ok.click()
    await stage.shot(officer.main, "officer-map-coordinates-refused")
    question.reject()
    screen.pin.give_up()
    assert isinstance(screen.map, MapView)
    assert screen.map.gatekeeper.blocked == [], "the map asked for something outside"
    assert screen.map.complaints == [], screen.map.complaints


async def maps_look_otherwise(stage: Stage, officer: Seat) -> None:
    """Show the map in English by day, in Chinese by night, and at twice the size of text."""
    for name, look in LOOKS:
        await officer.look(**look)
        officer.main.resize(1280, 800)
        await _map_of(stage, officer)
        await stage.shot(officer.main, name)
    screen = officer.screens.map
    screen.all.click()
    await stage.settle()
    screen._view.step(1)
    screen.move_pin.click()
    await _drawn(stage)
    await stage.shot(officer.main, "large-map-pin")
    screen.pin.give_up()


async def _map_of(stage: Stage, officer: Seat) -> MapScreen:
    await officer.show("map")
    screen = officer.screens.map
    await until(lambda: screen.map is not None and screen.map.is_ready)
    await _drawn(stage)
    return screen


async def _drawn(stage: Stage) -> None:
    for _ in range(DRAWN):
        await stage.settle()
