"""Policy packs: rules as data, read strictly. A pack that says anything unclear is refused.

The raw form of a rule's own parameters is kept in `Rule.params`; the mechanism named by `kind`
turns them into a check when the engine is built.
"""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from sync.domain.situation import Act, Severity


class PackRefused(Exception):
    """The pack cannot be used; `code` and `params` say why."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class Rule(msgspec.Struct, frozen=True):
    """One rule: when it speaks is told by `kind` and `params`, to whom by the texts."""

    id: str
    kind: str
    acts: tuple[Act, ...]
    from_date: date
    text_zh: str
    text_en: str
    source_zh: str
    source_en: str
    confidence: str
    severity: Severity = Severity.BLOCK
    severity_of: dict[Act, Severity] = {}
    exempt: dict[Act, str] = {}
    house: bool = False
    params: dict[str, Any] = {}

    def severity_for(self, act: Act) -> Severity:
        """Return how strongly the rule speaks about this act."""
        return self.severity_of.get(act, self.severity)


class Pack(msgspec.Struct, frozen=True):
    """The rules of one country in one version."""

    id: str
    version: str
    zone: str
    calendar: str
    announced_until: int
    name_zh: str
    name_en: str
    rules: tuple[Rule, ...]

    def rule(self, rule_id: str) -> Rule:
        """Return the rule of this id; raises KeyError when the pack has none."""
        for one in self.rules:
            if one.id == rule_id:
                return one
        raise KeyError(rule_id)


_PACK_KEYS = {"id", "version", "zone", "calendar", "announced_until", "name_zh", "name_en"}
_RULE_KEYS = set(Rule.__struct_fields__) - {"params"}
_WORDS = ("id", "text_zh", "text_en", "source_zh", "source_en")
_EXEMPTIONS = {"asked", "asked_in_writing", "asked_window"}
_CALENDARS = {"CN", "weekdays"}


def read_pack(text: str) -> Pack:
    """Return the pack written in this TOML; raises PackRefused with the first thing wrong."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackRefused("pack.not_toml", detail=str(error)) from error
    head, rules = raw.get("pack"), raw.get("rule", [])
    if not isinstance(head, dict) or not isinstance(rules, list) or set(raw) - {"pack", "rule"}:
        raise PackRefused("pack.wrong_shape")
    if set(head) != _PACK_KEYS:
        raise PackRefused("pack.wrong_keys", keys=", ".join(sorted(set(head) ^ _PACK_KEYS)))
    if head["calendar"] not in _CALENDARS:
        raise PackRefused("pack.unknown_calendar", calendar=str(head["calendar"]))
    read = tuple(_read_rule(r) for r in rules)
    seen: set[str] = set()
    for rule in read:
        if rule.id in seen:
            raise PackRefused("pack.duplicate_rule", rule=rule.id)
        seen.add(rule.id)
    return _convert(head | {"rules": read}, Pack, "pack")


def load_pack(path: Path) -> Pack:
    """Return the pack in this file; raises PackRefused, or OSError when it cannot be read."""
    try:
        return read_pack(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise PackRefused("pack.not_toml", detail=str(error)) from error


def _read_rule(raw: Any) -> Rule:
    if not isinstance(raw, dict) or not isinstance(raw.get("id"), str):
        raise PackRefused("pack.rule_without_id")
    known = {k: v for k, v in raw.items() if k in _RULE_KEYS}
    rule = _convert(
        known | {"params": {k: v for k, v in raw.items() if k not in _RULE_KEYS}}, Rule, raw["id"]
    )
    for name in _WORDS:
        if not getattr(rule, name).strip():
            raise PackRefused("pack.empty_text", rule=rule.id, name=name)
    if not rule.acts:
        raise PackRefused("pack.rule_without_acts", rule=rule.id)
    for act in (*rule.severity_of, *rule.exempt):
        if act not in rule.acts:
            raise PackRefused("pack.act_not_covered", rule=rule.id, act=str(act))
    for exemption in rule.exempt.values():
        if exemption not in _EXEMPTIONS:
            raise PackRefused("pack.unknown_exemption", rule=rule.id, exemption=exemption)
    return rule


def _convert[T](raw: dict[str, Any], cls: type[T], name: str) -> T:
    try:
        return msgspec.convert(raw, cls)
    except msgspec.ValidationError as error:
        raise PackRefused("pack.bad_value", rule=name, detail=str(error)) from error
