"""Hardship and plan: the sheet, what the month leaves, ways to repay; or the plan that stands."""

from PySide6.QtWidgets import QFormLayout, QPlainTextEdit, QVBoxLayout, QWidget

from field_app.ui.components.findings_list import answer_text, problem_text
from field_app.ui.components.flow import COLUMNS_LEAST, Beside
from field_app.ui.components.focus import resting
from field_app.ui.components.money_line import figure_line
from field_app.ui.components.page import Page
from field_app.ui.components.rows import add_row
from field_app.ui.components.surfaces import Card, Notice
from field_app.ui.components.texts import button, label
from field_app.ui.look import Look
from field_app.ui.navigation import Navigator
from field_app.ui.screens.care_acts import CareActs
from field_app.ui.screens.hardship_form import HardshipPart
from field_app.ui.screens.month_form import MonthPart
from field_app.ui.screens.month_result import MonthResult
from field_app.ui.screens.plan_panel import PlanPanel
from field_app.ui.screens.schedule_view import ScheduleView
from field_app.ui.screens.terms_form import TermsPart
from field_app.ui.screens.ways_grid import WaysGrid
from field_app.viewmodels.answer import Answer
from field_app.viewmodels.hardship import HardshipEntry
from field_app.viewmodels.money_entry import read_rate
from field_app.viewmodels.problem import Problem
from field_app.viewmodels.relief import Option, ReliefViewModel
from field_app.viewmodels.relief_entry import ReliefEntry
from sync.domain.ids import CaseId


