"""A line about the bank's map pack: on the map, in the settings, with the sync; only with news."""

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout

from field_app.background.tasks import Tasks
from field_app.ui.components.texts import button, label
from field_app.ui.look import Look
from field_app.viewmodels.map_news import MapNewsViewModel


class MapNewsBar(QFrame):
    """`show_it` builds the window anew with the map that came."""

    def __init__(self, look: Look, view: MapNewsViewModel, show_it: Callable[[], None]) -> None:
        super().__init__()
        self.setProperty("kind", "info")
        self._look = look
        self._view = view
        self._tasks = Tasks()
        words = look.words
        self.text = label("")
        self.fetch = button(look, words("Fetch the map"), self._fetch, kind="primary")
        self.stop = button(look, words("Stop fetching"), self._stop)
        self.use = button(look, words("Show the new map"), show_it, kind="primary")
        line = QHBoxLayout(self)
        line.addWidget(self.text, 1)
        for one in (self.fetch, self.stop, self.use):
            line.addWidget(one)
        view.changed.connect(self._show)
        self.hide()

    def enter(self) -> None:
        """Show how the map stands now."""
        self._tasks.start(self._view.load())

    def _show(self) -> None:
        view = self._view
        wanted = view.state.wanted and view.newer is not None
        self.fetch.setVisible(view.newer is not None and not wanted)
        self.stop.setVisible(wanted)
        self.use.setVisible(view.ready)
        told = self._told()
        self.text.setText(told)
        self.setAccessibleName(told)
        self.setVisible(bool(told))

    def _told(self) -> str:
        words, view = self._look.words, self._view
        told = [words.code(view.state.trouble)] if view.state.trouble else []
        newer = view.newer
        done, size = (f"{mb:.1f}" for mb in view.megabytes)
        if newer is not None and view.state.by_itself:
            text = words(
                "A newer map comes slowly while nothing else is to be done: {done} of {size} MB.",
                done=done,
                size=size,
            )
            told.append(text)
        elif newer is not None and view.state.wanted:
            told.append(
                words("The map is being fetched: {done} of {size} MB.", done=done, size=size)
            )
        elif newer is not None:
            text = words("A newer map is there: {name}, {size} MB.", name=newer.name, size=size)
            told.append(text)
        elif view.ready:
            told.append(words("The bank's map is on this laptop."))
        elif view.is_withdrawn:
            told.append(words("The bank has withdrawn this map; ask for another one."))
        return self._look.words.sentences(*told)

    def _fetch(self) -> None:
        self._tasks.once(self._view.fetch)

    def _stop(self) -> None:
        self._tasks.start(self._view.give_up())
