"""One case: what may be done now, what is owed, whom it is about, and what happened."""

from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from field_app.ui.components.findings_list import answer_text
from field_app.ui.components.flow import COLUMNS_LEAST, Beside, Flow
from field_app.ui.components.focus import focus_kept
from field_app.ui.components.page import Page
from field_app.ui.components.surfaces import Card, Notice, clear, row
from field_app.ui.components.texts import badge, button, label, tip
from field_app.ui.look import Look
from field_app.ui.navigation import Navigator
from field_app.ui.record_words import record_lines
from field_app.ui.screens.care_acts import CareActs
from field_app.ui.screens.case_acts import CaseActs
from field_app.ui.screens.plan_card import PlanCard
from field_app.ui.sentences import happened, timeline_flags, timeline_sentence
from field_app.ui.shortcuts import keys_of
from field_app.viewmodels.answer import Answer
from field_app.viewmodels.case import CaseFile, CaseViewModel, Step, TimelineEntry
from field_app.viewmodels.findings import FindingText
from sync.domain.ids import CaseId
from sync.domain.records import Hold, Versioned
from sync.domain.vocabulary import Revealable

REVEAL_MS = 60_000
FIELDS = (
    Revealable.NAME,
    Revealable.PHONE,
    Revealable.ADDRESS,
    Revealable.ACCOUNT,
    Revealable.ID_NUMBER,
)


