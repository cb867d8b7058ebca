"""Learning: graded here, certified when every module is passed."""

from datetime import date, timedelta

import pytest

from sync.domain.commands import TakeQuiz
from sync.domain.curriculum import Curriculum, Grade, Module, PassedModule
from sync.domain.decide import decide
from sync.domain.outcome import Applied, Gone, Outcome, Refused
from sync.domain.records import Officer, Training
from sync.domain.scopes import scopes_of
from tests.unit.sync.domain.town import CURRICULUM, LI, NOW, person, question

TODAY = NOW.date()
YEAR = timedelta(days=365)


def quiz(
    module: str = "conduct",
    version: str = "1",
    answers: tuple[int, ...] = (0, 2),
    officer: str = "li",
) -> TakeQuiz:
    return TakeQuiz("t1", officer, module, version, answers, NOW)


def told(outcome: Outcome) -> tuple[Training, Officer | None]:
    assert isinstance(outcome, Applied), outcome
    records = [c.record for c in outcome.changes]
    [training] = [r for r in records if isinstance(r, Training)]
    return training, next((r for r in records if isinstance(r, Officer)), None)


def test_a_try_is_kept_with_its_grade() -> None:
    training, officer = told(decide(question(), quiz(answers=(0, 1))))
    assert (training.right, training.passed, training.team_id) == (1, False, "north")
    assert officer is None


def test_a_pass_is_noted_with_the_officer() -> None:
    training, officer = told(decide(question(), quiz()))
    assert (training.right, training.passed) == (2, True)
    assert officer is not None
    assert officer.passed == (PassedModule("conduct", "1", TODAY),)
    assert officer.certified_until == date(2027, 6, 30)


def test_the_last_module_certifies() -> None:
    earlier = PassedModule("law", "2", TODAY - timedelta(days=30))
    li = person(LI, certified_until=None, passed=(earlier,))
    _, officer = told(decide(question(LI, li), quiz()))
    assert officer is not None
    assert officer.certified_until == earlier.on + YEAR


def test_a_longer_certificate_stays() -> None:
    far = date(2031, 1, 1)
    li = person(LI, certified_until=far, passed=(PassedModule("law", "3", TODAY),))
    _, officer = told(decide(question(LI, li), quiz()))
    assert officer is not None
    assert officer.certified_until == far


def test_a_module_is_noted_once() -> None:
    li = person(LI, passed=(PassedModule("conduct", "0", TODAY - YEAR),))
    _, officer = told(decide(question(LI, li), quiz()))
    assert officer is not None
    assert officer.passed == (PassedModule("conduct", "1", TODAY),)


@pytest.mark.parametrize(
    "unknown",
    [quiz(module="cooking"), quiz(version="9"), quiz(answers=(0,)), quiz(answers=(0, 2, 1))],
)
def test_a_module_there_is_not_cannot_be_answered(unknown: TakeQuiz) -> None:
    refusal = decide(question(), unknown)
    assert isinstance(refusal, Refused)
    assert refusal.reasons[0].code == "training.unknown_module"


def test_nobody_answers_for_another() -> None:
    assert isinstance(decide(question(), quiz(officer="wang")), Gone)
    assert isinstance(decide(question(), quiz(officer="nobody")), Gone)


def test_certificates_end_with_the_oldest_pass() -> None:
    old, new = TODAY - timedelta(days=300), TODAY
    both = (PassedModule("conduct", "1", old), PassedModule("law", "3", new))
    assert CURRICULUM.certificate(both, TODAY) == old + YEAR
    assert CURRICULUM.certificate(both, old + YEAR) == old + YEAR
    assert CURRICULUM.certificate(both, old + YEAR + timedelta(days=1)) is None
    assert CURRICULUM.certificate(both[:1], TODAY) is None
    assert Curriculum().certificate(both, TODAY) is None


def test_grades() -> None:
    one = Curriculum((Module("conduct", "1", (0, 2, 1), 2),))
    assert one.grade("conduct", "1", (0, 0, 1)) == Grade(2, 3, passed=True)
    assert one.grade("conduct", "1", (1, 0, 1)) == Grade(1, 3, passed=False)


def test_colleagues_do_not_see_each_others_tries() -> None:
    training, _ = told(decide(question(), quiz()))
    assert scopes_of(training, None) == {"team:north", "review:north", "officer:li"}
