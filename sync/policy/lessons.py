"""Reads the learning modules: Markdown with a head of TOML that holds title, version and questions.

Strict: what is unclear is refused, and every language must ask the same with the same answer, for
grades and certificates do not depend on the language one learns in.
"""

import tomllib
from pathlib import Path

import msgspec

from sync.domain.curriculum import Curriculum, Module

FENCE = "+++\n"
VALID_DAYS = 365


class LessonRefused(Exception):
    """A module cannot be used; the text names the file and what is wrong with it."""


class QuizQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question; `right` counts from 0, `why` is told after answering."""

    text: str
    options: tuple[str, ...]
    right: int
    why: str


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a module says of itself; `needed` right answers pass it."""

    id: str
    version: str
    title: str
    minutes: int
    needed: int
    question: tuple[QuizQuestion, ...]


class Lesson(msgspec.Struct, frozen=True):
    """One module in one language; `text` is Markdown."""

    head: Head
    text: str

    @property
    def module(self) -> Module:
        """Return what grading needs of it."""
        right = tuple(q.right for q in self.head.question)
        return Module(self.head.id, self.head.version, right, self.head.needed)


def load_lessons(folder: Path, language: str) -> tuple[Lesson, ...]:
    """Return the modules of a language in their order; raises LessonRefused, OSError."""
    return tuple(_read(path) for path in sorted((folder / language).glob("*.md")))


def load_curriculum(folder: Path) -> Curriculum:
    """Return what must be learnt; raises LessonRefused when languages differ in what they ask."""
    languages = sorted(p.name for p in folder.iterdir() if p.is_dir())
    asked = {name: tuple(one.module for one in load_lessons(folder, name)) for name in languages}
    if len(set(asked.values())) != 1:
        raise LessonRefused(f"the modules of {', '.join(languages)} differ")
    modules = next(iter(asked.values()))
    if len({m.id for m in modules}) != len(modules):
        raise LessonRefused("a module stands twice")
    return Curriculum(modules, VALID_DAYS)


def _read(path: Path) -> Lesson:
    before, _, rest = path.read_text(encoding="utf-8").partition(FENCE)
    raw, fence, text = rest.partition(FENCE)
    if before or not fence or not text.strip():
        raise LessonRefused(f"{path.name}: no head between {FENCE.strip()} lines, or no text")
    try:
        head = msgspec.convert(tomllib.loads(raw), Head)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise LessonRefused(f"{path.name}: {error}") from error
    trouble = _trouble(head)
    if trouble:
        raise LessonRefused(f"{path.name}: {trouble}")
    return Lesson(head, text.strip())


def _trouble(head: Head) -> str:
    if not 1 <= head.needed <= len(head.question):
        return "needed is not between 1 and the number of questions"
    for number, question in enumerate(head.question, 1):
        if len(question.options) < 2 or len(set(question.options)) != len(question.options):
            return f"question {number} has too few or equal options"
        if not 0 <= question.right < len(question.options):
            return f"question {number} names no option as right"
    return ""
