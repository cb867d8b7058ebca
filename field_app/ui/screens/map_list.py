"""The list beside the map: its points in order, narrowed by a search, and places found by it."""

from collections.abc import Callable

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QLineEdit, QListWidgetItem, QVBoxLayout, QWidget

from field_app.ui.components.texts import label
from field_app.ui.components.wrapped_list import WrappedList
from field_app.ui.look import Look
from field_app.viewmodels.map import MapItem, MapViewModel

ID = Qt.ItemDataRole.UserRole
PLACE = Qt.ItemDataRole.UserRole + 1
TELLING = ("agreed", "kept", "blocked", "unpinned", "outside", "water")
# The kinds of OpenStreetMap's places that have words, and streets.
PLACES = ("city", "town", "village", "suburb", "quarter", "neighbourhood", "hamlet", "street")

LEAST = 150


class MapList(QWidget):
    """Search over a list; `go_to` shows a place, `open_case` the chosen case."""

    def __init__(
        self,
        look: Look,
        view: MapViewModel,
        go_to: Callable[[float, float], None],
        open_case: Callable[[], None],
    ) -> None:
        super().__init__()
        self._words = look.words
        self._view = view
        self._go_to = go_to
        self._open_case = open_case
        self.search = QLineEdit()
        self.search.setPlaceholderText(look.words("Search points, streets and places"))
        self.search.setAccessibleName(look.words("Search points, streets and places"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda _text: self.fill())
        self.search.returnPressed.connect(self.take_first)
        self.setMinimumWidth(look.px(LEAST))
        self.list = WrappedList(look)
        self.list.setAccessibleName(look.words("Points on the map"))
        self.list.currentItemChanged.connect(lambda new, _old: self._on_current(new))
        self.list.itemActivated.connect(self._on_activated)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(8))
        column.addWidget(self.search)
        self.none = label(look.words("There is no point to show."), "muted")
        column.addWidget(self.none)
        column.addWidget(self.list, 1)
        column.addStretch(0)  # takes the room while there is nothing to list

    def fill(self) -> None:
        """Show the points that fit the search, then the places it finds."""
        wanted = self.search.text().strip().casefold()
        self.list.blockSignals(True)
        self.list.clear()
        for item in self._view.items:
            text = self._text(item)
            if wanted in f"{text} {item.case_no}".casefold():
                self._add(text, ID, item.id)
        for place in self._view.places(wanted):
            kind = self._words.code(f"place_kind.{place.kind}") if place.kind in PLACES else ""
            self._add(f"⌖ {place.name} · {kind}".rstrip(" ·"), PLACE, (place.lat, place.lon))
        self.list.blockSignals(False)
        self.none.setVisible(not self.list.count())
        self.list.setVisible(bool(self.list.count()))
        self.choose(self._view.chosen_id)

    def _add(self, text: str, role: int, value: object) -> None:
        entry = QListWidgetItem(text)
        entry.setData(role, value)
        self.list.add(entry)

    def _text(self, item: MapItem) -> str:
        words = self._words
        below = [item.area] if item.area else []
        below += [words.code(f"map_state.{item.state}")] if item.state in TELLING else []
        below += [item.officer] if item.officer else []
        if item.visit is None:
            return f"{item.name} · {item.case_no}\n" + " · ".join(below)
        span = words.span(item.visit.start, item.visit.end, item.visit.zone)
        number = f"{item.number}. " if item.number else ""
        return f"{number}{span} {item.name}\n" + " · ".join(below)

    def choose(self, item_id: str) -> None:
        """Mark the line of a point."""
        self.list.blockSignals(True)
        for number in range(self.list.count()):
            if item_id and self.list.item(number).data(ID) == item_id:
                self.list.setCurrentRow(number, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.list.blockSignals(False)

    def take_first(self) -> None:
        """Go to the first thing found: a point is chosen, a place is shown."""
        if self.list.count():
            first = self.list.item(0)
            self._on_current(first)
            self.list.setCurrentItem(first)

    def _on_current(self, entry: QListWidgetItem | None) -> None:
        if entry is None:
            return
        place = entry.data(PLACE)
        if place is not None:
            self._go_to(*place)
        else:
            self._view.choose(str(entry.data(ID)))

    def _on_activated(self, entry: QListWidgetItem) -> None:
        if entry.data(PLACE) is None:
            self._open_case()
        else:
            self._go_to(*entry.data(PLACE))
