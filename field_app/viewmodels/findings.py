"""Turns what the rules said into sentences with their sources, in the person's language."""

from collections.abc import Iterable
from typing import Protocol

import msgspec

from sync.domain.situation import Decision, RuleFinding, Severity


class RuleWords(Protocol):
    """Where a rule's sentence and its source come from: the packs of this laptop."""

    def knows(self, finding: RuleFinding) -> bool:
        """Say whether there is a sentence for this finding."""
        ...

    def sentence(self, finding: RuleFinding) -> str:
        """Return the rule's sentence with this finding's values."""
        ...

    def source(self, rule: str) -> str:
        """Return the citation of a rule, with "house rule" said where it is one."""
        ...


class FindingText(msgspec.Struct, frozen=True):
    """One rule as it is shown: how strongly it speaks, its sentence and its source."""

    severity: Severity
    rule: str
    sentence: str
    source: str


# What stops comes first, what merely informs comes last.
_ORDER = {Severity.BLOCK: 0, Severity.WARN: 1, Severity.INFORM: 2}


def explain(words: RuleWords, findings: Iterable[RuleFinding]) -> tuple[FindingText, ...]:
    """Return every finding in words, the strongest first."""
    ordered = sorted(findings, key=lambda f: (_ORDER[f.severity], f.rule))
    return tuple(
        FindingText(f.severity, f.rule, words.sentence(f), words.source(f.rule)) for f in ordered
    )


def explain_decision(words: RuleWords, decision: Decision | None) -> tuple[FindingText, ...]:
    """Return the decision in words; none when nothing was decided."""
    return explain(words, decision.findings) if decision else ()
