"""Checks the texts of a pack and an overlay whole: everything that is wrong, with its line."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from sync.policy.packs.pack import Pack, examine_pack, text_of
from sync.policy.packs.refusals import refusal_words
from sync.policy.packs.rule import PackRefused, Rule
from sync.policy.vetting.binding import bind
from sync.policy.vetting.contradictions import contradictions
from sync.policy.vetting.overlay import examine_overlay
from sync.policy.words import PackWords

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


def check_files(pack: Path, overlay: Path | None, language: str) -> tuple[bool, list[str]]:
    """Return whether the files can be used, and what there is to say, a line each."""
    found, mistakes = _checked(pack, check_pack)
    said = [_line(pack, one, language) for one in mistakes]
    if found is not None and overlay is not None:
        base = found
        found, mistakes = _checked(overlay, lambda text: check_overlay(base, text))
        said += [_line(overlay, one, language) for one in mistakes]
    if found is None:
        return False, said
    count = len(found.rules)
    words = f"{count} 条规则，可以使用" if language.startswith("zh") else f"{count} rules, usable"
    return True, [f"{found.id} {found.version}: {words}", *_rule_lines(found, language)]


type Checked = tuple[Pack | None, tuple[Mistake, ...]]


def _checked(path: Path, check: Callable[[str], Checked]) -> Checked:
    try:
        return check(text_of(path))
    except PackRefused as trouble:
        return None, _mistakes("", [trouble])


def _line(path: Path, mistake: Mistake, language: str) -> str:
    where = f"{path.name}:{mistake.line}" if mistake.line else path.name
    return f"{where}: {mistake.words(language)}"


def _rule_lines(pack: Pack, language: str) -> Iterator[str]:
    """Yield each rule with its acts, how strongly it speaks, since when, and its source."""
    words = PackWords(pack, language)
    for rule in pack.rules:
        acts = " ".join(f"{act}:{rule.severity_for(act)}" for act in rule.acts)
        until = f"–{rule.until_date}" if rule.until_date else ""
        yield f"  {rule.id} [{rule.from_date}{until}] {acts} | {words.source_of(rule)}"


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
