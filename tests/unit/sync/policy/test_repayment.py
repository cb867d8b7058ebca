"""Schedules to the fen: worked by hand, by invariants, and by a slow ledger of fractions."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import assume, example, given, settings
from msgspec.structs import replace

from sync.domain.plan_terms import DayCount, Instalment, Method, PlanTerms, TermsTrouble
from sync.policy.relief.repayment import (
    deferral_interest,
    half_up,
    level_fen,
    reckon,
    schedule,
    total_cost,
    yuan,
)
from sync.policy.relief.terms import LONGEST
from tests.unit.sync.policy.ledger import TERMS, bent, growth, lawful_terms, ledger

BARE = bent(interest_fen=0, fees_fen=0)


def parts(terms: PlanTerms) -> list[tuple[int, int, int, int]]:
    return [(i.principal_fen, i.interest_fen, i.fees_fen, i.left_fen) for i in schedule(terms)]


def made(terms: PlanTerms) -> tuple[Instalment, ...]:
    """Return the schedule of drawn terms; those refused for their amounts are drawn again."""
    found = reckon(terms, LONGEST)
    assume(not isinstance(found, TermsTrouble))
    assert not isinstance(found, TermsTrouble)
    return found


def test_equal_instalments_by_hand() -> None:
    # r = 1.5 %: A = 300 × 0.015 × 1.015³ / (1.015³ - 1) = 103.0149 yuan.
    assert parts(bent(principal_fen=30_000, interest_fen=0, fees_fen=0, months=3)) == [
        (9_851, 450, 0, 20_149),
        (9_999, 302, 0, 10_150),
        (10_150, 152, 0, 0),
    ]


def test_equal_principal_by_hand() -> None:
    terms = bent(principal_fen=30_001, interest_fen=0, fees_fen=0, months=3)
    by_principal = bent(
        principal_fen=30_001, interest_fen=0, fees_fen=0, months=3, method=Method.EQUAL_PRINCIPAL
    )
    assert parts(by_principal) == [
        (10_000, 450, 0, 20_001),
        (10_000, 300, 0, 10_001),
        (10_001, 150, 0, 0),
    ]
    assert total_cost(schedule(by_principal)) < total_cost(schedule(terms))


def test_without_interest_the_principal_is_only_divided() -> None:
    terms = bent(principal_fen=100, interest_fen=0, fees_fen=0, months=3, rate_ppm=0)
    assert parts(terms) == [(33, 0, 0, 67), (33, 0, 0, 34), (34, 0, 0, 0)]


def test_half_a_fen_goes_up_and_the_last_instalment_takes_the_rest() -> None:
    terms = bent(principal_fen=5, interest_fen=0, fees_fen=0, months=2, rate_ppm=0)
    assert parts(terms) == [(3, 0, 0, 2), (2, 0, 0, 0)]
    assert [half_up(n, 2) for n in range(6)] == [0, 1, 1, 2, 2, 3]
    assert [half_up(n, 3) for n in range(6)] == [0, 0, 1, 1, 1, 2]


def test_more_instalments_than_fen_never_go_below_nothing() -> None:
    few = bent(principal_fen=90, interest_fen=0, fees_fen=0, months=60, rate_ppm=0)
    assert [i.total_fen for i in schedule(few)] == [2] * 45 + [0] * 15
    fewer = bent(principal_fen=20, interest_fen=0, fees_fen=0, months=60, rate_ppm=0)
    assert [i.total_fen for i in schedule(fewer)] == [0] * 59 + [20]


def test_overdue_interest_and_fees_are_spread_without_interest_upon_them() -> None:
    plain, bare = schedule(TERMS), schedule(BARE)
    more = [
        (a.principal_fen - b.principal_fen, a.interest_fen - b.interest_fen, a.fees_fen)
        for a, b in zip(plain, bare, strict=True)
    ]
    assert more == [(0, 2_916, 833)] * 11 + [(0, 2_924, 837)]


def test_what_is_waived_is_not_paid() -> None:
    waived = bent(waived_interest_fen=30_000, waived_fees_fen=10_000)
    assert total_cost(schedule(TERMS)) - total_cost(schedule(waived)) == 40_000
    assert all(i.fees_fen == 0 for i in schedule(waived))


def test_one_instalment_pays_everything() -> None:
    assert parts(bent(months=1)) == [(1_200_000, 18_000 + 35_000, 10_000, 0)]


def test_a_deferral_adds_its_simple_interest_once() -> None:
    deferred = bent(deferred_months=3, first_due=date(2026, 5, 15))
    assert deferral_interest(deferred) == 54_000
    rows = schedule(deferred)
    assert sum(i.principal_fen for i in rows) == 1_254_000
    assert (rows[0].due, rows[0].interest_fen - 2_916) == (date(2026, 5, 15), 18_810)


def test_a_free_deferral_only_moves_the_days() -> None:
    free = bent(deferred_months=3, first_due=date(2026, 5, 15), deferral_free=True)
    assert deferral_interest(free) == 0
    assert parts(free) == parts(TERMS)
    assert [i.due for i in schedule(free)][:2] == [date(2026, 5, 15), date(2026, 6, 15)]


def test_a_deferral_by_the_calendar_counts_its_days() -> None:
    by_calendar = bent(
        deferred_months=3, first_due=date(2026, 5, 15), day_count=DayCount.ACTUAL_365
    )
    # 1,200,000 × 18 % × 90 / 365 = 53,260.27
    assert deferral_interest(by_calendar) == 53_260


def test_a_lower_rate_is_a_relief() -> None:
    rates = [360_000, 180_000, 90_000, 1, 0]
    costs = [total_cost(schedule(bent(rate_ppm=rate))) for rate in rates]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] == 1_245_000


def test_steps_are_paid_to_the_fen_and_the_others_are_equal() -> None:
    rows = schedule(bent(step_months=3, step_fen=60_000))
    assert [i.total_fen for i in rows[:3]] == [60_000] * 3
    later = [i.total_fen for i in rows[3:]]
    assert len(set(later[:-1])) == 1
    assert abs(later[-1] - later[0]) < 20
    assert later[0] > 113_765


def test_a_step_of_the_interest_alone_pays_nothing_off() -> None:
    rows = schedule(bent(step_months=2, step_fen=21_749))
    assert [(i.principal_fen, i.left_fen) for i in rows[:2]] == [(0, 1_200_000)] * 2


def test_days_of_the_calendar_bear_their_own_interest() -> None:
    by_calendar = bent(interest_fen=0, fees_fen=0, day_count=DayCount.ACTUAL_365)
    rows = schedule(by_calendar)
    # 31 days from 15 January, 28 from 15 February.
    assert rows[0].interest_fen == half_up(1_200_000 * 18 * 31, 36_500)
    assert rows[1].interest_fen == half_up(rows[0].left_fen * 18 * 28, 36_500)
    assert {i.total_fen for i in rows[:-1]} == {rows[0].total_fen}


def test_due_days_are_kept_through_a_leap_february() -> None:
    rows = schedule(bent(start=date(2027, 12, 31), first_due=date(2028, 1, 31), months=4))
    assert [i.due.isoformat()[5:] for i in rows] == ["01-31", "02-29", "03-31", "04-30"]
    assert [i.number for i in rows] == [1, 2, 3, 4]


def test_an_amount_is_written_in_yuan() -> None:
    assert [yuan(fen) for fen in (0, 5, 100, 123_450)] == ["0.00", "0.05", "1.00", "1234.50"]


@settings(max_examples=250, deadline=None)
@given(terms=lawful_terms())
@example(terms=TERMS)
@example(terms=bent(step_months=11, step_fen=60_000))
@example(terms=bent(step_months=3, step_fen=113_766))
@example(terms=bent(step_months=3, step_fen=21_748))
@example(terms=bent(months=59, rate_ppm=360_000, first_due=date(2026, 3, 15)))
def test_the_ledger_of_fractions_says_the_same(terms: PlanTerms) -> None:
    found, told = reckon(terms, LONGEST), ledger(terms)
    if isinstance(found, TermsTrouble):
        assert told == found.code
    else:
        fields = ("number", "due", "principal_fen", "interest_fen", "fees_fen", "left_fen")
        assert [tuple(getattr(i, f) for f in fields) for i in found] == told


@settings(max_examples=150, deadline=None)
@given(terms=lawful_terms())
def test_every_schedule_pays_off_exactly_what_is_owed(terms: PlanTerms) -> None:
    rows = made(terms)
    capital = terms.principal_fen + deferral_interest(terms)
    assert sum(i.principal_fen for i in rows) == capital
    assert sum(i.fees_fen for i in rows) == terms.fees_fen - terms.waived_fees_fen
    assert sum(i.interest_fen for i in rows) >= terms.interest_fen - terms.waived_interest_fen
    assert all(min(i.principal_fen, i.interest_fen, i.fees_fen, i.left_fen) >= 0 for i in rows)
    left = [capital, *(i.left_fen for i in rows)]
    assert all(
        before - after == row.principal_fen
        for (before, after), row in zip(pairwise(left), rows, strict=True)
    )
    assert left[-1] == 0
    assert len(rows) == terms.months
    assert all(a.due < b.due for a, b in pairwise(rows))
    assert total_cost(rows) == sum(i.total_fen for i in rows)


@settings(max_examples=150, deadline=None)
@given(terms=lawful_terms(steps=False))
def test_equal_instalments_differ_by_rounding_alone(terms: PlanTerms) -> None:
    """The last instalment lies within Σ Πf of the others.

    Each month rounds the interest by at most half a fen and pays an instalment that was itself
    rounded by at most half a fen: one fen a month, which bears interest until the last due day.
    What is left never falls below nothing, which only brings it nearer to the exact balance.
    """
    rows = made(replace(terms, method=Method.EQUAL_INSTALMENT))
    level = [i.principal_fen + i.interest_fen + i.fees_fen for i in rows[:-1]]
    if rows[-1].principal_fen:
        assert len(set(level)) <= 1
    assume(level)
    rest = (terms.interest_fen - terms.waived_interest_fen) % terms.months
    rest += (terms.fees_fen - terms.waived_fees_fen) % terms.months
    assert abs(rows[-1].total_fen - rest - max(level)) <= sum(growth(terms))


@settings(max_examples=100, deadline=None)
@given(terms=lawful_terms(steps=False))
def test_equal_principal_differs_by_less_than_half_a_fen_a_month(terms: PlanTerms) -> None:
    rows = made(replace(terms, method=Method.EQUAL_PRINCIPAL))
    exact = (terms.principal_fen + deferral_interest(terms)) / terms.months
    assert all(abs(i.principal_fen - exact) <= 0.5 or i.left_fen == 0 for i in rows[:-1])
    assert abs(rows[-1].principal_fen - exact) <= terms.months / 2


@pytest.mark.parametrize("rate", [0, 1, 47_500, 360_000])
def test_a_longer_plan_has_smaller_instalments(rate: int) -> None:
    terms = bent(rate_ppm=rate)
    levels = [level_fen(terms, 1_200_000, [30] * months) for months in range(1, 61)]
    assert levels == sorted(levels, reverse=True)
