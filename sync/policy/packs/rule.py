"""One rule of a pack as data, and the refusal of one that says anything unclear."""

from datetime import date
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
    """One rule in one version: when it speaks is told by `kind` and `params`.

    It is in force from `from_date` until the day before `until_date`; `supersedes` names a rule
    that ends when this one begins. `confidence`: Q = quoted, S = to be checked at the source.
    """

    id: str
    kind: str
    acts: tuple[Act, ...]
    from_date: date
    text_zh: str
    text_en: str
    source_zh: str
    source_en: str
    confidence: str
    until_date: date | None = None
    supersedes: str = ""
    severity: Severity = Severity.BLOCK
    severity_of: dict[Act, Severity] = {}
    exempt: dict[Act, str] = {}
    house: bool = False
    params: dict[str, Any] = {}

    def severity_for(self, act: Act) -> Severity:
        """Return how strongly the rule speaks about this act."""
        return self.severity_of.get(act, self.severity)

    def in_force_on(self, day: date) -> bool:
        """Say whether the rule speaks on this local date."""
        return self.from_date <= day and (self.until_date is None or day < self.until_date)

    def meets(self, other: "Rule") -> bool:
        """Say whether there is a day on which both are in force."""
        return self.in_force_on(max(self.from_date, other.from_date)) and other.in_force_on(
            max(self.from_date, other.from_date)
        )


RULE_KEYS = frozenset(Rule.__struct_fields__) - {"params"}
EXEMPTIONS = frozenset({"asked", "asked_in_writing", "asked_window", "by_guardian"})
_WORDS = ("id", "text_zh", "text_en", "source_zh", "source_en")
_CONFIDENCES = {"Q", "S"}


def read_rule(raw: Any) -> Rule:
    """Return the rule of one TOML table; raises PackRefused with what is wrong with it."""
    if not isinstance(raw, dict) or not isinstance(raw.get("id"), str):
        raise PackRefused("pack.rule_without_id")
    known = {k: v for k, v in raw.items() if k in RULE_KEYS}
    own = {k: v for k, v in raw.items() if k not in RULE_KEYS}
    rule = convert(known | {"params": own}, Rule, raw["id"])
    _refuse_unclear_words(rule)
    _refuse_unclear_acts(rule)
    if rule.until_date is not None and rule.until_date <= rule.from_date:
        raise PackRefused("pack.never_in_force", rule=rule.id)
    return rule


def raw_of(rule: Rule) -> dict[str, Any]:
    """Return the TOML table that reads as this rule."""
    raw: dict[str, Any] = msgspec.to_builtins(rule, builtin_types=(date,))
    params = raw.pop("params")
    return {k: v for k, v in (raw | params).items() if v is not None}


def _refuse_unclear_words(rule: Rule) -> None:
    for name in _WORDS:
        if not getattr(rule, name).strip():
            raise PackRefused("pack.empty_text", rule=rule.id, name=name)
    if rule.confidence not in _CONFIDENCES:
        raise PackRefused("pack.unknown_confidence", rule=rule.id, confidence=rule.confidence)


def _refuse_unclear_acts(rule: Rule) -> None:
    if not rule.acts:
        raise PackRefused("pack.rule_without_acts", rule=rule.id)
    for act in rule.acts:
        if rule.acts.count(act) > 1:
            raise PackRefused("pack.act_twice", rule=rule.id, act=str(act))
    for act in (*rule.severity_of, *rule.exempt):
        if act not in rule.acts:
            raise PackRefused("pack.act_not_covered", rule=rule.id, act=str(act))
    for exemption in rule.exempt.values():
        if exemption not in EXEMPTIONS:
            raise PackRefused("pack.unknown_exemption", rule=rule.id, exemption=exemption)
    if Act.HOLD in rule.acts and rule.severity_for(Act.HOLD) is Severity.BLOCK:
        raise PackRefused("pack.hold_blocked", rule=rule.id)  # a hold only makes things gentler


def convert[T](raw: dict[str, Any], cls: type[T], name: str) -> T:
    """Return the struct of this table; raises PackRefused naming `name` as its rule."""
    try:
        return msgspec.convert(raw, cls)
    except msgspec.ValidationError as error:
        raise PackRefused("pack.bad_value", rule=name, detail=str(error)) from error
