"""Rules in time: successive versions of one rule, and rules that supersede others."""

from collections.abc import Sequence

import msgspec

from sync.policy.packs.rule import PackRefused, Rule


def in_periods(rules: Sequence[Rule]) -> tuple[tuple[Rule, ...], list[PackRefused]]:
    """Return the rules with the ends that superseding rules set them, and what cannot be.

    A rule may stand in several versions when no day belongs to two of them.
    """
    troubles = [*_circles(rules), *_unknown(rules)]
    ended = tuple(rules) if troubles else tuple(_ended(rule, rules) for rule in rules)
    troubles += [
        PackRefused("pack.never_in_force", rule=r.id)
        for r in ended
        if r.until_date is not None and r.until_date <= r.from_date
    ]
    return ended, troubles + twins(ended)


def _circles(rules: Sequence[Rule]) -> list[PackRefused]:
    next_of = {r.id: r.supersedes for r in rules if r.supersedes}
    found = []
    for start in next_of:
        seen, here = [start], next_of[start]
        while here in next_of and here not in seen:
            seen.append(here)
            here = next_of[here]
        if here == start:
            way = " → ".join((*seen, start))
            itself = PackRefused("pack.supersedes_itself", rule=start)
            circle = PackRefused("pack.supersedes_in_circle", rule=start, rules=way)
            found.append(itself if len(seen) == 1 else circle)
    return found


def _unknown(rules: Sequence[Rule]) -> list[PackRefused]:
    ids = {r.id for r in rules}
    return [
        PackRefused("pack.supersedes_unknown", rule=r.id, other=r.supersedes)
        for r in rules
        if r.supersedes and r.supersedes not in ids
    ]


def _ended(rule: Rule, rules: Sequence[Rule]) -> Rule:
    ends = [r.from_date for r in rules if r.supersedes == rule.id]
    if rule.until_date is not None:
        ends.append(rule.until_date)
    return msgspec.structs.replace(rule, until_date=min(ends)) if ends else rule


def twins(rules: Sequence[Rule]) -> list[PackRefused]:
    """Return the rules of which two versions are in force on one day."""
    return [
        PackRefused("pack.duplicate_rule", rule=one.id)
        for index, one in enumerate(rules)
        if any(one.id == other.id and one.meets(other) for other in rules[:index])
    ]
