"""Conduct as bars by month; a bar opens the records behind it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from field_app.ui.components.bar_chart import Bar, BarChart
from field_app.ui.components.choices import combo
from field_app.ui.components.flow import COLUMNS_LEAST, Beside, Flow
from field_app.ui.components.page import Page
from field_app.ui.components.surfaces import Card
from field_app.ui.components.texts import button, label
from field_app.ui.dialogs.export_dialog import ask_export
from field_app.ui.dialogs.form_dialog import Field
from field_app.ui.navigation import Navigator
from field_app.viewmodels.exports import ExportReason
from field_app.viewmodels.review import MEASURES, ReviewViewModel, measured
from sync.domain.ids import CaseId


class ReviewConduct(QWidget):
    """One measure of one team over the last months."""

    def __init__(self, page: Page, view: ReviewViewModel, go: Navigator) -> None:
        super().__init__()
        self._page = page
        self._view = view
        self._go = go
        look, words = page.look, page.words
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(12))
        measures = [(m, words.code(f"measure.{m}")) for m in MEASURES]
        self.measure = combo(measures, words("Measure"))
        self.team = combo([], words("Team"))
        for box in (self.measure, self.team):
            box.currentIndexChanged.connect(self._choose)
        self.export_button = button(look, words("Export …"), self.export)
        choices = Flow(look)
        self._of_team = label(words("Team"), "muted", wrap=False)
        for one in (label(words("Measure"), "muted", wrap=False), self.measure):
            choices.addWidget(one)
        for one in (self._of_team, self.team):
            choices.addWidget(one)
        line = Beside(look, COLUMNS_LEAST, 8)
        line.add(choices, 1)
        acts = Flow(look)  # keeps the button as wide as its words, also below the choices
        acts.addWidget(self.export_button)
        line.add(acts)
        column.addWidget(line)
        card = Card(look)
        self.explain = label("", "muted")
        self.chart = BarChart(look, chooses=True)
        self.chart.chosen.connect(lambda n: page.start(view.drill(n)))
        card.body.addWidget(self.explain)
        card.body.addWidget(self.chart)
        column.addWidget(card)
        self.behind = label("", "heading")
        self.records = QListWidget()
        self.records.setAccessibleName(words("Records behind the figure"))
        self.records.itemActivated.connect(self._open)
        column.addWidget(self.behind)
        column.addWidget(self.records, 1)
        column.addStretch(0)  # takes the room while there is nothing to list

    def show_conduct(self) -> None:
        """Show the figures as read."""
        view, words = self._view, self._page.words
        self._fill_teams()
        kind = MEASURES[view.measure]
        self.explain.setText(words.code(f"measured.{kind}"))
        bars = []
        for month, figure in zip(view.conduct.months, view.figures(), strict=True):
            value = (figure.value if figure else None) or 0.0
            told = measured(figure) if figure else "—"
            bars.append(Bar(month, (("accent", value),), told))
        self.chart.show_bars(bars, self.measure.currentText())
        self.show_records()

    def _choose(self) -> None:
        """Show another measure or team, and the records of the month that was chosen before."""
        measure, team = self.measure.currentData(), self.team.currentData()
        self._view.choose(str(measure), str(team or ""))
        if self.chart.current >= 0:
            self._page.start(self._view.drill(self.chart.current))

    def _fill_teams(self) -> None:
        self.team.blockSignals(True)
        self.team.clear()
        for team in self._view.conduct.teams:
            self.team.addItem(self._view.called(self._page.words, team), team)
        self.team.setCurrentIndex(max(0, self.team.findData(self._view.team)))
        self.team.blockSignals(False)
        for part in (self._of_team, self.team):
            part.setVisible(self.team.count() > 1)  # who leads one team has nothing to choose

    def show_records(self) -> None:
        """Show the records behind the chosen figure."""
        view, words = self._view, self._page.words
        if view.evidence:
            told = words("{n} records behind the figure", n=len(view.evidence))
        elif view.month:
            told = words("{month}: nothing to measure", month=view.month)
        else:
            told = words("Choose a month to see its records")
        self.behind.setText(told)
        self.records.clear()
        self.records.setVisible(bool(view.evidence))
        for one in view.evidence:
            number = view.case_numbers.get(one.case_id, "")
            parts = (words.code(f"kind.{one.kind}"), number, words.moment(one.at, view.zone))
            entry = QListWidgetItem(" · ".join(p for p in parts if p))
            entry.setData(Qt.ItemDataRole.UserRole, one.case_id)
            self.records.addItem(entry)

    def _open(self, entry: QListWidgetItem) -> None:
        self._go.open_case(CaseId(str(entry.data(Qt.ItemDataRole.UserRole))))

    def export(self) -> None:
        """Ask why and where to, then write the workbook."""
        self._page.once(self._export)

    async def _export(self) -> None:
        page, words = self._page, self._page.words
        kinds = (("xlsx", words("Workbook (XLSX)")), ("pdf", words("Paper (PDF)")))
        kind = Field("kind", words("Kind of file"), kinds)
        name = "conduct.xlsx"
        usual = ExportReason.SUPERVISION
        export = await ask_export(page, words("Export"), name, kind, usual=usual)
        if export is not None:
            await self._view.export(words, export.path, export.wish)
