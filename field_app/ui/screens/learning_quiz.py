"""A module's questions: one choice each; after handing in, each tells why."""

from collections.abc import Callable

from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from field_app.ui.components.surfaces import Notice, clear
from field_app.ui.components.texts import label
from field_app.ui.components.tick import Choice
from field_app.ui.look import Look
from field_app.viewmodels.learning import Lesson


class LearningQuiz(QWidget):
    """The questions of one module."""

    def __init__(self, look: Look, on_change: Callable[[], None]) -> None:
        super().__init__()
        self._look = look
        self._on_change = on_change
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(look.px(8))
        self.groups: list[QButtonGroup] = []
        self._whys: list[Notice] = []
        self._lesson: Lesson | None = None

    def show_questions(self, lesson: Lesson) -> None:
        """Show the questions of a module, nothing chosen."""
        clear(self._column)
        self._lesson, self.groups, self._whys = lesson, [], []
        for number, question in enumerate(lesson.head.question, 1):
            self._column.addWidget(label(f"{number}. {question.text}", "heading"))
            group = QButtonGroup(self)
            for index, option in enumerate(question.options):
                choice = Choice(option)
                choice.setAccessibleName(f"{question.text} {option}")
                group.addButton(choice, index)
                self._column.addWidget(choice)
            group.idClicked.connect(lambda _id: self._on_change())
            why = Notice(self._look)
            self._column.addWidget(why)
            self.groups.append(group)
            self._whys.append(why)

    @property
    def answers(self) -> tuple[int, ...]:
        """Return the chosen options, -1 where none is chosen yet."""
        return tuple(group.checkedId() for group in self.groups)

    @property
    def complete(self) -> bool:
        """Say whether every question has an answer."""
        return bool(self.groups) and -1 not in self.answers

    def explain(self) -> None:
        """Tell at each question whether the answer was right, and why."""
        if self._lesson is None:
            return
        asked = zip(self._lesson.head.question, self.answers, self._whys, strict=True)
        for question, answer, why in asked:
            why.say(question.why, "ok" if answer == question.right else "warn")
