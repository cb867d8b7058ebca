"""The frame of a screen: title, actions, a notice, and one of four states below."""

from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from PySide6.QtCore import QObject, QPoint, Qt, QTimer, SignalInstance
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from field_app.background.tasks import Tasks
from field_app.ui.components.flow import COLUMNS_LEAST, Beside, Flow
from field_app.ui.components.surfaces import EmptyState, Notice, scrolling
from field_app.ui.components.texts import label
from field_app.ui.look import Look
from field_app.viewmodels.drafting import Drafting, KeptDraft

LOW = 450
EDGE = 12  # that what has the keys keeps from the edge when it is scrolled into sight


class _Ear(QObject):
    """Hears for a screen, and goes with it: a signal outlives the screens it is connected to."""

    def __init__(
        self, page: QWidget, show: Callable[[], None], unseen: dict[Callable[[], None], None]
    ) -> None:
        super().__init__(page)
        self._page = page
        self._show = show
        self._unseen = unseen

    def hear(self) -> None:
        """Show it now, or note that it is to be shown."""
        if self._page.isVisible():
            self._show()
        else:
            self._unseen[self._show] = None


class Page(QWidget):
    """A screen; `body` is its content's layout, `toolbar` the row beside its `heading`.

    It is made inside its `home`: put in there when it is full, each of its parts would be styled
    and measured again, which takes as long as making it. In a low window the head scrolls with the
    content: beside large words there would be no room for that.
    """

    def __init__(self, home: QWidget, look: Look, title: str, *, scrolls: bool = True) -> None:
        super().__init__(home)
        self.setProperty("role", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.look = look
        self.words = look.words
        self.drafting: Drafting | None = None
        self._tasks = Tasks()
        self._unseen: dict[Callable[[], None], None] = {}
        self._wants_keys = False
        self._head_scrolls = False
        self._outer = outer = QVBoxLayout(self)
        edge = look.px(24)
        outer.setContentsMargins(edge, look.px(18), edge, look.px(12))
        outer.setSpacing(look.px(12))
        self._head = Beside(look, COLUMNS_LEAST, 8)
        self.title = label(title, "title")
        self.subtitle = label("", "muted")
        self.subtitle.hide()
        self.heading = QVBoxLayout()
        self.heading.setSpacing(look.px(2))
        self.heading.addWidget(self.title)
        self.heading.addWidget(self.subtitle)
        self._head.add(self.heading, 1)
        self.toolbar = Flow(look)
        self._head.add(self.toolbar)
        outer.addWidget(self._head)
        self.notice = Notice(look)
        outer.addWidget(self.notice)
        self._states = QStackedWidget()
        outer.addWidget(self._states, 1)
        self.body = QVBoxLayout()
        self.body.setSpacing(look.px(12))
        self._content = self._frame(scrolls)
        self._loading = scrolling(EmptyState(look, look.words("Reading …"), picture="sync"))
        self._states.addWidget(self._loading)
        self._states.addWidget(self._content)
        self._empty: QWidget | None = None

    def _frame(self, scrolls: bool) -> QWidget:
        inside = QWidget()
        self.body.setContentsMargins(0, 0, 0, 0)
        inside.setLayout(self.body)
        return scrolling(inside) if scrolls else inside

    def start(self, work: Coroutine[Any, Any, Any]) -> None:
        """Start something that takes time; its errors are reported, never lost."""
        self._tasks.start(work)

    def once[*A](self, work: Callable[[*A], Coroutine[Any, Any, Any]], *of: *A) -> None:
        """Start an act that a person asks for, unless it is under way."""
        self._tasks.once(work, *of)

    def follow(self, changed: SignalInstance, show: Callable[[], None]) -> None:
        """Show what changed at once while the screen is seen, else when it is next shown.

        A sync changes what every screen shows; only one of them is looked at.
        """
        changed.connect(_Ear(self, show, self._unseen).hear)

    def showEvent(self, event: QShowEvent) -> None:
        """Show what changed meanwhile."""
        super().showEvent(event)
        unseen = tuple(self._unseen)
        self._unseen.clear()
        for show in unseen:
            show()

    def draft(self, what: str, *ids: str) -> KeptDraft | None:
        """Return where a question keeps what is typed; its name tells what it is about."""
        return KeptDraft(self.drafting, "/".join((what, *ids))) if self.drafting else None

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the head where a page of this height has it."""
        super().resizeEvent(event)
        self._place_head()

    def _place_head(self) -> None:
        """Let the head scroll with the content of a low page; an empty page has room for it."""
        there = isinstance(self._content, QScrollArea)
        empty = self._empty is not None and self._states.currentWidget() is self._empty
        scrolls = there and not empty and self.height() < self.look.px(LOW)
        if scrolls != self._head_scrolls:
            self._head_scrolls = scrolls
            (self.body if scrolls else self._outer).insertWidget(0, self._head)

    def bring(self, part: QWidget) -> None:
        """Scroll the content so that a part of it begins at the top."""
        if isinstance(self._content, QScrollArea) and (inside := self._content.widget()):
            self.body.activate()  # what was shown just now has no place before
            place = part.mapTo(inside, QPoint(0, 0)).y()
            self._content.verticalScrollBar().setValue(place)

    def first_act(self) -> QWidget | None:
        """Return what a person does first here; None leaves the keys with the navigation."""
        return None

    def take_keys(self) -> None:
        """Give the keys to what is done first, once there is something to show."""
        self._wants_keys = True

    def give_keys(self) -> None:
        """Give the keys to what is done first now."""
        first = self.first_act() if self.isVisible() else None
        if first is not None and first.isVisible() and first.isEnabled():
            first.setFocus()
            # In the next turn: what is laid out anew has its place only then.
            QTimer.singleShot(0, first, lambda: self._see(first))

    def _see(self, part: QWidget) -> None:
        """Scroll no farther than needed for a part to be seen whole, or its top at least."""
        area = self._content
        inside = area.widget() if isinstance(area, QScrollArea) else None
        if isinstance(area, QScrollArea) and inside is not None and inside.isAncestorOf(part):
            top = part.mapTo(inside, QPoint(0, 0)).y()
            least = top + part.height() - area.viewport().height()
            rim = self.look.px(1)
            rows = self._tops(inside) if self._head_scrolls and least > 0 else ()
            whole = [y for y in rows if least - rim <= y <= top]
            if whole:
                area.verticalScrollBar().setValue(min(whole))
                return
            for edge in (top + part.height(), top):
                area.ensureVisible(0, edge, 0, self.look.px(EDGE))

    def _tops(self, inside: QWidget) -> Iterator[int]:
        """Yield where the rows of the head and the content begin: none is to be cut in two."""
        for layout in (self.toolbar, self.body):
            for number in range(layout.count()):
                item = layout.itemAt(number)
                one = item.widget() if item else None
                if one is not None and one.isVisible():
                    yield one.mapTo(inside, QPoint(0, 0)).y()

    def _give_wanted_keys(self) -> None:
        if self._wants_keys:
            self._wants_keys = False
            # In the loop's next turn: what is made anew gives its own focus back before.
            QTimer.singleShot(0, self, self.give_keys)

    def show_content(self) -> None:
        """Show the content: laid out now, painted in the loop's next turn."""
        self._give_wanted_keys()
        if self._states.currentWidget() is not self._content:
            self._states.setUpdatesEnabled(False)
            self._states.setCurrentWidget(self._content)
            QTimer.singleShot(0, self._states, lambda: self._states.setUpdatesEnabled(True))
        self._place_head()

    def show_loading(self) -> None:
        """Show that something is being read."""
        self._states.setCurrentWidget(self._loading)

    def show_empty(self, title: str, hint: str = "", picture: str = "empty") -> None:
        """Show that there is nothing here, and why."""
        if self._empty is not None:
            self._states.removeWidget(self._empty)
            self._empty.deleteLater()
        self._empty = scrolling(EmptyState(self.look, title, hint, picture))
        self._give_wanted_keys()
        self._states.addWidget(self._empty)
        self._states.setCurrentWidget(self._empty)
        self._place_head()

    def subtitle_says(self, text: str) -> None:
        """Say something below the title."""
        self.subtitle.setText(text)
        self.subtitle.setVisible(bool(text))
