"""What came of an act, ready to be told: saved, or why not."""

import msgspec

from field_app.operations.submit import Saved, Written
from field_app.viewmodels.findings import FindingText, RuleWords, explain_decision
from field_app.viewmodels.problem import Problem
from sync.domain.outcome import Conflict, Gone, Refused

BY_RULES = "policy.blocked"


class Answer(msgspec.Struct, frozen=True):
    """`problems` are codes with values, `findings` the rules' own sentences."""

    saved: bool
    problems: tuple[Problem, ...] = ()
    findings: tuple[FindingText, ...] = ()


def answer_of(written: Written, rule_words: RuleWords) -> Answer:
    """Return an act's answer in words and codes."""
    match written:
        case Saved():
            return Answer(True, (), explain_decision(rule_words, written.decision))
        case Refused():
            others = tuple(Problem(r.code, r.params) for r in written.reasons if r.code != BY_RULES)
            return Answer(False, others, explain_decision(rule_words, written.decision))
        case Conflict():
            return Answer(False, (Problem("answer.conflict"),))
        case Gone():
            return Answer(False, (Problem("answer.gone"),))
