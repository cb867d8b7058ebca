"""The queue: complaints by their deadline, plans that wait, facts that carry a mark."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from field_app.ui.components.flow import COLUMNS_LEAST, Beside, Flow
from field_app.ui.components.page import Page
from field_app.ui.components.surfaces import Card, Notice, clear, row
from field_app.ui.components.texts import badge, button, label
from field_app.ui.dialogs.form_dialog import Field, ask
from field_app.ui.navigation import Navigator
from field_app.ui.sentences import happened
from field_app.viewmodels.drafting import KeptDraft
from field_app.viewmodels.review import (
    ComplaintItem,
    FileTaken,
    FlaggedItem,
    ManyLooks,
    PlanItem,
    ReviewViewModel,
)
from sync.domain.vocabulary import ComplaintState, FactFlag

SOON_DAYS = 5
FILES_SHOWN = 40


class ReviewQueue(QWidget):
    """Cards of what waits."""

    def __init__(self, page: Page, view: ReviewViewModel, go: Navigator) -> None:
        super().__init__()
        self._page = page
        self._view = view
        self._go = go
        self.first: QWidget | None = None  # what waits longest
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(page.look.px(12))

    def show_queue(self) -> None:
        """Show the queue as read."""
        clear(self._column)
        self.first = None
        queue, words = self._view.queue, self._page.words
        if queue is None:
            return
        if self._view.broken_at is not None:
            broken = words(
                "This laptop's own trail is broken at entry {n}.", n=self._view.broken_at
            )
            self._column.addWidget(Notice(self._page.look, broken, "block"))
        self._add(
            words("Complaints"), queue.complaints, self._complaint, words("No complaint is open.")
        )
        self._add(words("Plans to decide"), queue.plans, self._plan, words("No plan is waiting."))
        nothing = words("No record of the last 30 days is flagged.")
        flagged = self._add(words("Flagged records"), queue.flagged, self._flagged, nothing)
        if any(FactFlag.FORKED in item.flags for item in queue.flagged):
            copies = words(
                "Two copies of a laptop are in use, or an older one was put back. Ask the officer "
                "which records are theirs, and the administrator to have the laptop enrolled anew."
            )
            flagged.body.addWidget(label(copies, "muted"))
        usual = words("No day of the last 30 had unusually many.")
        self._add(words("Many looks at masked data"), queue.looks, self._looks, usual)
        self._add_files(queue.files)
        self._column.addStretch(1)

    def _add_files(self, files: tuple[FileTaken, ...]) -> None:
        words = self._page.words
        nothing = words("Nobody exported a file in the last 30 days.")
        card = self._add(words("Exported files"), files[:FILES_SHOWN], self._file, nothing)
        if len(files) > FILES_SHOWN:
            more = words("and {n} earlier ones", n=len(files) - FILES_SHOWN)
            card.body.addWidget(label(more, "muted"))

    def _add[T](
        self, heading: str, items: tuple[T, ...], make: Callable[[Card, T], None], nothing: str
    ) -> Card:
        told = self._page.words("{heading} ({n})", heading=heading, n=len(items))
        card = Card(self._page.look, told)
        for item in items:
            make(card, item)
        if not items:
            card.body.addWidget(label(nothing, "muted"))
        self._column.addWidget(card)
        return card

    def _open(self, item: ComplaintItem | PlanItem | FlaggedItem) -> QWidget:
        about = item.about
        made = button(
            self._page.look,
            f"{about.name} · {about.case_no}",
            partial(self._go.open_case, about.case_id),
            kind="link",
        )
        open_case = self._page.words("Open case {case_no}", case_no=about.case_no)
        made.setAccessibleName(open_case)
        return made

    def _line(self, card: Card, told: Sequence[QWidget], marks: Sequence[QWidget]) -> None:
        """Add what is told with its marks behind it, or below it where words are large."""
        look = self._page.look
        line = Beside(look, COLUMNS_LEAST, 8)
        line.add(row(look, *told, None), 1)
        behind = Flow(look)
        behind.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        for mark in marks:
            behind.addWidget(mark)
        line.add(behind)
        card.body.addWidget(line)

    def _complaint(self, card: Card, item: ComplaintItem) -> None:
        words, one = self._page.words, item.complaint
        left = item.days_left
        tone = "block" if left < 0 else "warn" if left <= SOON_DAYS else "info"
        told = (
            words("{n} days over", n=-left) if left < 0 else words("{n} days left", n=max(0, left))
        )
        marks: list[QWidget] = [badge(told, tone)] if one.state is ComplaintState.OPEN else []
        marks.append(badge(words.code(f"complaint_state.{one.state}"), "info"))
        if one.escalated_at is not None:
            marks.append(badge(words("with compliance"), "warn"))
        marks += self._flags(item.flags)
        topic = label(words.code(f"topic.{one.topic}"))
        self._line(card, [self._open(item), topic], marks)
        for text in (item.said, one.answer, one.customer_words):
            if text:
                card.body.addWidget(label(text, "muted"))
        acts = [self._act(text, act, item) for text, act in self._acts(item)]
        card.body.addLayout(row(self._page.look, None, *acts))

    def _acts(self, item: ComplaintItem) -> list[tuple[str, Callable[[ComplaintItem], None]]]:
        words = self._page.words
        found: list[tuple[str, Callable[[ComplaintItem], None]]] = []
        if item.complaint.state is ComplaintState.OPEN:
            found.append((words("Answer"), self.answer))
        else:
            found.append((words("Customer's word"), self.close_with_word))
        if item.complaint.escalated_at is None:
            found.append((words("To compliance"), self.escalate))
        return found

    def _act(self, text: str, act: Callable[[ComplaintItem], None], item: ComplaintItem) -> QWidget:
        made = button(self._page.look, text, partial(act, item))
        made.setAccessibleName(f"{text}: {item.about.case_no}")
        self.first = self.first or made
        return made

    def _draft(self, what: str, item: ComplaintItem) -> KeptDraft | None:
        return self._page.draft(what, item.about.case_id, item.complaint.id)

    def answer(self, item: ComplaintItem) -> None:
        """Ask for the answer."""
        self._page.once(self._answer, item)

    async def _answer(self, item: ComplaintItem) -> None:
        words = self._page.words
        fields = (Field("answer", words("Answer to the customer"), lines=5, required=True),)
        explain = words("The complaint closes only with the customer's own word on it.")
        title, look = words("Answer"), self._page.look
        draft = self._draft("answer", item)
        told = await ask(self._page, look, title, fields, explain, title, draft=draft)
        if told is not None:
            await self._view.answer(item, told["answer"])

    def close_with_word(self, item: ComplaintItem) -> None:
        """Ask what the customer says of the answer."""
        self._page.once(self._close, item)

    async def _close(self, item: ComplaintItem) -> None:
        words = self._page.words
        options = (("yes", words("content")), ("no", words("not content: hear again")))
        fields = (
            Field("content", words("The customer is"), options),
            Field("words", words("In the customer's words"), lines=4, required=True),
        )
        explain = words(
            "If the customer is content, the hold ends; if not, it goes to compliance and the case "
            "stays on hold."
        )
        told = await ask(
            self._page,
            self._page.look,
            words("Customer's word"),
            fields,
            explain,
            draft=self._draft("word", item),
        )
        if told is not None:
            await self._view.close(item, content=told["content"] == "yes", words=told["words"])

    def escalate(self, item: ComplaintItem) -> None:
        """Ask why compliance should take it."""
        self._page.once(self._escalate, item)

    async def _escalate(self, item: ComplaintItem) -> None:
        words = self._page.words
        fields = (Field("reason", words("Reason"), lines=3, required=True),)
        title, look = words("To compliance"), self._page.look
        draft = self._draft("escalate", item)
        told = await ask(self._page, look, title, fields, ok=title, draft=draft)
        if told is not None:
            await self._view.escalate(item, told["reason"])

    def _plan(self, card: Card, item: PlanItem) -> None:
        words, plan = self._page.words, item.plan
        marks = [badge(words.code(f"plan_kind.{plan.terms.kind}"), "info")]
        if not plan.affordable:
            marks.append(badge(words("beyond the customer's means"), "block"))
        if item.own:
            marks.append(badge(words("for another lead"), "warn"))
        months, largest = len(plan.schedule), words.money(plan.largest_fen)
        told = words("{n} instalments, at most {amount}", n=months, amount=largest)
        by = label(" · ".join(p for p in (told, item.proposed_by) if p), "muted")
        opened = self._open(item)
        self.first = self.first or opened  # a plan is decided in its case
        self._line(card, [opened, by], marks)

    def _looks(self, card: Card, item: ManyLooks) -> None:
        words = self._page.words
        told = words("{n} looks at {m} cases", n=item.looks, m=item.cases)
        text = label(f"{item.by} · {words.day(item.day)}")
        self._line(card, [text], [badge(told, "warn")])

    def _file(self, card: Card, item: FileTaken) -> None:
        words, one = self._page.words, item.export
        what = words.code(f"export_file.{one.file}")
        when = words.moment(one.at, self._view.zone)
        why = words.code(f"export_reason.{one.reason}")
        about = words("{n} cases", n=one.cases)
        marks = [] if one.locked else [badge(words("not locked"), "info")]
        if item.over:
            marks.append(badge(words("number {n} of the day", n=item.nth), "warn"))
        text = label(" · ".join((item.by, when, what, about, why)))
        self._line(card, [text], marks)
        if one.words:
            card.body.addWidget(label(one.words, "muted"))

    def _flags(self, flags: Sequence[FactFlag]) -> list[QWidget]:
        return [badge(self._page.words.code(f"flag.{flag}"), "warn") for flag in flags]

    def _flagged(self, card: Card, item: FlaggedItem) -> None:
        words = self._page.words
        when = happened(words, item.at, item.between, item.about.zone)
        marks = self._flags(item.flags)
        marks += [badge(rule, "block") for rule in item.rules]
        parts = (words.code(f"kind.{item.kind}"), when, item.by)
        told = label(" · ".join(p for p in parts if p), "muted")
        self._line(card, [self._open(item), told], marks)
