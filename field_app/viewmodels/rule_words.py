"""Sentences for what the rules said, also when other rules came into force meanwhile."""

from collections.abc import Callable

from sync.domain.situation import RuleFinding
from sync.policy.packs.pack import Pack
from sync.policy.words import PackWords


class WordsInForce:
    """Looks a rule up in the pack in force, then in every earlier one.

    `packs` gives them, that in force first; there is always one.
    """

    def __init__(self, packs: Callable[[], tuple[Pack, ...]], language: str) -> None:
        self._packs = packs
        self._language = language

    def knows(self, finding: RuleFinding) -> bool:
        """Say whether there is a sentence: none for a pack that this program cannot read."""
        return any(words.knows(finding) for words in self._words())

    def sentence(self, finding: RuleFinding) -> str:
        """Return the rule's sentence with this finding's values."""
        every = self._words()
        found = next((words for words in every if words.knows(finding)), every[0])
        return found.sentence(finding)

    def source(self, rule: str) -> str:
        """Return the citation of a rule."""
        every = self._words()
        found = next((words for words in every if words.source(rule) != rule), every[0])
        return found.source(rule)

    def _words(self) -> list[PackWords]:
        return [PackWords(pack, self._language) for pack in self._packs()]
