"""Today: the agreed visits in driving order, windows to confirm, promises due."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from field_app.ui.components.findings_list import problem_text
from field_app.ui.components.flow import COLUMNS_LEAST, Beside, Flow
from field_app.ui.components.focus import focus_kept
from field_app.ui.components.page import Page
from field_app.ui.components.surfaces import Card, EmptyState, Notice, clear, row
from field_app.ui.components.texts import badge, button, label
from field_app.ui.dialogs.export_dialog import ask_export
from field_app.ui.look import Look
from field_app.ui.navigation import Navigator
from field_app.ui.screens.way_card import WayCard
from field_app.ui.shortcuts import keys_of
from field_app.viewmodels.papers import file_name
from field_app.viewmodels.today import FollowUp, Today, TodayViewModel, TodayVisit

SOON_DAYS = 30


class TodayScreen(Page):
    """The officer's home."""

    def __init__(self, home: QWidget, look: Look, view: TodayViewModel, go: Navigator) -> None:
        super().__init__(home, look, look.words("Today"))
        self._view = view
        self._go = go
        self.begin_button: QPushButton | None = None
        self.door_button: QPushButton | None = None
        self.confirm_button: QPushButton | None = None
        self.print = button(look, look.words("Day sheet"), self._print, icon="print")
        self.print.setToolTip(keys_of("day_sheet"))
        self.toolbar.addWidget(self.print)
        # Of its own: what came of an act must outlive the next reading of the day.
        self.certificate = Notice(look)
        self.body.addWidget(self.certificate)
        self.way = WayCard(self, view.way, go)
        self.body.addWidget(self.way)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(look.px(12))
        self.body.addLayout(self._cards)
        self.body.addStretch(1)
        self.follow(view.changed, self._show)
        self.show_loading()

    def enter(self) -> None:
        """Read the day anew."""
        self.start(self._view.load())

    def first_act(self) -> QWidget | None:
        """Return the next visit's beginning, else the first window to confirm."""
        return self.begin_button or self.confirm_button

    def _print(self) -> None:
        self.once(self._save_sheet)

    async def _save_sheet(self) -> None:
        words, papers, day = self.words, self._view.papers, self._view.day
        if day is None:
            return
        name = file_name("day", day.day.isoformat())
        export = await ask_export(self, words("Save the day sheet"), name)
        if export is None:
            return
        trouble = await papers.save_day_sheet(words.language, export.wish, export.path)
        if trouble is not None:
            self.notice.say(problem_text(words, trouble), "block")
        else:
            self._go.tell(words("Saved: {name}", name=export.path.name))

    def _show(self) -> None:
        day = self._view.day
        if day is None:
            return
        words = self.words
        waiting = words("{n} to be sent", n=day.waiting) if day.waiting else words("all sent")
        self.subtitle_says(f"{words.day(day.day)} · {waiting}")
        self._show_certificate()
        with focus_kept(self):
            self._show_cards(day)
        self.show_content()

    def _show_cards(self, day: Today) -> None:
        words = self.words
        clear(self._cards)
        self.begin_button = self.door_button = self.confirm_button = None
        self._show_visits(day)
        self._show_list(words("To be confirmed with the customer"), day.to_confirm)
        self._show_follow_ups(day.follow_ups)

    def _show_certificate(self) -> None:
        day = self._view.day
        until = day.certified_until if day else None
        if day is None or until is None or (until - day.day).days > SOON_DAYS:
            self.certificate.say("")
        elif until < day.day:
            self.certificate.say(
                self.words("Your certificate has ended: no visits until it is renewed."), "block"
            )
        else:
            text = self.words("Your certificate ends on {day}.", day=self.words.day(until))
            self.certificate.say(text, "warn")

    def _show_visits(self, day: Today) -> None:
        self._cards.addWidget(label(self.words("Agreed visits"), "heading"))
        if not day.visits:
            card = Card(self.look)
            card.body.addWidget(self._no_visit(was_read=day.last_sync is not None))
            self._cards.addWidget(card)
        for number, visit in enumerate(day.visits, start=1):
            self._cards.addWidget(self._visit_card(number, visit))

    def _no_visit(self, *, was_read: bool) -> EmptyState:
        """Say why there is none: before the first sync the server may know of some."""
        words = self.words
        if was_read:
            title = words("No visit is agreed for today")
            hint = words("Agree a window with a customer: Cases, then Agree a visit.")
        else:
            title = words("No visit for today is on this laptop")
            hint = words("Sync now: your cases and agreed visits come from the server.")
        return EmptyState(self.look, title, hint, "today")

    def _visit_card(self, number: int, visit: TodayVisit) -> QFrame:
        card = Card(self.look)
        line = QHBoxLayout()
        line.setSpacing(self.look.px(14))
        acts = Flow(self.look)
        acts.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        order = label(str(number), "title", wrap=False)
        order.setMinimumWidth(self.look.px(28))
        line.addWidget(order)
        when = label(self.words.span(visit.start, visit.end, visit.zone), "time", wrap=False)
        when.setMinimumWidth(self.look.px(120))
        line.addWidget(when)
        column = QVBoxLayout()
        column.setSpacing(self.look.px(2))
        column.addWidget(label(f"{visit.name} · {visit.area}"))
        column.addWidget(label(self._way(visit), "muted"))
        line.addLayout(column, 1)
        if visit.is_now:
            line.addWidget(badge(self.words("now"), "ok"))
        acts.addWidget(
            button(
                self.look,
                self.words("Open case"),
                lambda: self._go.open_case(visit.case_id),
                kind="quiet",
            )
        )
        if visit.point is not None:
            acts.addWidget(self._navigate(visit))
        acts.addWidget(self._door(visit))
        acts.addWidget(self._begin(visit))
        whole = Beside(self.look, COLUMNS_LEAST, 14)
        whole.add(line, 1)
        whole.add(acts)
        card.body.addWidget(whole)
        for one in self._view.findings(visit):
            tone = "block" if str(one.severity) == "block" else "warn"
            card.body.addWidget(Notice(self.look, one.sentence, tone, one.source))
        return card

    def _navigate(self, visit: TodayVisit) -> QPushButton:
        return button(
            self.look,
            self.words("Navigate"),
            lambda: self.start(self.way.navigate(visit)),
            kind="quiet",
        )

    def _door(self, visit: TodayVisit) -> QPushButton:
        made = button(
            self.look,
            self.words("At the door"),
            lambda: self._go.open_door(visit.case_id, visit.appointment_id),
            icon="visit",
        )
        made.setToolTip(keys_of("doorstep"))
        self.door_button = self.door_button or made
        return made

    def _begin(self, visit: TodayVisit) -> QPushButton:
        first = self.begin_button is None
        made = button(
            self.look,
            self.words("Begin visit"),
            lambda: self._go.open_visit(visit.case_id, visit.appointment_id),
            kind="primary" if first else "",
        )
        if first:
            self.begin_button = made
        return made

    def _way(self, visit: TodayVisit) -> str:
        parts = [visit.case_no, self.words.code(f"place.{visit.place}")]
        if visit.travel_s is not None:
            way = self.words("{minutes} drive", minutes=self.words.minutes(visit.travel_s))
            parts.append(way)
        if visit.leave_by is not None:
            leave = self.words.clock(visit.leave_by, visit.zone)
            parts.append(self.words("leave by {time}", time=leave))
        return " · ".join(parts)

    def _show_list(self, heading: str, visits: tuple[TodayVisit, ...]) -> None:
        if not visits:
            return
        card = Card(self.look, heading)
        for visit in visits:
            ends = self.words.clock(visit.end, visit.zone)
            when = f"{self.words.moment(visit.start, visit.zone)}–{ends}"
            text = label(f"{when} · {visit.name} · {visit.area}")
            ask = button(
                self.look,
                self.words("Confirm"),
                partial(self._go.open_appointment, visit.case_id, visit.appointment_id),
            )
            self.confirm_button = self.confirm_button or ask
            card.body.addLayout(row(self.look, text, None, ask))
        self._cards.addWidget(card)

    def _show_follow_ups(self, follow_ups: tuple[FollowUp, ...]) -> None:
        if not follow_ups:
            return
        words = self.words
        card = Card(self.look, words("Promises and instalments falling due"))
        said = {
            "promise": words("Promised"),
            "instalment": words("Instalment of the plan"),
            "behind": words("Plan behind since that day"),
        }
        for one in follow_ups:
            parts = (words.day(one.due), one.name, one.case_no, words.money(one.amount_fen))
            text = label(" · ".join((*parts, said[one.what])))
            open_it = button(
                self.look,
                self.words("Open case"),
                partial(self._go.open_case, one.case_id),
                kind="quiet",
            )
            card.body.addLayout(row(self.look, text, None, open_it))
        self._cards.addWidget(card)
