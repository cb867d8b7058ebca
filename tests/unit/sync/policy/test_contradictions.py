"""Rules that cannot stand beside each other are refused, and those that can are not."""

import pytest

from sync.domain.situation import Act
from sync.policy.packs.pack import PackRefused
from sync.policy.vetting.contradictions import contradictions
from tests.unit.sync.policy.desk import PACKS, engine_of, pack_of, rule


def hours(begins: str, ends: str, name: str = "XX-ONE", **more: str) -> str:
    spoken = {"id": f'"{name}"', "kind": '"forbidden_hours"', "from": f'"{begins}"'}
    return rule(**spoken, until=f'"{ends}"', **more)


def cap(limit: int, name: str, of: str = "calls", **more: str) -> str:
    return rule(id=f'"{name}"', kind='"daily_cap"', of=f'"{of}"', limit=str(limit), **more)


def plan(kind: str, months: int, **more: str) -> str:
    named = {"id": f'"XX-{kind}"', "kind": f'"{kind}"', "acts": '["plan"]'}
    return rule(**named, months=str(months), **more)


ERASE = {"acts": '["erasure"]'}
REASONS = rule(
    id='"XX-REASONS"', kind='"reasons_to_keep"', reasons='["complaint", "plan"]', **ERASE
)


def limit(years: int, unless: str = '["complaint", "plan"]') -> str:
    named = {"id": '"XX-LIMIT"', "kind": '"kept_too_long"', "acts": '["retention"]'}
    return rule(**named, years=str(years), unless=unless)


def keep(years: int) -> str:
    named = {"id": '"XX-KEEP"', "kind": '"kept_until"', "since": '"closing"'}
    return rule(**named, years=str(years), **ERASE)


ASKED = {"exempt": '{ call = "asked" }'}
REFUSED: dict[str, tuple[tuple[str, ...], str, str]] = {
    "day and night": (
        (hours("08:00", "20:00"), hours("20:00", "08:00", "XX-TWO")),
        "pack.never_allowed",
        "XX-ONE, XX-TWO",
    ),
    "three windows that overlap": (
        (
            hours("06:00", "14:00"),
            hours("13:00", "23:00", "XX-TWO"),
            hours("22:30", "06:30", "XX-THREE"),
        ),
        "pack.never_allowed",
        "call",
    ),
    "window within a window": (
        (hours("22:00", "08:00"), hours("23:00", "07:00", "XX-TWO")),
        "pack.never_speaks_alone",
        "XX-TWO",
    ),
    "the same window": (
        (hours("22:00", "08:00"), hours("22:00", "08:00", "XX-TWO")),
        "pack.never_speaks_alone",
        "XX-ONE",
    ),
    "two caps": ((cap(3, "XX-ONE"), cap(2, "XX-TWO")), "pack.never_speaks_alone", "XX-ONE"),
    "two lists": (
        (
            rule(kind='"hold"', kinds='["any"]'),
            rule(id='"XX-TWO"', kind='"hold"', kinds='["illness"]'),
        ),
        "pack.never_speaks_alone",
        "XX-TWO",
    ),
    "plan that must be longer than it may": (
        (plan("plan_shortest", 61), plan("plan_longest", 60, product='"any"')),
        "pack.contradiction",
        "XX-plan_longest",
    ),
    "neither kept nor erased": ((keep(3), limit(2)), "pack.contradiction", "XX-KEEP"),
    "kept for a reason and erased": (
        (REASONS, limit(9, '["plan"]')),
        "pack.contradiction",
        "XX-REASONS",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_contradicting_rules_are_refused_by_name(name: str) -> None:
    rules, code, says = REFUSED[name]
    for order in (rules, rules[::-1]):
        with pytest.raises(PackRefused) as refused:
            engine_of(*order)
        assert refused.value.code == code
        assert says in str(refused.value.params)


ALLOWED: dict[str, tuple[str, ...]] = {
    "hours that leave a minute": (hours("08:01", "20:00"), hours("20:00", "08:00", "XX-TWO")),
    "hours that only warn": (
        hours("08:00", "20:00", severity='"warn"'),
        hours("20:00", "08:00", "XX-TWO"),
    ),
    "hours that may be asked for": (
        hours("08:00", "20:00", **ASKED),
        hours("20:00", "08:00", "XX-TWO"),
    ),
    "hours of other acts": (
        hours("08:00", "20:00", acts='["sms"]'),
        hours("20:00", "08:00", "XX-TWO"),
    ),
    "hours of other times": (
        hours("08:00", "20:00", until_date="2025-01-01"),
        hours("20:00", "08:00", "XX-TWO", from_date="2025-01-01"),
    ),
    "windows that only cross": (hours("20:00", "07:00"), hours("22:00", "08:00", "XX-TWO")),
    "a cap that warns first": (
        cap(2, "XX-ONE", severity='"warn"'),
        cap(3, "XX-TWO"),
    ),
    "a cap unless asked": (cap(2, "XX-ONE", **ASKED), cap(3, "XX-TWO")),
    "caps of other things": (cap(2, "XX-ONE"), cap(3, "XX-TWO", of="visits")),
    "a day and a week": (
        rule(kind='"rolling_cap"', of='"visits"', hours="24", limit="1"),
        rule(id='"XX-TWO"', kind='"rolling_cap"', of='"visits"', hours="168", limit="2"),
    ),
    "one length only": (plan("plan_shortest", 60), plan("plan_longest", 60, product='"any"')),
    "kept as long as it may": (keep(3), limit(3), REASONS),
    "the same word twice, for no number divides them": (
        rule(severity='"inform"'),
        rule(id='"XX-TWO"', severity='"inform"'),
    ),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_rules_that_can_stand_together_do(name: str) -> None:
    engine = engine_of(*ALLOWED[name])
    assert len(engine.pack.rules) == len(ALLOWED[name])


def test_shipped_packs_contradict_themselves_nowhere() -> None:
    assert [contradictions(pack_of(name).rules) for name in PACKS] == [[]] * len(PACKS)


@pytest.mark.parametrize("name", PACKS)
def test_no_rule_of_any_pack_stops_a_hold(name: str) -> None:
    assert not [r.id for r in pack_of(name).rules if Act.HOLD in r.acts]


def test_rule_that_would_stop_a_hold_is_refused() -> None:
    with pytest.raises(PackRefused, match=r"pack\.hold_blocked"):
        engine_of(rule(acts='["hold"]'))
    assert engine_of(rule(acts='["hold"]', severity='"warn"')).pack.rules