class ReliefScreen(Page):
    """One customer's way out."""

    def __init__(self, home: QWidget, look: Look, view: ReliefViewModel, go: Navigator) -> None:
        super().__init__(home, look, look.words("Hardship and plan"))
        self._view = view
        self._go = go
        self._filling = False
        words = look.words
        self.acts = CareActs(self, view.care, go)
        self.refer = button(look, words("Refer"), self.acts.refer)
        self.keep = button(look, words("Save without a plan"), self._keep)
        self.propose = button(look, words("Propose to the lead"), self.submit, kind="primary")
        for one in (self.refer, self.keep, self.propose):
            self.toolbar.addWidget(one)
        self.panel = PlanPanel(look, view.care, self.acts)
        self.sheet = QWidget()
        self._build_sheet()
        self.body.addWidget(self.panel)
        self.body.addWidget(self.sheet)
        self.body.addStretch(1)
        view.loaded.connect(self._show)
        view.refreshed.connect(self._show_standing)
        view.reckoned.connect(self._show_reckoning)
        view.drafted.connect(self._show_kept)
        view.saved.connect(self._on_saved)
        view.refused.connect(self._on_refused)
        view.care.answered.connect(self._on_answer)
        self.show_loading()

    def _build_sheet(self) -> None:
        words = self.words
        whole = QVBoxLayout(self.sheet)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(self.look.px(12))
        left, right = self._columns(whole, 5, 7)
        hardship = Card(self.look, words("Hardship"))
        self.hardship = HardshipPart(self.look, self._changed)
        hardship.body.addWidget(self.hardship)
        month = Card(self.look, words("Income and expenditure"))
        self.month = MonthPart(self.look, self._changed)
        month.body.addWidget(self.month)
        left.addWidget(hardship)
        left.addWidget(month)
        left.addStretch(1)
        result = Card(self.look, words("What is left each month"))
        self.result = MonthResult(self.look)
        result.body.addWidget(self.result)
        right.addWidget(result)
        right.addWidget(self._ways_card())
        right.addStretch(1)
        whole.addWidget(self._terms_card())
        self.kept = label("", "muted")
        whole.addWidget(self.kept)

    def _columns(self, into: QVBoxLayout, *shares: int) -> list[QVBoxLayout]:
        line = Beside(self.look, COLUMNS_LEAST)
        columns = []
        for share in shares:
            column = QVBoxLayout()
            column.setSpacing(self.look.px(12))
            line.add(column, share)
            columns.append(column)
        into.addWidget(line)
        return columns

    def _ways_card(self) -> Card:
        words = self.words
        card = Card(self.look, words("Ways to repay"))
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        name = words("Yearly rate of the contract (%)")
        self.rate = figure_line(
            self.look, name, self._changed, lambda t: not t.strip() or read_rate(t) is not None
        )
        add_row(form, name, self.rate)
        card.body.addLayout(form)
        self.ways = WaysGrid(self.look, self._choose)
        card.body.addWidget(self.ways)
        return card

    def _terms_card(self) -> Card:
        words = self.words
        self.chosen = Card(self.look, words("The chosen way"))
        left, right = self._columns(self.chosen.body, 4, 7)
        self.terms = TermsPart(self.look, self._changed)
        left.addWidget(self.terms)
        self.verdict = Notice(self.look)
        left.addWidget(self.verdict)
        left.addWidget(label(words("To the lead"), "muted"))
        self.to_lead = QPlainTextEdit()
        self.to_lead.setFixedHeight(self.look.px(72))
        self.to_lead.setTabChangesFocus(True)
        self.to_lead.setAccessibleName(words("To the lead"))
        self.to_lead.textChanged.connect(self._changed)
        left.addWidget(self.to_lead)
        left.addStretch(1)
        self.schedule = ScheduleView(self.look)
        right.addWidget(self.schedule)
        right.addStretch(1)
        return self.chosen

    def open(self, case_id: CaseId) -> None:
        """Show a case, with the draft left by an earlier try."""
        self.show_loading()
        self.notice.say("")
        self.kept.setText("")
        self.start(self._view.open(case_id))

    def first_act(self) -> QWidget | None:
        """Return where hardship is told of; with a plan that stands, the referral."""
        return self.hardship.wanted if self.sheet.isVisible() else self.refer

    def _show(self) -> None:
        entry = self._view.entry
        self._filling = True
        self.hardship.fill(entry.told)
        self.month.fill(entry.month)
        self.rate.setText(entry.rate)
        self.to_lead.setPlainText(entry.words)
        if entry.terms is not None:
            self.terms.fill(entry.terms)
        self._filling = False
        self._show_standing()
        self._show_reckoning()
        self.bring(self.panel)

    def _show_standing(self) -> None:
        file, view = self._view.file, self._view
        care = view.care.file
        asks = care is not None and care.may_propose and not view.has_open_plan
        for one in (self.sheet, self.keep, self.propose):
            one.setVisible(asks)
        self.refer.setVisible(care is not None)
        if file is None or care is None:
            hint = self.words("It was given to somebody else, or is not yet on this laptop.")
            self.show_empty(self.words("This case is not here"), hint, "cases")
            return
        self.subtitle_says(f"{view.name} · {file.case.case_no}")
        self.panel.show_care()
        self.show_content()

    def _show_reckoning(self) -> None:
        view, reckoning = self._view, self._view.reckoning
        self.hardship.show_needs(view.entry.told.is_sensitive)
        self.result.show_month(reckoning.month)
        self.ways.show_ways(reckoning.ways, reckoning.terms, counselling=reckoning.counselling)
        self.chosen.setVisible(view.entry.terms is not None)
        self._show_chosen()
        self.propose.setEnabled(bool(reckoning.largest_fen))

    def _show_chosen(self) -> None:
        words, reckoning = self.words, self._view.reckoning
        made = reckoning.schedule
        self.schedule.setVisible(not isinstance(made, Problem) and bool(made))
        if isinstance(made, Problem):
            self.verdict.say(problem_text(words, made), "block")
            return
        month = reckoning.month
        known = None if isinstance(month, Problem) else month.affordable_fen
        self.schedule.show_schedule(made, known)
        largest = words.money(reckoning.largest_fen)
        if reckoning.affordable:
            text = words("The customer can afford it: at most {amount} a month.", amount=largest)
            self.verdict.say(text, "ok")
        else:
            text = words(
                "Beyond the customer's means: up to {amount} a month. The lead must give a reason.",
                amount=largest,
            )
            self.verdict.say(text if made else "", "block")

    def _changed(self) -> None:
        if not self._filling:
            self.notice.say("")
            self._view.take(self._entry())

    def _show_kept(self, is_kept: bool) -> None:
        self.kept.setText(self.words("Draft kept on this laptop.") if is_kept else "")

    def _entry(self) -> ReliefEntry:
        stands = self._view.entry
        return ReliefEntry(
            told=self.hardship.read(HardshipEntry()),
            month=self.month.read(),
            rate=self.rate.text(),
            terms=self.terms.read() if stands.terms is not None else None,
            words=self.to_lead.toPlainText(),
        )

    def _choose(self, option: Option) -> None:
        self.start(self._take(option))

    async def _take(self, option: Option) -> None:
        await self._view.choose(option)
        if self._view.entry.terms is not None:
            self.terms.fill(self._view.entry.terms)
        self.terms.method.setFocus()
        self.bring(self.chosen)

    def submit(self) -> None:
        """Ask the lead for the plan."""
        if self.propose.isVisible():
            self.once(self._ask_for_plan)

    async def _ask_for_plan(self) -> None:
        with resting(self.propose):
            await self._view.propose()

    def _keep(self) -> None:
        self.once(self._keep_statement)

    async def _keep_statement(self) -> None:
        with resting(self.keep):
            await self._view.keep_statement()

    def _on_saved(self, what: str) -> None:
        self.bring(self.panel)
        self.notice.say("")
        self.kept.setText("")
        self._go.tell(self.words.code(f"saved.{what}"))

    def _on_refused(self, answer: Answer) -> None:
        self.notice.say(answer_text(self.words, answer), "block")

    def _on_answer(self, what: str, answer: Answer) -> None:
        if answer.saved:
            self._on_saved(what)
        else:
            self._on_refused(answer)
