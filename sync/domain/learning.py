"""Decides about learning: graded on both ends; all modules passed are a certificate."""

import msgspec

from sync.domain.commands import TakeQuiz
from sync.domain.curriculum import PassedModule
from sync.domain.outcome import Applied, Change, Gone, Outcome, refused
from sync.domain.question import Question
from sync.domain.records import Officer, Training


def take_quiz(question: Question, command: TakeQuiz) -> Outcome:
    """Keep a try of one's own; a pass is noted with the officer and may certify."""
    found = question.snapshot.get(Officer, command.officer_id)
    if found is None or command.officer_id != question.actor.officer_id:
        return Gone("officer", command.officer_id)
    curriculum = question.policy.curriculum
    grade = curriculum.grade(command.module, command.version, command.answers)
    if grade is None:
        return refused("training.unknown_module", module=command.module)
    officer = found.record
    training = Training(
        id=command.training_id,
        officer_id=officer.id,
        team_id=officer.team_id,
        at=command.at,
        module=command.module,
        version=command.version,
        answers=command.answers,
        right=grade.right,
        passed=grade.passed,
    )
    kept = Change(training, 0)
    if not grade.passed:
        return Applied((kept,))
    return Applied((kept, Change(_with_pass(question, officer, command), found.rev)))


def _with_pass(question: Question, officer: Officer, command: TakeQuiz) -> Officer:
    day = question.at.date()
    others = tuple(p for p in officer.passed if p.module != command.module)
    passed = (*others, PassedModule(command.module, command.version, day))
    until = question.policy.curriculum.certificate(passed, day)
    before = officer.certified_until
    # One that was given otherwise and lasts longer stays.
    longest = max((d for d in (until, before) if d is not None), default=None)
    return msgspec.structs.replace(officer, passed=passed, certified_until=longest)
