"""Learning: read a module, answer its questions, see how long one is certified."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextBlockFormat, QTextCursor
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidgetItem,
    QStackedWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from field_app.ui.components.findings_list import answer_text
from field_app.ui.components.focus import resting
from field_app.ui.components.page import Page
from field_app.ui.components.surfaces import Card, clear, row
from field_app.ui.components.texts import badge, button, label
from field_app.ui.components.wrapped_list import WrappedList
from field_app.ui.look import Look
from field_app.ui.navigation import Navigator
from field_app.ui.screens.learning_quiz import LearningQuiz
from field_app.viewmodels.answer import Answer
from field_app.viewmodels.learning import SOON_DAYS, Grade, Learned, LearningViewModel


def set_air(reading: QTextBrowser, look: Look) -> None:
    """Give a text margins and its paragraphs room: Markdown brings neither."""
    document = reading.document()
    document.setDocumentMargin(look.px(18))
    block = document.begin()
    while block.isValid():
        form = block.blockFormat()
        form.setBottomMargin(look.px(8))
        form.setLineHeight(145, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        QTextCursor(block).setBlockFormat(form)
        block = block.next()


class LearningScreen(Page):
    """The modules at the left, the chosen one at the right; for a lead the team above."""

    def __init__(self, home: QWidget, look: Look, view: LearningViewModel, go: Navigator) -> None:
        super().__init__(home, look, look.words("Learning"))
        self._view = view
        self._go = go
        self._is_passed = False  # the quiz that is shown: there is nothing to hand in again
        self.start_quiz = button(look, look.words("Answer the questions"), self.ask, kind="primary")
        self.hand_in = button(look, look.words("Hand in"), self.submit, kind="primary")
        for one in (self.start_quiz, self.hand_in):
            self.toolbar.addWidget(one)
        self.team = Card(look, look.words("The team's certificates"))
        self._team_lines = QVBoxLayout()
        self.team.body.addLayout(self._team_lines)
        self.body.addWidget(self.team)
        self._build()
        view.changed.connect(self._show)
        view.graded.connect(self._on_graded)
        view.refused.connect(self._on_refused)
        self.show_loading()

    def _build(self) -> None:
        look = self.look
        self.list = WrappedList(look)
        self.list.setAccessibleName(look.words("Modules"))
        # With larger words the text needs the room more than the names of the modules.
        self.list.setFixedWidth(look.px(80) + 180)
        self.list.currentRowChanged.connect(self._choose)
        self.reading = QTextBrowser()
        self.reading.setOpenLinks(False)
        self.reading.setAccessibleName(look.words("The module's text"))
        self.reading.setMinimumHeight(look.px(430))
        self.quiz = LearningQuiz(look, self._show_buttons)
        self.parts = QStackedWidget()
        self.parts.addWidget(self.reading)
        self.parts.addWidget(self.quiz)
        line = QHBoxLayout()
        line.setSpacing(look.px(16))
        line.addWidget(self.list)
        line.addWidget(self.parts, 1)
        self.body.addLayout(line, 1)

    def enter(self) -> None:
        """Read what has been passed."""
        self.start(self._view.load())

    def first_act(self) -> QWidget | None:
        """Return the modules."""
        return self.list

    def _choose(self, number: int) -> None:
        self._view.choose(number)
        self._read()

    def _read(self) -> None:
        lesson = self._view.lesson
        if lesson is not None:
            self.reading.setMarkdown(lesson.text)
            set_air(self.reading, self.look)
            self.parts.setCurrentWidget(self.reading)
        self.notice.say("")
        self._show_buttons()

    def _show(self) -> None:
        words, view = self.words, self._view
        if not view.lessons:
            self.show_empty(words("There are no modules"), "", "learning")
            return
        self._show_state()
        self.list.blockSignals(True)
        self.list.clear()
        for lesson in view.lessons:
            passed = view.has_passed(lesson)
            state = words("passed") if passed else words("{n} min", n=lesson.head.minutes)
            entry = QListWidgetItem(f"{lesson.head.title}\n{state}")
            entry.setData(Qt.ItemDataRole.UserRole, lesson.head.id)
            self.list.add(entry)
        self.list.setCurrentRow(view.current)
        self.list.blockSignals(False)
        if not self.reading.toPlainText():
            self._read()
        self._show_team()
        self._show_buttons()
        self.show_content()

    def _show_state(self) -> None:
        if self._view.learns:
            self.subtitle_says(self._certified(self._view.mine)[0])

    def _certified(self, one: Learned) -> tuple[str, str]:
        words, left = self.words, one.days_left
        if left is None or one.certified_until is None:
            return words("not certified"), "block"
        if left < 0:
            return words("certificate ended"), "block"
        day = words.long_day(one.certified_until)
        text = words("certified until {day}, {n} days", day=day, n=left)
        return text, "warn" if left <= SOON_DAYS else "ok"

    def _show_team(self) -> None:
        clear(self._team_lines)
        for one in self._view.team:
            done = sum(lesson.head.id in one.passed for lesson in self._view.lessons)
            told = self.words("{n} of {all} modules", n=done, all=len(self._view.lessons))
            text, tone = self._certified(one)
            name = label(one.name, wrap=False)
            self._team_lines.addLayout(
                row(self.look, name, label(told, "muted"), None, badge(text, tone))
            )
        self.team.setVisible(bool(self._view.team))

    def _show_buttons(self) -> None:
        asking = self.parts.currentWidget() is self.quiz
        self.start_quiz.setVisible(self._view.learns and not asking)
        self.hand_in.setVisible(asking and not self._is_passed)
        self.hand_in.setEnabled(self.quiz.complete)

    def ask(self) -> None:
        """Show the questions of the chosen module."""
        lesson = self._view.lesson
        if lesson is None:
            return
        self._is_passed = False
        self.quiz.show_questions(lesson)
        self.parts.setCurrentWidget(self.quiz)
        self._show_buttons()

    def submit(self) -> None:
        """Hand in the answers."""
        if self.quiz.complete:
            self.once(self._take)

    async def _take(self) -> None:
        with resting(self.hand_in):
            await self._view.take(self.quiz.answers)

    def _on_graded(self, grade: Grade) -> None:
        words = self.words
        self.quiz.explain()
        self._is_passed = grade.passed
        self._show_buttons()
        self.give_keys()
        told = words("{right} of {asked} right.", right=grade.right, asked=grade.asked)
        if grade.passed:
            self.notice.say(words.sentences(told, words("This module is passed.")), "ok")
        else:
            again = words("Read it again and answer once more; there is no limit.")
            self.notice.say(words.sentences(told, again), "warn")

    def _on_refused(self, answer: Answer) -> None:
        self.notice.say(answer_text(self.words, answer), "block")
