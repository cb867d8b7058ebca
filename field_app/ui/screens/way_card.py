"""On the way: what the driving times rest on, running late, files for other devices."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QVBoxLayout, QWidget

from field_app.i18n.words import Words
from field_app.ui.components.findings_list import problem_text
from field_app.ui.components.flow import Flow
from field_app.ui.components.page import Page
from field_app.ui.components.surfaces import Card, Notice, clear
from field_app.ui.components.texts import button, label
from field_app.ui.dialogs.export_dialog import ask_export
from field_app.ui.dialogs.form_dialog import Field, ask, confirm
from field_app.ui.navigation import Navigator
from field_app.viewmodels.appointment import Suggestion
from field_app.viewmodels.exports import ExportWish
from field_app.viewmodels.on_the_way import Call, OnTheWay
from field_app.viewmodels.problem import Problem
from field_app.viewmodels.time_entry import read_time
from field_app.viewmodels.today import TodayVisit

type Save = Callable[[Words, ExportWish, Path], Awaitable[Problem | None]]


class WayCard(QWidget):
    """A row of acts, and below it the rest of the day once somebody is late."""

    def __init__(self, page: Page, view: OnTheWay, go: Navigator) -> None:
        super().__init__()
        self._page = page
        self._look = look = page.look
        self._view = view
        self._go = go
        start, words = page.start, look.words
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(10))
        self.trouble = Notice(look)
        self.source = label("", "muted")
        self.late = button(look, words("Running late"), lambda: start(self._ask_late()))
        self.ics = button(look, words("Calendar file"), lambda: start(self._save_calendar()))
        self.gpx = button(look, words("GPX file"), lambda: start(self._save_way()))
        acts = Flow(look)
        for one in (self.late, self.ics, self.gpx):
            acts.addWidget(one)
        column.addWidget(self.trouble)
        column.addLayout(acts)
        column.addWidget(self.source)
        self._rest = QVBoxLayout()
        column.addLayout(self._rest)
        view.changed.connect(self.show_way)

    def show_way(self) -> None:
        """Show what may be done now."""
        words, view = self._look.words, self._view
        some = bool(view.to_come)
        self.setVisible(some or view.rest is not None)
        self.late.setEnabled(view.has_route and some)
        without = words("Your lead has published no order for today.")
        self.late.setToolTip("" if view.has_route else without)
        told = words.code(f"travel.{view.source}") if view.source else without
        self.source.setText(told)
        self.gpx.setEnabled(any(v.point for v in view.to_come))
        clear(self._rest)
        if view.rest is not None:
            self._rest.addWidget(self._rest_card())

    async def _ask_late(self) -> None:
        words, view = self._look.words, self._view
        places = [("0", words("Before the first visit, at the start place"))]
        for number, visit in enumerate(view.order, start=1):
            places.append((str(number), words("At visit {n}, {name}", n=number, name=visit.name)))
        fields = (
            Field("at", words("Where are you?"), tuple(places), str(view.done)),
            Field("free", words("You can drive on at"), chosen=f"{view.now:%H:%M}"),
        )
        explain = words("Plans the rest of the day again and says whom to call. Nothing is sent.")
        title = words("Running late")
        wrong = words("Type a time such as 14:30.")
        told = await ask(
            self,
            self._look,
            title,
            fields,
            explain,
            words("Plan the rest"),
            check=lambda said: "" if read_time(said["free"]) else wrong,
        )
        free = read_time(told["free"]) if told else None
        if told is not None and free is not None:
            self.trouble.say("")
            await view.late(int(told["at"]), free)

    def _rest_card(self) -> Card:
        words, view = self._look.words, self._view
        card = Card(self._look, words("The rest of the day from now"))
        rest = view.rest
        if rest is None:
            return card
        for stop in rest.stops:
            visit = stop.visit
            begins = words.clock(stop.begins, visit.zone)
            leave = words("leave by {time}", time=words.clock(stop.leave_by, visit.zone))
            card.body.addWidget(label(f"{begins} · {visit.name} · {visit.area} · {leave}"))
        if not rest.calls:
            text = words("Every window that was agreed can still be kept: nobody needs a call.")
            card.body.addWidget(Notice(self._look, text, "ok"))
        for call in rest.calls:
            self._add_call(card, call)
        source = words.code(f"travel.{rest.travel_source}")
        own = words("Only this laptop knows this order; the published one stays.")
        card.body.addWidget(label(words.sentences(source, own), "muted"))
        away = button(self._look, words("Back to the published order"), view.put_away)
        acts = Flow(self._look)
        acts.addWidget(away)
        card.body.addLayout(acts)
        return card

    def _add_call(self, card: Card, call: Call) -> None:
        words, visit = self._look.words, call.visit
        window = words.span(visit.start, visit.end, visit.zone)
        if call.could_begin is None:
            told = words(
                "Call {name}: {window} cannot be kept today.", name=visit.name, window=window
            )
        else:
            could = words.clock(call.could_begin, visit.zone)
            told = words(
                "Call {name}: {window} cannot be kept, it could begin at {time}.",
                name=visit.name,
                window=window,
                time=could,
            )
        script = self.script(call)
        card.body.addWidget(Notice(self._look, told, "warn", script))
        acts = Flow(self._look)
        acts.addWidget(
            button(self._look, words("Open case"), partial(self._go.open_case, visit.case_id))
        )
        acts.addWidget(button(self._look, words("Copy the words"), partial(self._copy, script)))
        again = partial(self._go.open_appointment, visit.case_id, visit.appointment_id)
        if call.could_begin is not None:
            length = visit.end - visit.start
            new = Suggestion(call.could_begin, call.could_begin + length, visit.officers)
            again = partial(again, new)
        acts.addWidget(button(self._look, words("Agree another time"), again))
        card.body.addLayout(acts)

    def script(self, call: Call) -> str:
        """Return what to say on the telephone: nothing of a debt, whoever answers."""
        words, visit = self._look.words, call.visit
        window = words.span(visit.start, visit.end, visit.zone)
        if call.could_begin is None:
            return words(
                "“Hello, this is {officer}. I cannot keep our appointment of {window} today and am "
                "sorry. When would another day suit you?”",
                officer=self._view.my_name,
                window=window,
            )
        return words(
            "“Hello, this is {officer}. I am running late for our appointment of {window} and "
            "could be there at {time}. Does that suit you, or shall we find another time?”",
            officer=self._view.my_name,
            window=window,
            time=words.clock(call.could_begin, visit.zone),
        )

    def _copy(self, script: str) -> None:
        self._go.copy(script)
        self._go.tell(self._look.words("Copied. The text does not name the debt."))

    async def _save_calendar(self) -> None:
        title = self._look.words("Save the calendar file")
        await self._save("day.ics", title, self._view.save_calendar)

    async def _save_way(self) -> None:
        await self._save("day.gpx", self._look.words("Save the GPX file"), self._view.save_way)

    async def _save(self, name: str, title: str, save: Save) -> None:
        words = self._look.words
        export = await ask_export(self._page, title, name)
        if export is None:
            return
        trouble = await save(words, export.wish, export.path)
        if trouble is not None:
            self.trouble.say(problem_text(words, trouble), "block")
        else:
            self._go.tell(words("Saved: {name}", name=export.path.name))

    async def navigate(self, visit: TodayVisit) -> None:
        """Give one place to a navigation program, after saying what that means."""
        words = self._look.words
        explain = words(
            "The coordinates of this address go to another program, which may send them on to its "
            "maker. No name, number or debt goes with them. That you did this is noted."
        )
        title = words("Give this place to a navigation program?")
        if not await confirm(self, self._look, title, explain, words("Give the place")):
            return
        uri = await self._view.hand_over(visit)
        if isinstance(uri, Problem):
            self.trouble.say(problem_text(words, uri), "block")
        elif not QDesktopServices.openUrl(QUrl(uri)):
            text = words("No navigation program on this laptop takes a place.")
            self.trouble.say(text, "warn")