class CaseScreen(Page):
    """The file of a case."""

    def __init__(self, home: QWidget, look: Look, view: CaseViewModel, go: Navigator) -> None:
        super().__init__(home, look, look.words("Case"))
        self._view = view
        self._go = go
        self.acts = CaseActs(self, view, go)
        self.care_acts = CareActs(self, view.care, go)
        self.plan_card: PlanCard | None = None
        self.primary = button(look, "", kind="primary")
        self.act_buttons: list[QPushButton] = []
        self.reveal_buttons: dict[Revealable, QPushButton] = {}
        marks = QWidget()
        marks.setMinimumHeight(look.px(27))  # of a mark: nothing moves when one comes or goes
        self.badges = QHBoxLayout(marks)
        self.badges.setContentsMargins(0, 0, 0, 0)
        self.badges.setSpacing(look.px(6))
        self.subtitle.setWordWrap(False)
        line = Flow(look)
        line.addWidget(self.subtitle)
        line.addWidget(marks)
        self.heading.addLayout(line)
        self._add_toolbar()
        self._build_columns()
        self._hide_timer = QTimer(self)
        self._hide_timer.setSingleShot(True)
        self._hide_timer.timeout.connect(view.hide)
        view.changed.connect(self._show)
        view.revealed.connect(lambda _f, _v: self._on_revealed())
        view.answered.connect(self._on_answer)
        view.care.answered.connect(self._on_answer)
        self.show_loading()

    def _add_toolbar(self) -> None:
        words = self.words
        for text, act, icon in (
            (words("Contact"), self.acts.contact, "phone"),
            (words("Feedback"), self.acts.feedback, ""),
            (words("Hold"), self.acts.hold, "hold"),
            (words("Attach"), self.acts.attach, ""),
        ):
            made = button(self.look, text, act, icon=icon)
            self.act_buttons.append(made)
            self.toolbar.addWidget(made)
        self.door_button = button(self.look, words("At the door"), self._open_door, icon="visit")
        self.door_button.setToolTip(keys_of("doorstep"))
        self.toolbar.addWidget(self.door_button)
        self.door_button.setVisible(self._view.visits)  # before, it would be a window of its own
        self.relief = button(self.look, words("Hardship and plan"), self._open_relief)
        self.toolbar.addWidget(self.relief)
        self.toolbar.addWidget(self.primary)
        self.primary.clicked.connect(self._do_next)

    def _build_columns(self) -> None:
        columns = Beside(self.look, COLUMNS_LEAST)
        self._left, self._right = QVBoxLayout(), QVBoxLayout()
        for column in (self._left, self._right):
            column.setSpacing(self.look.px(12))
        columns.add(self._left, 5)
        columns.add(self._right, 6)
        self.body.addWidget(columns)
        self.body.addStretch(1)

    def open(self, case_id: CaseId) -> None:
        """Show a case."""
        self.show_loading()
        self.start(self._view.open(case_id))

    def first_act(self) -> QWidget | None:
        """Return the next lawful step, else what the plan waits for, else the first act."""
        acts = self.plan_card.act_buttons if self.plan_card else {}
        steps = (self.primary, *(acts[one] for one in ("approve", "agree") if one in acts))
        ready = (one for one in steps if one.isVisible() and one.isEnabled())
        return next(ready, self.act_buttons[0])

    def _show(self) -> None:
        file = self._view.file
        words = self.words
        if file is None:
            hint = words("It was given to somebody else, or is not yet on this laptop.")
            self.show_empty(words("This case is not here"), hint, "cases")
            return
        self.title.setText(f"{self._view.shown(Revealable.NAME)} · {file.case.case_no}")
        stage = words.code(f"stage.{file.stage}")
        days = words("{n} days overdue", n=file.days_overdue)
        self.subtitle_says(f"{stage} · {days} · {file.case.address.area}")
        self._show_badges()
        self._show_primary()
        with focus_kept(self):
            self._show_cards(file)
        self.show_content()

    def _show_cards(self, file: CaseFile) -> None:
        clear(self._left)
        clear(self._right)
        for hold in file.holds:
            self._left.addWidget(self._hold_card(hold))
        self.plan_card = self._plan_card()
        if self.plan_card is not None:
            self._left.addWidget(self.plan_card)
        self._left.addWidget(self._steps_card())
        self._left.addWidget(self._loan_card())
        self._left.addWidget(self._person_card())
        self._left.addStretch(1)
        self._right.addWidget(self._timeline_card())
        self._right.addStretch(1)

    def _show_badges(self) -> None:
        clear(self.badges)
        file = self._view.file
        if file is None:
            return
        if file.holds:
            self.badges.addWidget(badge(self.words("on hold"), "warn"))
        if file.case.customer.vulnerabilities:
            self.badges.addWidget(badge(self.words("vulnerable"), "warn"))
        if file.pending:
            self.badges.addWidget(badge(self.words("to be sent"), "info"))

    def _show_primary(self) -> None:
        file = self._view.file
        step = file.next_step if file else "none"
        self.primary.setText(self.words.code(f"step.{step}"))
        self.primary.setAccessibleName(self.primary.text())
        own = self._view.visits or step in ("remind", "call")
        steps = file.steps if file else ()
        stopped = next((s for s in steps if s.step == _judged_as(step)), None)
        blocked = stopped is not None and str(stopped.verdict) == "block"
        self.primary.setVisible(own and step not in ("none", "wait_hold", "keep_plan"))
        self.primary.setEnabled(not blocked)
        findings = self._view.findings(stopped) if stopped and blocked else ()
        self.primary.setToolTip(tip("\n".join(f.sentence for f in findings)))

    def _do_next(self) -> None:
        file = self._view.file
        if file is None:
            return
        case_id = file.case.id
        coming = file.open_appointments[0].record.id if file.open_appointments else None
        match file.next_step:
            case "remind":
                self.acts.contact("sms")
            case "call":
                self.acts.contact("phone")
            case "agree" | "confirm":
                self._go.open_appointment(case_id, coming)
            case "visit":
                self._go.open_visit(case_id, coming)

    def _open_door(self) -> None:
        file = self._view.file
        if file is not None:
            coming = file.open_appointments
            self._go.open_door(file.case.id, coming[0].record.id if coming else None)

    def _open_relief(self) -> None:
        if self._view.case_id is not None:
            self._go.open_relief(self._view.case_id)

    def _plan_card(self) -> PlanCard | None:
        kept = self._view.care.kept
        return PlanCard(self.look, self._view.care, kept, self.care_acts) if kept else None

    def _steps_card(self) -> QWidget:
        card = Card(self.look, self.words("What is allowed now"))
        file = self._view.file
        steps = file.steps if file else ()
        told = [set(self._told(step)) for step in steps]
        everywhere = set.intersection(*told) if told else set()
        for finding in self._told(steps[0]) if steps else ():
            if finding in everywhere:
                self._add_finding(card, finding)
        for step in steps:
            self._add_step(card, step, everywhere)
        for stands in file.open_appointments if file else ():
            one, zone = stands.record, file.case.address.zone if file else ""
            state = self.words.code(f"appointment.{one.state}")
            when = f"{self.words.moment(one.start, zone)}–{self.words.clock(one.end, zone)}"
            change = button(
                self.look,
                self.words("Change"),
                partial(self._go.open_appointment, one.case_id, one.id),
                kind="quiet",
            )
            line = self.words("{name}: {value}", name=state, value=when)
            card.body.addLayout(row(self.look, label(line), None, change))
        return card

    def _told(self, step: Step) -> list[FindingText]:
        found = self._view.findings(step)
        return [f for f in found if str(f.severity) != "inform"]

    def _add_finding(self, card: Card, finding: FindingText) -> None:
        tone = "block" if str(finding.severity) == "block" else "warn"
        card.body.addWidget(Notice(self.look, finding.sentence, tone, finding.source))

    def _add_step(self, card: Card, step: Step, told_before: set[FindingText]) -> None:
        verdict = str(step.verdict)
        tone = {"block": "block", "warn": "warn"}.get(verdict, "ok")
        mark = badge(self.words.code(f"verdict.{verdict}"), tone)
        text = label(self.words.code(f"act.{step.step}"))
        card.body.addLayout(row(self.look, text, None, mark))
        for finding in self._told(step):
            if finding not in told_before:
                self._add_finding(card, finding)
        ways = self._ways(step)
        if ways:
            card.body.addWidget(label(ways, "muted"))

    def _ways(self, step: Step) -> str:
        """Return what would be allowed instead of a blocked step, or nothing."""
        words, file = self.words, self._view.file
        parts = []
        if step.instead.at is not None and file is not None:
            when = words.moment(step.instead.at, file.case.address.zone)
            parts.append(words("Lawful from {when} on.", when=when))
        if step.instead.channels:
            named = words.listed(words.code(f"act.{act}") for act in step.instead.channels)
            parts.append(words("Possible now: {channels}.", channels=named))
        return words.sentences(*parts)

    def _loan_card(self) -> QWidget:
        card = Card(self.look, self.words("What is owed"))
        file = self._view.file
        if file is None:
            return card
        loan, words = file.case.loan, self.words
        card.body.addWidget(label(words.money(loan.total_fen), "amount"))
        lines = (
            (words("Principal"), words.money(loan.principal_fen)),
            (words("Interest"), words.money(loan.interest_fen)),
            (words("Fees"), words.money(loan.fees_fen)),
            (words("Product"), words.code(f"product.{loan.product}")),
            (words("Overdue since"), words.long_day(loan.overdue_since)),
        )
        for name, value in lines:
            told = label(value, wrap=False)
            card.body.addLayout(row(self.look, label(name, "muted"), None, told))
        return card

    def _person_card(self) -> QWidget:
        card = Card(self.look, self.words("Customer"))
        self.reveal_buttons = {}
        for field in FIELDS:
            name = label(self.words.code(f"field.{field}"), "muted", wrap=False)
            name.setMinimumWidth(self.look.px(90))
            value = label(self._view.shown(field) or "—")
            show = button(
                self.look,
                self.words("Show"),
                partial(self._reveal, field),
                kind="quiet",
                icon="reveal",
            )
            show.setAccessibleName(self.words("Show {field}", field=name.text()))
            if field in self._view.plain:
                show.hide()
            self.reveal_buttons[field] = show
            line = QHBoxLayout()
            line.addWidget(name)
            line.addWidget(value, 1)
            line.addWidget(show)
            card.body.addLayout(line)
        note = self.words("Every look is recorded. It is masked again after a minute.")
        card.body.addWidget(label(note, "muted"))
        self._add_wishes(card)
        return card

    def _add_wishes(self, card: Card) -> None:
        file = self._view.file
        wishes, zone = (file.case.wishes, file.case.address.zone) if file else (None, "")
        lines = record_lines(self.words, wishes, zone) if wishes else []
        for line in lines:
            card.body.addWidget(label(line))
        self.wishes = button(self.look, self.words("Wishes"), self.care_acts.wishes)
        card.body.addLayout(row(self.look, None, self.wishes))

    def _reveal(self, field: Revealable) -> None:
        self.once(self._view.reveal, field)

    def _hold_card(self, hold: Versioned[Hold]) -> QWidget:
        card = Card(self.look)
        kind = self.words.code(f"hold.{hold.record.hold}")
        text = self.words(
            "This case is on hold: {kind}. No visit until a lead lifts the hold.", kind=kind
        )
        if hold.record.until is not None:
            until = self.words("Set through {day}.", day=self.words.long_day(hold.record.until))
            text = self.words.sentences(text, until)
        card.body.addWidget(Notice(self.look, text, "warn", hold.record.reason))
        if self._view.may_lift:
            lift = button(self.look, self.words("Lift the hold"), lambda: self.acts.lift(hold))
            card.body.addLayout(row(self.look, None, lift))
        return card

    def _timeline_card(self) -> QWidget:
        card = Card(self.look, self.words("What happened"))
        file = self._view.file
        entries = file.timeline if file else ()
        if not entries:
            card.body.addWidget(label(self.words("Nothing is on record yet."), "muted"))
        card.body.setSpacing(self.look.px(14))
        for entry in entries:
            lines = QVBoxLayout()
            lines.setSpacing(self.look.px(2))
            self._add_entry(lines, entry)
            card.body.addLayout(lines)
        return card

    def _add_entry(self, lines: QVBoxLayout, entry: TimelineEntry) -> None:
        file = self._view.file
        zone = file.case.address.zone if file else "Asia/Shanghai"
        marks = [badge(m, "info") for m in timeline_flags(self.words, entry)]
        sentence = label(timeline_sentence(self.words, entry, zone))
        acts = self._entry_acts(entry)
        lines.addLayout(row(self.look, sentence, *marks, *acts))
        when = happened(self.words, entry.at, entry.between, zone, file.today if file else None)
        who = " · ".join(p for p in (when, entry.by) if p)
        lines.addWidget(label(who, "muted"))
        if entry.note:
            lines.addWidget(label(entry.note))

    def _entry_acts(self, entry: TimelineEntry) -> list[QPushButton]:
        file = self._view.file
        if file is not None and entry.kind == "visit" and self._view.may_correct(entry):
            correct = partial(self._go.open_amendment, file.case.id, entry.record_id)
            return [button(self.look, self.words("Correct"), correct, kind="link")]
        if entry.kind == "attachment":
            title = str(entry.params["title"])
            see = partial(self.acts.show_file, entry.record_id, title)
            show = button(self.look, self.words("Show"), see, kind="link", icon="reveal")
            show.setAccessibleName(self.words("Show {field}", field=title))
            return [show]
        return []

    def _on_revealed(self) -> None:
        self._show()
        # A later look must not keep an earlier one open for longer than its minute.
        if not self._hide_timer.isActive():
            self._hide_timer.start(REVEAL_MS)

    def hideEvent(self, event: QHideEvent) -> None:
        """Mask what was shown as soon as the screen goes."""
        if self._view.plain:
            self._hide_timer.stop()
            self._view.hide()
        super().hideEvent(event)

    def _on_answer(self, what: str, answer: Answer) -> None:
        if answer.saved:
            self.notice.say("")
            self._go.tell(self.words.code(f"saved.{what}"))
        else:
            self.notice.say(answer_text(self.words, answer), "block")


def _judged_as(next_step: str) -> str:
    return {"remind": "sms", "call": "call"}.get(next_step, "agree" if next_step == "agree" else "")
