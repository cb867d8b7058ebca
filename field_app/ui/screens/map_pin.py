"""The bar above the map while a pin is set or moved: by click, by dragging, by arrow keys."""

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QVBoxLayout

from field_app.background.tasks import Tasks
from field_app.ui.components.findings_list import problem_text
from field_app.ui.components.flow import COLUMNS_LEAST, Beside, Flow
from field_app.ui.components.page import Page
from field_app.ui.components.texts import button, label
from field_app.ui.dialogs.form_dialog import Field, ask
from field_app.ui.look import Look
from field_app.ui.screens.map_coordinates import ask_coordinates
from field_app.ui.shortcuts import keys_of
from field_app.viewmodels.map import MapItem, MapViewModel
from sync.domain.vocabulary import Datum

if TYPE_CHECKING:
    from field_app.ui.screens.map_screen import MapCanvas

NEAR_M, FAR_M = 5.0, 50.0
METRES_A_DEGREE = 111_195.0
PIN_ZOOM = 17
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
type Done = Callable[[str, str], None]


class PinBar(QFrame):
    """Says what to do with the pin; `item` is whose pin it is, None when none is moved.

    `taken` tells whether one is being moved from now on.
    """

    taken = Signal(bool)

    def __init__(self, look: Look, view: MapViewModel, page: Page, done: Done) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self._look = look
        self._view = view
        self._page = page
        self._done = done
        self._tasks = Tasks()
        self.map: MapCanvas | None = None
        self.item: MapItem | None = None
        self.point: tuple[float, float] | None = None
        words = look.words
        self.text = label("")
        self.datum = Datum.WGS84
        self.type = button(look, words("Type coordinates"), self.ask_place)
        self.type.setToolTip(keys_of("type_pin"))
        self.keep = button(look, words("Keep the pin"), self.ask_reason, kind="primary")
        self.stop = button(look, words("Leave it"), self.give_up)
        acts = Flow(look)
        for one in (self.type, self.keep, self.stop):
            acts.addWidget(one)
        line = Beside(look, COLUMNS_LEAST, 8)
        line.add(self.text, 1)
        line.add(acts)
        QVBoxLayout(self).addWidget(line)
        self.hide()
        self._keys: list[QShortcut] = []

    def begin(self, item: MapItem) -> None:
        """Take up an item's pin, or let one be set."""
        if self.map is None:
            return
        self.item = item
        self.point = None
        self.map.take_pin()
        if item.stop is not None:
            self.map.look_at(item.stop.lat, item.stop.lon, PIN_ZOOM)
            self.put(item.stop.lat, item.stop.lon)
        self._bind()
        self._tell()
        self.show()
        self.taken.emit(True)
        self.map.setFocus()

    def put(self, lat: float, lon: float, datum: Datum = Datum.WGS84) -> None:
        """Set the pin here, in WGS-84 whatever system it was told in; nothing when none is set."""
        if self.item is not None and self.map is not None:
            self.point, self.datum = (lat, lon), datum
            self.map.set_pin(lat, lon)
            self._tell()

    def step_far(self, across: int, down: int) -> bool:
        """Move the pin a larger step; False when there is none to move."""
        return self._step(across, down, FAR_M)

    def _step(self, across: int, down: int, metres: float) -> bool:
        if self.item is None or self.point is None:
            return False
        lat, lon = self.point
        north = -down * metres / METRES_A_DEGREE
        east = across * metres / (METRES_A_DEGREE * math.cos(math.radians(lat)))
        self.put(lat + north, lon + east)
        return True

    def _bind(self) -> None:
        """Take the arrows, Return and Escape of the screen while a pin is moved."""
        acts: list[tuple[Qt.Key, Callable[[], object]]] = [
            (key, partial(self._step, across, down, NEAR_M))
            for key, (across, down) in ARROWS.items()
        ]
        acts += [(Qt.Key.Key_Return, self.ask_reason), (Qt.Key.Key_Escape, self.give_up)]
        for key, does in acts:
            shortcut = QShortcut(QKeySequence(key), self._page)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda does=does: does())
            self._keys.append(shortcut)

    def _tell(self) -> None:
        words = self._look.words
        self.keep.setEnabled(self.point is not None)
        if self.item is None:
            return
        told = [f"{self.item.name} · {self.item.case_no} ·"]
        moved = self._view.moved_m(self.item, self.point) if self.point else None
        if self.point is None:
            told.append(words("Click on the map, or search for the street or place."))
        elif moved is not None:
            told.append(words("{n} m from where it was.", n=moved))
        if self.point is not None and not self._view.holds(self.point):
            told.append(words("This is outside the map's region."))
        if self.point is not None and self._view.in_water(self.point):
            told.append(words("This lies in water on the map."))
        told.append(words("Drag it or use the arrow keys; Return keeps it, Escape leaves it."))
        self.text.setText(words.sentences(*told))

    def ask_place(self) -> None:
        """Ask for coordinates that somebody wrote down, and for the system they are in."""
        if self.item is not None:
            self._tasks.once(self._type)

    async def _type(self) -> None:
        told = await ask_coordinates(self.window(), self._look)
        if told is not None and self.item is not None and self.map is not None:
            point, datum = told
            self.map.look_at(*point, PIN_ZOOM)
            self.put(*point, datum)
            self.map.setFocus()

    def ask_reason(self) -> None:
        """Ask why, then keep the pin."""
        if self.item is not None and self.point is not None:
            self._tasks.once(self._keep, self.item, self.point, self.datum)

    async def _keep(self, item: MapItem, point: tuple[float, float], datum: Datum) -> None:
        words = self._look.words
        moved = self._view.moved_m(item, point)
        where = f"{point[0]:.5f}, {point[1]:.5f} · WGS-84"
        if datum is not Datum.WGS84:
            where += " · " + words("told as {system}", system=words.code(f"datum.{datum}"))
        told = words("{n} m from where it was.", n=moved) if moved is not None else ""
        field = Field("reason", words("Why the pin is moved"), required=True)
        title = words("Keep the pin")
        draft = self._page.draft("pin", item.case_id)
        explain = f"{where}\n{told}".strip()
        answers = await ask(self._page, self._look, title, [field], explain, draft=draft)
        if answers is None:
            return
        answer = await self._view.correct_pin(item, point, answers["reason"], datum)
        if answer.saved:
            self.give_up()
            self._done(words("The pin is kept and will be sent."), "ok")
        else:
            problems = words.sentences(*(problem_text(words, p) for p in answer.problems))
            self._done(problems, "block")

    def give_up(self) -> None:
        """Leave the pin as it was."""
        self.item = self.point = None
        while self._keys:
            key = self._keys.pop()
            key.setEnabled(False)  # at once: two of one key would both do nothing
            key.deleteLater()
        if self.map is not None:
            self.map.drop_pin()
        self.hide()
        self.taken.emit(False)
