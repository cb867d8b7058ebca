"""What the rules say, each with its source; and what came of an act."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from field_app.i18n.words import Words
from field_app.ui.components.surfaces import Notice, clear
from field_app.ui.look import Look
from field_app.viewmodels.problem import Problem

if TYPE_CHECKING:  # the unlock screen has problems only
    from field_app.viewmodels.answer import Answer
    from field_app.viewmodels.findings import FindingText


class FindingsList(QWidget):
    """Sentences of rules, the strongest first; `calm` is shown when nothing speaks."""

    def __init__(self, look: Look, calm: str = "") -> None:
        super().__init__()
        self._look = look
        self._calm = calm
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(look.px(6))
        self.texts: list[str] = []

    def show_findings(self, findings: "Iterable[FindingText]") -> None:
        """Show these findings instead of the former."""
        clear(self._column)
        found = list(findings)
        stops = any(str(f.severity) == "block" for f in found)
        if not stops and self._calm:
            self._column.addWidget(Notice(self._look, self._calm, "ok"))
        for one in found:
            tone = {"block": "block", "warn": "warn"}.get(str(one.severity), "info")
            self._column.addWidget(Notice(self._look, one.sentence, tone, one.source))
        self.texts = [f.sentence for f in found]


def problem_text(words: Words, problem: Problem) -> str:
    """Return a problem's words."""
    return words.code(problem.code, **problem.params)


def answer_text(words: Words, answer: "Answer") -> str:
    """Return why an act was not possible, one sentence a line."""
    lines = [problem_text(words, p) for p in answer.problems]
    lines += [f.sentence for f in answer.findings if str(f.severity) == "block"]
    return "\n".join(lines)
