"""The lead's board: officers with load and certificate, and cases to be given."""

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QWidget

from field_app.ui.components.choices import combo
from field_app.ui.components.findings_list import answer_text
from field_app.ui.components.flow import COLUMNS_LEAST, Beside, Flow
from field_app.ui.components.page import Page
from field_app.ui.components.surfaces import Card, EmptyState, clear, row
from field_app.ui.components.texts import badge, button, label
from field_app.ui.dialogs.form_dialog import confirm
from field_app.ui.look import Look
from field_app.ui.navigation import Navigator
from field_app.ui.screens.cases_screen import case_table
from field_app.viewmodels.answer import Answer
from field_app.viewmodels.team import OfficerLoad, TeamViewModel
from sync.domain.ids import CaseId, OfficerId

SOON_DAYS = 30


class TeamScreen(Page):
    """Assignment by the lead."""

    def __init__(self, home: QWidget, look: Look, view: TeamViewModel, go: Navigator) -> None:
        super().__init__(home, look, look.words("Team"))
        self._view = view
        self._go = go
        words = look.words
        self.suggest = button(look, words("Suggest for all unassigned"), self._suggest)
        self.assign = button(look, words("Assign selected"), self._assign, kind="primary")
        self.toolbar.addWidget(self.suggest)
        self._board = Flow(look, 10, fill=True)
        self.body.addLayout(self._board)
        self.search = QLineEdit()
        self.search.setPlaceholderText(words("Search cases"))
        self.search.setAccessibleName(words("Search cases"))
        self.search.textChanged.connect(lambda text: view.cases.search(text=text.strip()))
        show = [("unassigned", words("Without an officer")), ("all", words("All cases"))]
        self.filter = combo(show, words("Which cases"))
        self.filter.currentIndexChanged.connect(lambda _i: self._filter())
        self.first = combo([("", words("nobody"))], words("First officer"))
        self.second = combo([("", words("nobody"))], words("Second officer"))
        give = Flow(look)
        for box in (self.first, self.second):
            give.addWidget(label(box.accessibleName(), "muted", wrap=False))
            give.addWidget(box)
        give.addWidget(self.assign)
        line = Beside(look, COLUMNS_LEAST, 8)
        line.add(row(look, self.search, self.filter), 1)
        line.add(give)
        self.body.addWidget(line)
        self.table = case_table(look, view.cases)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.activated.connect(self._open)
        self.none = EmptyState(look, words("Every case has an officer"), "", "ok")
        self.none.hide()
        self.body.addWidget(self.none, 1)
        self.body.addWidget(self.table, 1)
        self.count = label("", "muted")
        self.body.addWidget(self.count)
        self.follow(view.changed, self._show)
        self.follow(view.cases.changed, self._show_count)
        view.assigned.connect(self._on_assigned)
        self.show_loading()

    def enter(self) -> None:
        """Read the board."""
        self._filter()
        self.start(self._view.load())

    def first_act(self) -> QWidget | None:
        """Return the cases to be given, else the search for others."""
        return self.table if self._view.cases.total else self.search

    def _filter(self) -> None:
        self._view.cases.search(unassigned=self.filter.currentData() == "unassigned")

    def _show(self) -> None:
        board = self._view.board
        if board is None:
            return
        words = self.words
        unassigned = words("{n} cases without an officer", n=board.unassigned)
        visits = words("{n} visits agreed today", n=len(board.visits))
        self.subtitle_says(f"{words.day(board.day)} · {unassigned} · {visits}")
        clear(self._board)
        for load in board.officers:
            self._board.addWidget(self._officer(load))
        for box in (self.first, self.second):
            chosen = box.currentData()
            box.clear()
            box.addItem(words("nobody"), "")
            for officer in self._view.officers:
                box.addItem(officer.name, officer.id)
            box.setCurrentIndex(max(0, box.findData(chosen)))
        self.suggest.setEnabled(bool(board.unassigned))
        self.show_content()

    def _officer(self, load: OfficerLoad) -> QWidget:
        words = self.words
        card = Card(self.look)
        left = load.days_to_expiry
        tone = "block" if left is None or left < 0 else "warn" if left <= SOON_DAYS else "ok"
        if left is None:
            text = words("not certified")
        elif left < 0:
            text = words("certificate ended")
        else:
            text = words("certified for {n} days", n=left)
        name = label(load.officer.name, "heading", wrap=False)
        card.body.addLayout(row(self.look, name, None, badge(text, tone)))
        told = words("{cases} cases · {visits} visits", cases=load.cases, visits=load.visits)
        card.body.addWidget(label(told, "muted"))
        return card

    def _show_count(self) -> None:
        total = self._view.cases.total
        query, words = self._view.cases.query, self.words
        if query.text or not query.unassigned:
            hint = words("Change the search or the filters.")
            self.none.say(words("No case matches"), hint)
        else:
            self.none.say(words("Every case has an officer"))
        self.none.setVisible(not total)
        self.table.setVisible(bool(total))
        self.count.setText(words("{n} cases · select several with Shift or Ctrl", n=total))

    def _selected(self) -> tuple[CaseId, ...]:
        rows = self.table.selectionModel().selectedRows()
        found = (self._view.cases.case_at(index.row()) for index in rows)
        return tuple(c for c in found if c is not None)

    def _assign(self) -> None:
        chosen = self._selected()
        if not chosen:
            self.notice.say(self.words("Select the cases to give first."), "info")
            return
        first, second = self.first.currentData(), self.second.currentData()
        self.once(
            self._view.assign,
            chosen,
            OfficerId(first) if first else None,
            OfficerId(second) if second else None,
        )

    def _suggest(self) -> None:
        self.once(self._ask_suggestion)

    async def _ask_suggestion(self) -> None:
        found = await self._view.suggest_all()
        names = {o.id: o.name for o in self._view.officers}
        counts = [
            self.words("{name}: {n} cases", name=names[o], n=sum(s.officer_id == o for s in found))
            for o in dict.fromkeys(s.officer_id for s in found)
        ]
        explain = self.words("By area and present load:") + "\n" + "\n".join(sorted(counts))
        title = self.words("Assign {n} cases as suggested?", n=len(found))
        if not found:
            self.notice.say(self.words("Every case has an officer."), "info")
        elif await confirm(self, self.look, title, explain, self.words("Assign")):
            await self._view.take(found)

    def _on_assigned(self, done: int, answer: Answer) -> None:
        self.notice.say("" if answer.saved else answer_text(self.words, answer), "block")
        if done:
            self._go.tell(self.words("{n} cases assigned.", n=done))
            self.give_keys()

    def _open(self, index: QModelIndex) -> None:
        case_id = self._view.cases.case_at(index.row())
        if case_id is not None:
            self._go.open_case(case_id)
