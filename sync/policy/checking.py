"""Checks the texts of a pack and an overlay whole: everything that is wrong, with its line."""

import re

import msgspec

from sync.policy.binding import bind
from sync.policy.contradictions import contradictions
from sync.policy.overlay import examine_overlay
from sync.policy.pack import Pack, examine_pack
from sync.policy.refusals import refusal_words
from sync.policy.rule import PackRefused, Rule

_AT_LINE = re.compile(r"\(at line (\d+)")
# What has no name is found by counting its tables.
_TABLE_OF = {
    "pack.rule_without_id": "[[rule]]",
    "pack.year_without_number": "[[year]]",
    "overlay.change_without_rule": "[[change]]",
}


class Mistake(msgspec.Struct, frozen=True):
    """One thing that is wrong; line 0 = the file as a whole."""

    line: int
    code: str
    zh: str
    en: str

    def words(self, language: str) -> str:
        """Return the sentence in "zh_CN" or "en"."""
        return self.zh if language.startswith("zh") else self.en


def check_pack(text: str) -> tuple[Pack | None, tuple[Mistake, ...]]:
    """Return the pack, or None and what is wrong with it."""
    pack, troubles = examine_pack(text)
    if pack is not None:
        unbound = [trouble for rule in pack.rules if (trouble := _trouble_of(rule))]
        troubles += unbound or contradictions(pack.rules)
    return (None if troubles else pack), _mistakes(text, troubles)


def check_overlay(pack: Pack, text: str) -> tuple[Pack | None, tuple[Mistake, ...]]:
    """Return a usable pack under the overlay, or None and what is wrong with the overlay."""
    tightened, troubles = examine_overlay(pack, text)
    return (None if troubles else tightened), _mistakes(text, troubles)


def _trouble_of(rule: Rule) -> PackRefused | None:
    try:
        bind(rule)
    except PackRefused as trouble:
        return trouble
    return None


def _mistakes(text: str, troubles: list[PackRefused]) -> tuple[Mistake, ...]:
    found = {
        Mistake(
            line_of(text, trouble),
            trouble.code,
            refusal_words(trouble, "zh_CN"),
            refusal_words(trouble, "en"),
        ): None
        for trouble in troubles
    }
    return tuple(sorted(found, key=lambda m: m.line))


def line_of(text: str, trouble: PackRefused) -> int:
    """Return the line a refusal speaks of, counted from 1: its parameter, its rule, or 0."""
    found = _AT_LINE.search(str(trouble.params.get("detail", "")))
    if trouble.code == "pack.not_toml" and found:
        return int(found.group(1))
    lines = text.splitlines()
    start = _start_of(lines, trouble)
    name = str(trouble.params.get("name", ""))
    for number in range(start, len(lines)) if start and name else ():
        if lines[number].startswith("[["):
            break
        if re.match(rf"{re.escape(name)}\s*=", lines[number]):
            return number + 1
    return start


def _start_of(lines: list[str], trouble: PackRefused) -> int:
    names = {key: str(trouble.params[key]) for key in ("rule", "year") if key in trouble.params}
    last = trouble.code == "pack.duplicate_rule"
    starts = [
        number
        for number, line in enumerate(lines, start=1)
        if any(_names(line, key, value) for key, value in names.items())
    ]
    if starts:
        return starts[-1 if last else 0]
    table = _TABLE_OF.get(trouble.code, "")
    tables = [number for number, line in enumerate(lines, start=1) if line.strip() == table]
    nth = trouble.params.get("number", 0)
    return tables[nth - 1] if 0 < nth <= len(tables) else 0


def _names(line: str, key: str, value: str) -> bool:
    keys = "id|rule" if key == "rule" else key
    values = "|".join(re.escape(one) for one in value.split(", "))
    return re.match(rf'(?:{keys})\s*=\s*"?(?:{values})"?\s*(?:#.*)?$', line) is not None
