"""The window: navigation at the left, one screen, a strip that tells how things stand."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QShortcut, QWindow
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from field_app.background.tasks import Tasks
from field_app.ui.capture import leave_out_of_captures
from field_app.ui.clipboard import Clipboard
from field_app.ui.components.page import Page
from field_app.ui.components.surfaces import Notice, scrolling
from field_app.ui.components.texts import button, label
from field_app.ui.dialogs.form_dialog import inform
from field_app.ui.discreet import Discreet
from field_app.ui.look import Look
from field_app.ui.screen_set import ScreenSet
from field_app.ui.screens.appointment_screen import AppointmentScreen
from field_app.ui.screens.case_screen import CaseScreen
from field_app.ui.screens.doorstep_screen import DoorstepScreen
from field_app.ui.screens.map_screen import MapScreen
from field_app.ui.screens.relief_screen import ReliefScreen
from field_app.ui.screens.today_screen import TodayScreen
from field_app.ui.screens.visit_screen import VisitScreen
from field_app.ui.sentences import clock_words
from field_app.ui.shortcuts import KEYS, bind, keys_of, shown, text_of
from field_app.ui.status_strip import StatusStrip
from field_app.ui.told import Told
from field_app.viewmodels.appointment import Suggestion
from field_app.viewmodels.sync import BOUND, SyncViewModel
from sync.domain.ids import CaseId, RecordId

DISK_FULL = "vault.disk_full"
TOUCHES = (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel)
NAV_WIDTH = 190


class MainWindow(QMainWindow):
    """Everything after the unlock. Signals: `closing()`, `lock_wanted()`, `touched()`."""

    closing = Signal()
    touched = Signal()
    lock_wanted = Signal()

    def __init__(self, look: Look, who: str, sync: SyncViewModel) -> None:
        super().__init__()
        self._look = look
        self._sync = sync
        self._tasks = Tasks()
        self.clipboard = Clipboard(self)
        self.words = look.words
        self.screens: ScreenSet | None = None
        self._trail: list[Callable[[], None]] = []
        self.setWindowTitle(look.words("Yuefang"))
        self.resize(1280, 800)
        self.stack = QStackedWidget()
        self.clock, self.ending, self.unkept = Notice(look), Notice(look), Notice(look)
        self.nav_buttons: dict[str, QPushButton] = {}
        self._bound: Mapping[str, QShortcut] = {}
        self._nav = self._make_nav(who)
        middle = QVBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addLayout(self._make_warnings())
        middle.addWidget(self.stack, 1)
        self.strip = StatusStrip(look, sync)
        self.strip.lock_wanted.connect(self.lock_wanted)
        self.strip.lease_low.connect(self._warn_of_lease)
        middle.addWidget(self.strip)
        whole = QWidget()
        line = QHBoxLayout(whole)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self._nav)
        line.addLayout(middle, 1)
        self.told = Told(look, whole, self.strip)
        self.discreet = Discreet(self, look, whole)
        self.discreet.lock_wanted.connect(self.lock_wanted)
        self.setCentralWidget(self.discreet.layers)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusWindowChanged.connect(self._watch)
        sync.changed.connect(self._show_clock)
        sync.changed.connect(self._forget_end)
        sync.rules_changed.connect(self._tell_rules)

    def _make_nav(self, who: str) -> QFrame:
        look = self._look
        nav = QFrame()
        nav.setProperty("kind", "nav")
        nav.setFixedWidth(look.px(NAV_WIDTH))
        column = QVBoxLayout(nav)
        edge = look.px(12)
        column.setContentsMargins(edge, look.px(18), edge, edge)
        column.setSpacing(look.px(4))
        column.addWidget(label("约访 Yuefang", "brand"))
        column.addWidget(label(who, "muted"))
        column.addSpacing(look.px(12))
        buttons = QWidget()
        self._nav_column = QVBoxLayout(buttons)
        self._nav_column.setContentsMargins(0, 0, 0, 0)
        self._nav_column.setSpacing(look.px(4))
        column.addWidget(scrolling(buttons))
        return nav

    def _make_warnings(self) -> QVBoxLayout:
        """Return the place of what stays until it is mended."""
        look = self._look
        line = QVBoxLayout()
        line.setContentsMargins(look.px(24), look.px(10), look.px(24), 0)
        for warning in (self.unkept, self.ending, self.clock):
            line.addWidget(warning)
        return line

    def _show_clock(self) -> None:
        """Say so while this laptop's clock is off; everything can be done all the same."""
        state = self._sync.state
        off = state.clock_off if state else timedelta()
        told = clock_words(self.words, off) if abs(off) > BOUND else ""
        self.clock.say(told, "warn")

    def furnish(self, screens: ScreenSet) -> None:
        """Make the way to every screen and show the first; others are made when they are wanted."""
        self.screens = screens
        for name in screens.navigable:
            go = partial(self.navigate, name)
            made = button(self._look, self.words(text_of(name)), go, kind="nav", icon=name)
            made.setCheckable(True)
            made.setToolTip(keys_of(name))
            self.nav_buttons[name] = made
            self._nav_column.addWidget(made)
        self._nav_column.addStretch(1)
        self._bound = bind(self, self._acts(screens))
        self.discreet.furnish(self._new_door, lambda: screens.cover_s, self._bound)
        self.show_screen(next(iter(screens.navigable)))
        self._tasks.start(self._sync.load())

    def _acts(self, screens: ScreenSet) -> Mapping[str, Callable[[], object]]:
        def goes_to(name: str) -> Callable[[], object]:
            return lambda: self.navigate(name)

        acts: dict[str, Callable[[], object]] = {n: goes_to(n) for n in screens.navigable}
        acts |= {
            "search": self._search,
            "begin": self._begin,
            "sync_now": self._sync.sync_now,
            "back": self.go_back,
            "lock": self.lock_wanted.emit,
            "help": self._help,
        }
        if "today" in screens.navigable:
            acts |= {"doorstep": self._to_door, "day_sheet": self._print_sheet}
        return acts

    def _print_sheet(self) -> None:
        """Print the day sheet where one is offered: on Today, and on the map with its map."""
        shown = self.stack.currentWidget()
        if isinstance(shown, TodayScreen | MapScreen):
            shown.print.click()

    def _to_door(self) -> None:
        """Go to the door of the visit that is shown, or away from it."""
        shown = self.stack.currentWidget()
        if self.discreet.is_at_door:
            self.discreet.leave_door()
        elif isinstance(shown, TodayScreen | CaseScreen | VisitScreen) and shown.door_button:
            shown.door_button.click()

    def _new_door(self) -> DoorstepScreen:
        if self.screens is None:
            raise LookupError("there are no screens yet")
        door = self.screens.door
        door.record_wanted.connect(self._record_after_door)
        return door

    def _record_after_door(self) -> None:
        """Open the record of the visit that was shown at the door."""
        card = self.screens.door.card if self.screens else None
        self.discreet.leave_door()
        if card is not None:
            self.open_visit(card.case_id, card.appointment_id)

    def _search(self) -> None:
        """Search on the map when it is shown, else among the cases."""
        shown = self.stack.currentWidget()
        if isinstance(shown, MapScreen):
            shown.search.setFocus()
        else:
            self.navigate("cases")

    def _begin(self) -> None:
        """Do the screen's main act: begin the next visit, or save the one that is open."""
        shown = self.stack.currentWidget()
        if isinstance(shown, VisitScreen | ReliefScreen):
            shown.submit()
            return
        if isinstance(shown, AppointmentScreen):
            shown.confirm.click()  # what is typed there is not to be left by a habit
            return
        self.show_screen("today")
        today = self.stack.currentWidget()
        if isinstance(today, TodayScreen) and today.begin_button is not None:
            today.begin_button.click()

    def _help(self) -> None:
        """Tell the keys that do something in this person's window."""
        if self.screens is None:
            return
        known = {*self._bound, *self.screens.map.acts, "cover"}
        known |= {"undo", "suggestion_1"} if "plan" in self.screens.navigable else set()
        lines = [(shown(k.keys), self.words(k.text)) for k in KEYS if k.act in known]
        inform(self, self._look, self.words("Keys"), lines)

    def _warn_of_lease(self, hours: int) -> None:
        """Say aloud that it is nearly over."""
        text = self.words(
            "In {n} hours this laptop will ask for the server at its next unlock. Sync now.",
            n=hours,
        )
        self.tell(text, "warn")

    def warn_of_end(self, left: timedelta) -> None:
        """Say that the lease ends while the program runs; it stays until a sync puts it off."""
        minutes = max(1, round(left.total_seconds() / 60))
        text = self.words(
            "In {n} minutes this laptop locks: it has been without its server for as long as it "
            "may. What you typed is kept. Sync now.",
            n=minutes,
        )
        self.ending.say(text, "warn")

    def _forget_end(self) -> None:
        if self._sync.lease_hours != 0:
            self.ending.say("")

    def warn_of_unkept(self, code: str) -> None:
        """Say so while what is typed cannot be kept; with an empty code it is kept again."""
        full = self.words(
            "This laptop's disk is full: what you type stands on the screen only. Make room "
            "before you leave it."
        )
        text = full if code == DISK_FULL else self.words.code(code) if code else ""
        self.unkept.say(text, "warn")

    def _tell_rules(self) -> None:
        rules = self._sync.rules
        text = self.words(
            "New rules are in force: {pack} {version}.", pack=rules.pack, version=rules.version
        )
        self.tell(text, "info")

    def navigate(self, name: str) -> None:
        """Go to a screen by one's own will: what was told before is no longer of use."""
        self.told.say("")
        self.show_screen(name)

    def show_screen(self, name: str) -> None:
        """Show a screen of the navigation; the trail back begins anew."""
        page = self.screens.navigable.get(name) if self.screens else None
        if page is None:
            return
        self._trail = [lambda: self.show_screen(name)]
        for other, made in self.nav_buttons.items():
            made.setChecked(other == name)
        self._show(page)
        enter: Callable[[], None] = page.enter  # type: ignore[attr-defined]
        enter()

    def _show(self, page: Page) -> None:
        """Show a page; until it knows what is done first, no key does anything there."""
        here = next((b for b in self.nav_buttons.values() if b.isChecked()), None)
        if here is not None:
            here.setFocus()
        self.stack.setCurrentWidget(page)
        page.take_keys()

    def open_case(self, case_id: CaseId) -> None:
        """Show a case."""
        self._go(lambda: self._open_case(case_id))

    def _open_case(self, case_id: CaseId) -> None:
        if self.screens is not None:
            self._show(self.screens.case)
            self.screens.case.open(case_id)

    def open_appointment(
        self,
        case_id: CaseId,
        appointment_id: RecordId | None,
        suggested: Suggestion | None = None,
    ) -> None:
        """Agree a window for a case; a suggested one stands in the form."""
        self._go(lambda: self._open_appointment(case_id, appointment_id, suggested))

    def _open_appointment(
        self, case_id: CaseId, appointment_id: RecordId | None, suggested: Suggestion | None
    ) -> None:
        if self.screens is not None:
            self._show(self.screens.appointment)
            self.screens.appointment.open(case_id, appointment_id, suggested)

    def open_visit(self, case_id: CaseId, appointment_id: RecordId | None) -> None:
        """Begin or record a visit."""
        self._go(lambda: self._open_visit(case_id, appointment_id))

    def _open_visit(self, case_id: CaseId, appointment_id: RecordId | None) -> None:
        if self.screens is not None:
            self._show(self.screens.visit)
            self.screens.visit.open(case_id, appointment_id)

    def open_door(self, case_id: CaseId, appointment_id: RecordId | None) -> None:
        """Show a visit as it may lie open at its door."""
        if self.screens is not None:
            self.discreet.go_to_door(case_id, appointment_id)

    def open_amendment(self, case_id: CaseId, visit_id: RecordId) -> None:
        """Correct a visit that is on record."""
        self._go(lambda: self._open_amendment(case_id, visit_id))

    def _open_amendment(self, case_id: CaseId, visit_id: RecordId) -> None:
        if self.screens is not None:
            self._show(self.screens.visit)
            self.screens.visit.amend(case_id, visit_id)

    def open_relief(self, case_id: CaseId) -> None:
        """Speak of hardship and a plan."""
        self._go(lambda: self._open_relief(case_id))

    def _open_relief(self, case_id: CaseId) -> None:
        if self.screens is not None:
            self._show(self.screens.relief)
            self.screens.relief.open(case_id)

    def _go(self, show: Callable[[], None]) -> None:
        self._trail.append(show)
        show()

    def go_back(self) -> None:
        """Show the screen before this one."""
        if len(self._trail) > 1:
            self._trail.pop()
        if self._trail:
            self._trail[-1]()

    def tell(self, text: str, tone: str = "ok") -> None:
        """Tell what came of something, for a few seconds."""
        self.told.tell(text, tone)

    def refuse(self, text: str) -> None:
        """Say at the screen that is shown why something was not done."""
        shown = self.stack.currentWidget()
        if isinstance(shown, Page):
            shown.notice.say(text, "block")

    def lock(self) -> None:
        """Lock this laptop."""
        self.lock_wanted.emit()

    def copy(self, text: str) -> None:
        """Put a text on the clipboard for a few seconds."""
        self.clipboard.copy(text)

    def event(self, event: QEvent) -> bool:
        """Listen to the native window whenever there is a new one.

        A Python filter on the whole application sees the web engine's inner objects too and
        crashes the program (seen with PySide6 6.12); the window's own handle does not.
        """
        if event.type() in (QEvent.Type.Show, QEvent.Type.WinIdChange):
            handle = self.windowHandle()
            if handle is not None:
                handle.installEventFilter(self)
                leave_out_of_captures(handle)
        return super().event(event)

    def _watch(self, window: QWindow | None) -> None:
        """Listen to a question over this window too, as soon as the keys go to it."""
        own = self.windowHandle()
        if window is not None and own is not None and window.transientParent() is own:
            window.installEventFilter(self)
            leave_out_of_captures(window)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell that a person is here."""
        if event.type() in TOUCHES:
            self.touched.emit()
        self.discreet.hear(event)
        return False

    async def kept(self) -> None:
        """Wait until what was typed last is kept as a draft."""
        if self.screens is not None:
            await self.screens.settled()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let the map go first, then tell that the window closes."""
        self.clipboard.forget()
        if self.screens is not None:
            self.screens.leave()
        self.closing.emit()
        event.accept()
