"""Modules to read, their questions, and what has been passed.

Signals: `changed()` after reading, `graded(object)` with a `Grade`, `refused(object)` with an
`Answer`.
"""

from PySide6.QtCore import QObject, Signal

from field_app.background.runner import Runner
from field_app.operations import learning
from field_app.operations.learning import Learned as Learned
from field_app.operations.submit import Changes, Saved
from field_app.viewmodels.answer import answer_of
from field_app.viewmodels.findings import RuleWords
from field_app.viewmodels.reloading import Reloading
from sync.domain.curriculum import Grade as Grade
from sync.domain.vocabulary import Role
from sync.policy.lessons import Lesson as Lesson

SOON_DAYS = 30


class LearningViewModel(QObject):
    """The modules in one language."""

    changed = Signal()
    graded = Signal(object)
    refused = Signal(object)

    def __init__(self, runner: Runner, rule_words: RuleWords, lessons: tuple[Lesson, ...]) -> None:
        super().__init__()
        self._runner = runner
        self._rule_words = rule_words
        self.lessons = lessons
        self.current = 0
        self.mine = Learned("", {}, None, None)
        self.team: tuple[Learned, ...] = ()
        self.loaded = False
        self.reloading = Reloading(self.load)
        runner.subscribe(self._on_changes)

    def _on_changes(self, changes: Changes) -> None:
        if self.loaded and (not changes.kinds or "officer" in changes.kinds):
            self.reloading.ask()

    @property
    def lesson(self) -> Lesson | None:
        """Return the chosen module."""
        return self.lessons[self.current] if self.lessons else None

    @property
    def learns(self) -> bool:
        """Say whether this person needs the certificate."""
        return self._runner.desk.me.role is Role.OFFICER

    async def load(self) -> None:
        """Read what has been passed."""
        self.mine = await self._runner.run(learning.my_state)
        if self._runner.desk.me.role is Role.LEAD:
            self.team = await self._runner.run(learning.overview)
        self.loaded = True
        self.changed.emit()

    def choose(self, number: int) -> None:
        """Choose another module."""
        if 0 <= number < len(self.lessons) and number != self.current:
            self.current = number
            self.changed.emit()

    def has_passed(self, lesson: Lesson) -> bool:
        """Say whether the module was passed in the version it has now."""
        known = self.mine.passed.get(lesson.head.id)
        return known is not None and known.version == lesson.head.version

    async def take(self, answers: tuple[int, ...]) -> None:
        """Hand in the answers to the chosen module."""
        lesson = self.lesson
        if lesson is None:
            return
        head = lesson.head
        written = await self._runner.act(
            lambda desk: learning.take(desk, head.id, head.version, answers)
        )
        if not isinstance(written, Saved):
            self.refused.emit(answer_of(written, self._rule_words))
            return
        curriculum = self._runner.desk.policy.curriculum
        self.graded.emit(curriculum.grade(head.id, head.version, answers))
