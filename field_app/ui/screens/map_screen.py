"""The map beside the list of the same points; a click on either chooses on both."""

from collections.abc import Callable

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QSplitter

from field_app.ui.components.page import Page
from field_app.ui.components.surfaces import EmptyState
from field_app.ui.components.texts import button, label
from field_app.ui.look import Look
from field_app.ui.map.map_view import MapView
from field_app.ui.navigation import Navigator
from field_app.viewmodels.map import MapItem, MapViewModel

type NewMap = Callable[[], MapView | str]


class MapScreen(Page):
    """The day or all cases on the map; `new_map` makes the web view when it is first wanted."""

    def __init__(self, look: Look, view: MapViewModel, new_map: NewMap, go: Navigator) -> None:
        super().__init__(look, look.words("Map"), scrolls=False)
        self._view = view
        self._new_map = new_map
        self._go = go
        self.map: MapView | None = None
        words = look.words
        self.day = button(look, words("Today's visits"), lambda: view.show("day"))
        self.all = button(look, words("All cases"), lambda: view.show("cases"))
        for one in (self.day, self.all):
            one.setCheckable(True)
            self.toolbar.addWidget(one)
        self.open_case = button(look, words("Open case"), self._open, kind="primary")
        self.toolbar.addWidget(self.open_case)
        self.list = QListWidget()
        self.list.setAccessibleName(words("Points on the map"))
        self.list.setWordWrap(True)
        self.list.currentItemChanged.connect(lambda new, _old: self._choose(new))
        self.list.itemActivated.connect(lambda _i: self._open())
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.addWidget(self.list)
        self.body.addWidget(self._split, 1)
        self.foot = label("", "muted")
        self.body.addWidget(self.foot)
        view.changed.connect(self._show)
        view.chosen.connect(self._on_chosen)
        self.show_loading()

    def enter(self) -> None:
        """Make the map when it is first looked at; half a gigabyte is not spent before."""
        if self.map is None and self._split.count() == 1:
            made = self._new_map()
            if isinstance(made, MapView):
                self.map = made
                made.ready.connect(self._show_on_map)
                made.clicked.connect(self._view.choose)
                self._split.addWidget(made)
            else:
                title = self.words("There is no map")
                self._split.addWidget(EmptyState(self.look, title, self.words.code(made), "map"))
            self._split.setSizes([self.look.px(300), self.look.px(800)])
        self.start(self._view.load())

    def _show(self) -> None:
        words, view = self.words, self._view
        self.day.setChecked(view.shows == "day")
        self.all.setChecked(view.shows == "cases")
        self.list.blockSignals(True)
        self.list.clear()
        for item in view.items:
            entry = QListWidgetItem(self._text(item))
            entry.setData(Qt.ItemDataRole.UserRole, item.id)
            self.list.addItem(entry)
        self.list.blockSignals(False)
        unpinned = words(" · {n} without a pin", n=view.unpinned) if view.unpinned else ""
        count = words("{n} points", n=len(view.items))
        self.foot.setText(count + unpinned + " · " + words("No request leaves this laptop."))
        self.open_case.setEnabled(bool(view.items))
        self.show_content()
        self._show_on_map()

    def _text(self, item: MapItem) -> str:
        if item.visit is None:
            return f"{item.name} · {item.case_no}\n{item.area}"
        span = self.words.span(item.visit.start, item.visit.end, item.visit.zone)
        return f"{item.number}. {span} {item.name}\n{item.area}"

    def _show_on_map(self) -> None:
        if self.map is not None:
            self.map.show_stops([i.stop for i in self._view.items], list(self._view.line))

    def _choose(self, entry: QListWidgetItem | None) -> None:
        if entry is not None:
            self._view.choose(str(entry.data(Qt.ItemDataRole.UserRole)))

    def _on_chosen(self, item_id: str) -> None:
        if self.map is not None:
            self.map.choose(item_id)
        self.list.blockSignals(True)
        for number in range(self.list.count()):
            if self.list.item(number).data(Qt.ItemDataRole.UserRole) == item_id:
                self.list.setCurrentRow(number, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.list.blockSignals(False)

    def _open(self) -> None:
        number = self.list.currentRow()
        if 0 <= number < len(self._view.items):
            self._go.open_case(self._view.items[number].case_id)

    def leave(self) -> None:
        """Let the web view go before the program ends."""
        if self.map is not None:
            self.map.close_page()
