"""What rules cannot say together: nothing is ever allowed, or one never speaks beside another.

Asked of rules whose parameters are known to fit their mechanisms.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations

from sync.domain.situation import Act, Severity
from sync.policy.mechanisms.kinds import KINDS
from sync.policy.mechanisms.mechanism import MINUTES_A_DAY, minutes_of
from sync.policy.packs.rule import PackRefused, Rule


def contradictions(rules: Sequence[Rule]) -> list[PackRefused]:
    """Return every contradiction between rules that are in force together."""
    return [*_closed_days(rules), *_swallowed(rules), *_impossible_plans(rules), *_both_ways(rules)]


def _closed_days(rules: Sequence[Rule]) -> Iterator[PackRefused]:
    """Yield the acts that no hour of a day is left for."""
    hours = [r for r in rules if r.kind == "forbidden_hours"]
    for act in Act:
        closing = [
            r
            for r in hours
            if act in r.acts and act not in r.exempt and r.severity_for(act) is Severity.BLOCK
        ]
        for day in sorted({r.from_date for r in closing}):
            shut = _closed_on(closing, day)
            if shut:
                yield PackRefused("pack.never_allowed", rule=shut, act=str(act))
                break


def _closed_on(closing: Sequence[Rule], day: date) -> str:
    standing = [r for r in closing if r.in_force_on(day)]
    minutes = frozenset[int]().union(*(minutes_of(r.params) for r in standing))
    return ", ".join(sorted(r.id for r in standing)) if len(minutes) == MINUTES_A_DAY else ""


def _swallowed(rules: Sequence[Rule]) -> Iterator[PackRefused]:
    """Yield rules that never speak without another one saying the same more strictly."""
    for one, other in combinations(rules, 2):
        mechanism = KINDS[one.kind]
        if one.kind != other.kind or not mechanism.stricter or not _same_hearing(one, other):
            continue
        if not mechanism.looser(one.params, other.params):
            yield PackRefused("pack.never_speaks_alone", rule=one.id, other=other.id)
        elif not mechanism.looser(other.params, one.params):
            yield PackRefused("pack.never_speaks_alone", rule=other.id, other=one.id)


def _same_hearing(one: Rule, other: Rule) -> bool:
    """Say whether both speak equally strongly, with the same exemption, of one act on one day."""
    return one.meets(other) and any(
        one.severity_for(act) is other.severity_for(act)
        and one.exempt.get(act) == other.exempt.get(act)
        for act in one.acts
        if act in other.acts
    )


def _impossible_plans(rules: Sequence[Rule]) -> Iterator[PackRefused]:
    for shortest in (r for r in rules if r.kind == "plan_shortest"):
        for longest in (r for r in rules if r.kind == "plan_longest"):
            if shortest.meets(longest) and shortest.params["months"] > longest.params["months"]:
                yield PackRefused("pack.contradiction", rule=shortest.id, other=longest.id)


def _both_ways(rules: Sequence[Rule]) -> Iterator[PackRefused]:
    """Yield rules by which the same information may neither be kept nor erased."""
    for limit in (r for r in rules if r.kind == "kept_too_long"):
        for rule in rules:
            if rule.meets(limit) and _forbids_erasing(rule, limit):
                yield PackRefused("pack.contradiction", rule=limit.id, other=rule.id)


def _forbids_erasing(rule: Rule, limit: Rule) -> bool:
    if rule.kind == "kept_until":
        return bool(rule.params["years"] > limit.params["years"])
    if rule.kind == "reasons_to_keep":
        return not set(rule.params["reasons"]) <= set(limit.params["unless"])
    return False
