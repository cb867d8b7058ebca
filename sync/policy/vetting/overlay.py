"""A bank's own tightening laid over a pack: rules may be added or made stricter, never looser.

What is stricter is told by each mechanism for its parameters, and here for what all rules share.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from sync.domain.situation import Act, Severity
from sync.policy.mechanisms.kinds import KINDS
from sync.policy.packs.pack import Pack, load_pack, read_all, tables_of, text_of
from sync.policy.packs.periods import twins
from sync.policy.packs.rule import RULE_KEYS, PackRefused, Rule, raw_of, read_rule
from sync.policy.vetting.binding import bind
from sync.policy.vetting.contradictions import contradictions

_HEAD_KEYS = {"id", "pack", "version", "name_zh", "name_en"}
_TABLES = {"overlay", "change", "rule"}
_FIXED = frozenset({"id", "kind", "house", "confidence", "supersedes"})
_RANK = {Severity.INFORM: 0, Severity.WARN: 1, Severity.BLOCK: 2}
# Under what an exemption may be replaced by: by itself, or by one that asks for more.
_STRICTER_THAN = {
    "asked": {"asked", "asked_in_writing", "asked_window"},
    "asked_in_writing": {"asked_in_writing"},
    "asked_window": {"asked_window"},
    "by_guardian": {"by_guardian"},
}
HOUSE = ".house.toml"


class Overlay(msgspec.Struct, frozen=True):
    """The bank's changes to the rules of one pack, and rules of its own."""

    id: str
    pack: str
    version: str
    name_zh: str
    name_en: str
    changes: tuple[dict[str, Any], ...]
    rules: tuple[Rule, ...]


def load_policy(path: Path) -> Pack:
    """Return the pack in this file, under the bank's `….house.toml` where one lies beside it.

    Raises PackRefused, or OSError when a file cannot be read.
    """
    pack, house = load_pack(path), path.with_suffix(HOUSE)
    return tighten(pack, text_of(house)) if house.exists() else pack


def tighten(pack: Pack, text: str) -> Pack:
    """Return the pack under the overlay written in this TOML; raises PackRefused."""
    tightened, troubles = examine_overlay(pack, text)
    if tightened is None or troubles:
        raise troubles[0]
    return tightened


def examine_overlay(pack: Pack, text: str) -> tuple[Pack | None, list[PackRefused]]:
    """Return the pack under an overlay and everything that is wrong with the overlay.

    The pack itself must be one that can be used.
    """
    overlay, troubles = _read(text)
    if overlay is None:
        return None, troubles
    if overlay.pack != pack.id:
        other = PackRefused("overlay.other_pack", pack=pack.id, other=overlay.pack)
        return None, [*troubles, other]
    rules, loosening = _changed(pack.rules, overlay.changes)
    troubles += loosening + list(_odd_rules(pack, overlay.rules))
    if troubles:
        return None, troubles
    together = (*rules, *overlay.rules)
    troubles = twins(together) or contradictions(together)
    version = f"{pack.version}+{overlay.version}"
    return msgspec.structs.replace(pack, version=version, rules=together), troubles


def _read(text: str) -> tuple[Overlay | None, list[PackRefused]]:
    try:
        raw = tables_of(text, "overlay", _TABLES)
    except PackRefused as trouble:
        return None, [trouble]
    head = raw["overlay"]
    if set(head) != _HEAD_KEYS or not all(isinstance(v, str) and v for v in head.values()):
        keys = ", ".join(sorted(set(head) ^ _HEAD_KEYS))
        return None, [PackRefused("overlay.wrong_head", keys=keys)]
    changes, unread = read_all(raw.get("change", []), _read_change)
    rules, troubles = read_all(raw.get("rule", []), read_rule)
    return Overlay(**head, changes=changes, rules=rules), unread + troubles


def _read_change(raw: Any) -> dict[str, Any]:
    if not isinstance(raw, dict) or not isinstance(raw.get("rule"), str):
        raise PackRefused("overlay.change_without_rule")
    if set(raw) == {"rule"}:
        raise PackRefused("overlay.changes_nothing", rule=raw["rule"])
    for name in sorted(_FIXED & set(raw)):
        raise PackRefused("overlay.fixed", rule=raw["rule"], name=name)
    return raw


def _changed(
    rules: Iterable[Rule], changes: Iterable[dict[str, Any]]
) -> tuple[tuple[Rule, ...], list[PackRefused]]:
    """Return the rules as changed, in their order, and the changes that cannot be."""
    standing = list(rules)
    troubles: list[PackRefused] = []
    seen: set[str] = set()
    for change in changes:
        name = change["rule"]
        places = [n for n, rule in enumerate(standing) if rule.id == name]
        try:
            _refuse_unclear(name, change, len(places), seen)
            for place in places:
                standing[place] = _stricter(standing[place], change)
        except PackRefused as trouble:
            troubles.append(trouble)
        seen.add(name)
    return tuple(standing), troubles


def _refuse_unclear(name: str, change: dict[str, Any], versions: int, seen: set[str]) -> None:
    if not versions:
        raise PackRefused("overlay.unknown_rule", rule=name)
    if name in seen:
        raise PackRefused("overlay.changed_twice", rule=name)
    dates = sorted({"from_date", "until_date"} & set(change))
    if dates and versions > 1:
        raise PackRefused("overlay.fixed", rule=name, name=dates[0])


def _stricter(old: Rule, change: dict[str, Any]) -> Rule:
    wanted = {k: v for k, v in change.items() if k != "rule"}
    unknown = set(wanted) - RULE_KEYS - set(old.params)
    if unknown:
        raise PackRefused("pack.unknown_parameter", rule=old.id, name=", ".join(sorted(unknown)))
    new = read_rule(raw_of(old) | wanted)
    bind(new)
    looser = _looser(old, new)
    if looser:
        raise PackRefused("overlay.loosens", rule=old.id, name=looser)
    return new


def _looser(old: Rule, new: Rule) -> str:
    """Return the name of the first thing that the new rule lets pass and the old one did not."""
    if not set(old.acts) <= set(new.acts):
        return "acts"
    for act in old.acts:
        if _RANK[new.severity_for(act)] < _RANK[old.severity_for(act)]:
            return "severity"
        if not _exempt_as_before(old, new, act):
            return "exempt"
    if new.from_date > old.from_date:
        return "from_date"
    if new.until_date is not None and (old.until_date is None or new.until_date < old.until_date):
        return "until_date"
    return KINDS[old.kind].looser(old.params, new.params)


def _exempt_as_before(old: Rule, new: Rule, act: Act) -> bool:
    before, after = old.exempt.get(act), new.exempt.get(act)
    if after is None:
        return True
    return before is not None and after in _STRICTER_THAN[before]


def _odd_rules(pack: Pack, rules: Iterable[Rule]) -> Iterable[PackRefused]:
    known = {r.id for r in pack.rules}
    for rule in rules:
        if rule.id in known:
            yield PackRefused("overlay.rule_of_the_pack", rule=rule.id)
        elif not rule.house:
            yield PackRefused("overlay.not_house", rule=rule.id)
        elif rule.supersedes:
            yield PackRefused("overlay.loosens", rule=rule.supersedes, name="supersedes")
        else:
            try:
                bind(rule)
            except PackRefused as trouble:
                yield trouble
