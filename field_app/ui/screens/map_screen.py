"""The map beside the list of the same points; a click on either chooses on both."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSplitter, QWidget

from field_app.ui.components.findings_list import problem_text
from field_app.ui.components.page import Page
from field_app.ui.components.surfaces import Notice
from field_app.ui.components.texts import button, label
from field_app.ui.dialogs.export_dialog import ask_export
from field_app.ui.look import Look
from field_app.ui.map.map_view import MapView
from field_app.ui.map.painted_map import PaintedMap
from field_app.ui.navigation import Navigator
from field_app.ui.screens.map_list import MapList
from field_app.ui.screens.map_news_bar import MapNewsBar
from field_app.ui.screens.map_pin import PinBar
from field_app.ui.shortcuts import bind_here, keys_of
from field_app.viewmodels.map import MOST_POINTS, MapItem, MapViewModel
from field_app.viewmodels.papers import file_name
from sync.domain.vocabulary import Role

MAP_LEAST = 220
STEP_PX = 120
PLACE_ZOOM = 16

type MapCanvas = MapView | PaintedMap


class NewMap(Protocol):
    """Makes the map, and says by a code why it is not as it should be."""

    def __call__(self, *, painted: bool = False) -> tuple[MapCanvas, str]:
        """Return a map; `painted` = without a web view."""
        ...


class Halves(QSplitter):
    """List and map, as high as there is room: a map itself would be as large as its picture."""

    def sizeHint(self) -> QSize:
        """Return the least height."""
        return QSize(super().sizeHint().width(), self.minimumHeight())


class MapScreen(Page):
    """The day, all cases, or those to be pinned; the map is made when it is first wanted."""

    def __init__(
        self,
        home: QWidget,
        look: Look,
        view: MapViewModel,
        new_map: NewMap,
        go: Navigator,
        news: MapNewsBar,
    ) -> None:
        super().__init__(home, look, look.words("Map"))
        self._view = view
        self._new_map = new_map
        self._go = go
        self._fitted: tuple[str, ...] = ()
        self.map: MapCanvas | None = None
        self._trouble = ""
        self._make_toolbar()
        self.why = Notice(look)
        self.body.addWidget(self.why)
        self.news = news
        self.body.addWidget(news)
        self.pin = PinBar(look, view, self, self._pin_done)
        self.pin.taken.connect(self._make_room)
        self.body.addWidget(self.pin)
        self.points = MapList(look, view, self._go_to, self._open)
        self.list, self.search = self.points.list, self.points.search
        self._split = Halves(Qt.Orientation.Horizontal)
        self._split.setMinimumHeight(look.px(MAP_LEAST))
        self._split.addWidget(self.points)
        self.body.addWidget(self._split, 1)
        self.foot = label("", "muted")
        self.body.addWidget(self.foot)
        view.changed.connect(self._show)
        view.chosen.connect(self._on_chosen)
        self.acts = self._acts()
        bind_here(self, self.acts)
        self.show_loading()

    def _make_toolbar(self) -> None:
        look, words, view = self.look, self.words, self._view
        shows = {"day": words("Today's visits"), "cases": words("All cases")}
        if view.role is not Role.COMPLIANCE:
            shows["unpinned"] = words("To be pinned")
        self.shows = {n: button(look, t, partial(view.show, n)) for n, t in shows.items()}
        for one in self.shows.values():
            one.setCheckable(True)
        self.day, self.all = self.shows["day"], self.shows["cases"]
        self.move_pin = button(look, words("Move the pin"), self._move_pin, icon="map")
        self.move_pin.setToolTip(keys_of("move_pin"))
        self.print = button(look, words("Day sheet"), self._print, icon="print")
        self.print.setToolTip(keys_of("day_sheet"))
        self.open_case = button(look, words("Open case"), self._open, kind="primary")
        self._tools = [*self.shows.values(), self.open_case]
        if view.role is not Role.COMPLIANCE:
            self._tools.insert(-1, self.move_pin)
        if view.role is Role.OFFICER:
            self._tools.insert(-1, self.print)
        for one in self._tools:
            self.toolbar.addWidget(one)

    def _make_room(self, pinning: bool) -> None:
        """While a pin is moved, give its bar and the map the place of what waits till then."""
        for one in self._tools:
            one.setVisible(not pinning)

    def _acts(self) -> dict[str, Callable[[], object]]:
        view = self._view
        acts: dict[str, Callable[[], object]] = {
            "next_stop": lambda: view.step(1),
            "previous_stop": lambda: view.step(-1),
            "zoom_in": lambda: self.map and self.map.zoom_by(1),
            "zoom_out": lambda: self.map and self.map.zoom_by(-1),
            "pan_left": lambda: self._pan(-1, 0),
            "pan_right": lambda: self._pan(1, 0),
            "pan_up": lambda: self._pan(0, -1),
            "pan_down": lambda: self._pan(0, 1),
        }
        if view.role is not Role.COMPLIANCE:
            acts["move_pin"] = self._move_pin
            acts["type_pin"] = self._type_pin
        return acts

    def _pan(self, across: int, down: int) -> None:
        if self.pin.step_far(across, down) or self.map is None:
            return
        self.map.pan_by(across * STEP_PX, down * STEP_PX)

    def enter(self) -> None:
        """Make the map when it is first looked at; half a gigabyte is not spent before."""
        if self.map is None:
            self._lay_map(painted=False)
        self.news.enter()
        self.start(self._view.load())

    def first_act(self) -> QWidget | None:
        """Return the points, else the search for a place."""
        return self.list if self.list.count() else self.search

    def _lay_map(self, *, painted: bool) -> None:
        made, self._trouble = self._new_map(painted=painted)
        self._say_why()
        if isinstance(made, MapView):
            made.died.connect(self._on_died)
        made.ready.connect(self._show_on_map)
        made.clicked.connect(self._view.choose)
        made.pinned.connect(self.pin.put)
        made.setAccessibleName(self.words("Map"))
        self.map = made
        self.pin.map = made
        self._split.addWidget(made)
        self._split.setSizes([self.look.px(300), self.look.px(800)])

    def _on_died(self) -> None:
        """Go on without a web view."""
        dead = self.map
        if isinstance(dead, MapView) and dead.is_ready:
            self.pin.give_up()
            dead.close_page()
            dead.setParent(None)
            dead.deleteLater()
            self._lay_map(painted=True)

    def _show(self) -> None:
        view = self._view
        for name, one in self.shows.items():
            one.setChecked(view.shows == name)
        self.points.fill()
        self.foot.setText(self._counts())
        self._say_why()
        self.open_case.setEnabled(bool(view.items))
        self.move_pin.setEnabled(bool(view.items))
        self.show_content()
        self._show_on_map()
        if view.chosen_id:
            self._on_chosen(view.chosen_id)

    def _say_why(self) -> None:
        """Say why there is no map, or not the right one, for as long as that is so."""
        elsewhere = self.words("This map pack is for another region: none of the points lie in it.")
        told = self.words.code(self._trouble) if self._trouble else ""
        self.why.say(told or (elsewhere if self._view.is_elsewhere else ""), "warn")

    def _counts(self) -> str:
        words, view = self.words, self._view
        told = [words("{n} points", n=len(view.stops))]
        if view.is_cut and view.shows != "day":
            told = [words("The first {n} points; search for others under Cases", n=MOST_POINTS)]
        if view.unpinned:
            told.append(words("{n} without a pin", n=view.unpinned))
        if view.outside:
            told.append(words("{n} outside the map's region", n=view.outside))
        if view.water:
            told.append(words("{n} in water", n=view.water))
        if any(not way.roads for way in view.ways):
            told.append(words("Dotted: a straight line, no road is known there."))
        told.append(words("No request leaves this laptop."))
        return " · ".join(told)

    def _show_on_map(self) -> None:
        if self.map is None or not self.map.is_ready:
            return
        ids = (self._view.shows, *(s.id for s in self._view.stops))
        self.map.show_stops(self._view.stops, self._view.ways, fit=ids != self._fitted)
        self._fitted = ids

    def _go_to(self, lat: float, lon: float) -> None:
        """Show a place that was searched for; a pin that is being set goes there."""
        if self.map is not None:
            self.map.look_at(lat, lon, PLACE_ZOOM)
            self.pin.put(lat, lon)

    def _on_chosen(self, item_id: str) -> None:
        if self.map is not None:
            self.map.choose(item_id)
        self.points.choose(item_id)
        item = self._view.item
        pinned = item is not None and item.stop is not None
        self.move_pin.setText(self.words("Move the pin") if pinned else self.words("Set the pin"))

    def _item(self) -> MapItem | None:
        return self._view.item or next(iter(self._view.items), None)

    def _move_pin(self) -> None:
        item = self._item()
        if item is not None and self.map is not None and not self.pin.item:
            self._view.choose(item.id)
            self.pin.begin(item)

    def _type_pin(self) -> None:
        self._move_pin()
        self.pin.ask_place()

    def _pin_done(self, text: str, tone: str) -> None:
        if tone == "ok":
            self.notice.say("")
            self._go.tell(text)
        else:
            self.notice.say(text, tone)

    def _open(self) -> None:
        item = self._item()
        if item is not None:
            self._go.open_case(item.case_id)

    def _print(self) -> None:
        self.once(self._save_sheet)

    async def _save_sheet(self) -> None:
        words, view = self.words, self._view
        name = file_name("day", view.today.isoformat())
        export = await ask_export(self, words("Save the day sheet"), name)
        if export is None:
            return
        trouble = await view.save_day_sheet(words.language, export.wish, export.path)
        if trouble is not None:
            self.notice.say(problem_text(words, trouble), "block")
        else:
            self._go.tell(words("Saved: {name}", name=export.path.name))

    def leave(self) -> None:
        """Let the web view go before the program ends."""
        if self.map is not None:
            self.map.close_page()
