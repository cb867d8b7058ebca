"""A rule's own parameters, read once and strictly: what is missing, odd or unused is refused."""

from collections.abc import Collection, Mapping
from datetime import datetime, time
from typing import Any

from sync.policy.packs.rule import PackRefused


class Parameters:
    """The values of one rule; `finish` refuses what no mechanism asked for."""

    def __init__(self, rule_id: str, values: Mapping[str, Any]) -> None:
        self._rule_id = rule_id
        self._values = dict(values)
        self._asked: set[str] = set()

    def hours(self) -> tuple[time, time]:
        """Return the times of day `from` and `until`, which may lie past midnight."""
        begins, ends = self.time("from"), self.time("until")
        if begins == ends:
            raise self._refusal("until")  # nothing, or the whole day? nobody can tell
        return begins, ends

    def time(self, name: str) -> time:
        """Return a time of day written "HH:MM"."""
        text = self._take(name)
        try:
            return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007
        except (TypeError, ValueError) as error:
            raise self._refusal(name) from error

    def number(self, name: str) -> int:
        """Return a whole number of at least one."""
        value = self._take(name)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self._refusal(name)
        return value

    def word(self, name: str, allowed: Collection[str] = ()) -> str:
        """Return a text, one of `allowed` when these are given."""
        value = self._take(name)
        if not isinstance(value, str) or (allowed and value not in allowed):
            raise self._refusal(name)
        return value

    def words(self, name: str, allowed: Collection[str] = ()) -> tuple[str, ...]:
        """Return a list of different texts, at least one, all of `allowed` when these are given."""
        value = self._take(name)
        if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
            raise self._refusal(name)
        if len(set(value)) < len(value) or (allowed and not set(value) <= set(allowed)):
            raise self._refusal(name)
        return tuple(value)

    def finish(self) -> None:
        """Raise PackRefused for what nothing reads: it would promise what no rule does."""
        unread = set(self._values) - self._asked
        if unread:
            raise PackRefused(
                "pack.unknown_parameter", rule=self._rule_id, name=", ".join(sorted(unread))
            )

    def _take(self, name: str) -> Any:
        self._asked.add(name)
        if name not in self._values:
            raise PackRefused("pack.missing_parameter", rule=self._rule_id, name=name)
        return self._values[name]

    def _refusal(self, name: str) -> PackRefused:
        return PackRefused("pack.bad_parameter", rule=self._rule_id, name=name)
