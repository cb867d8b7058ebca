"""Ways to repay side by side: lawful, as short as can be afforded, kindest first."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sync.domain.plan_terms import DayCount, Method, PlanKind, TermsTrouble
from sync.policy.relief.proposals import Limits, Option, Owed, Proposals, options
from sync.policy.relief.repayment import check_terms, reckon, total_cost

OWED = Owed(1_200_000, 35_000, 10_000, 180_000)
START = date(2026, 1, 31)
type Named = dict[tuple[PlanKind, Method], Option]


def proposed(affordable: int, owed: Owed = OWED, limits: Limits | None = None) -> Proposals:
    found = options(owed, START, affordable, limits)
    assert isinstance(found, Proposals)
    return found


def named(found: Proposals) -> Named:
    return {(one.terms.kind, one.terms.method): one for one in found.options}


EQUAL = (PlanKind.INSTALMENTS, Method.EQUAL_INSTALMENT)
DECLINING = (PlanKind.INSTALMENTS, Method.EQUAL_PRINCIPAL)
STEP_UP = (PlanKind.STEP_UP, Method.EQUAL_INSTALMENT)
DEFERRAL = (PlanKind.DEFERRAL, Method.EQUAL_INSTALMENT)
RELIEF = (PlanKind.INTEREST_RELIEF, Method.EQUAL_INSTALMENT)
COMBINATION = (PlanKind.COMBINATION, Method.EQUAL_INSTALMENT)
ALL = {EQUAL, DECLINING, STEP_UP, DEFERRAL, RELIEF, COMBINATION}


def test_every_way_is_shown_once() -> None:
    found = proposed(100_000)
    assert set(named(found)) == ALL
    assert len(found.options) == 6
    assert not found.counselling


def test_what_is_shown_can_be_signed_as_it_is() -> None:
    for one in proposed(50_000).options:
        assert check_terms(one.terms) is None
        assert one.schedule == reckon(one.terms)
        assert one.total_fen == total_cost(one.schedule)
        assert one.largest_fen == max(i.total_fen for i in one.schedule)
        assert one.affordable is (one.largest_fen <= 50_000)


def test_each_way_is_as_short_as_the_month_allows() -> None:
    for one in proposed(100_000).options:
        shorter = reckon(replace(one.terms, months=one.terms.months - 1))
        assert not isinstance(shorter, TermsTrouble)
        assert max(i.total_fen for i in shorter) > 100_000


def test_one_instalment_is_enough_for_who_can() -> None:
    at_once = 1_200_000 + 18_000 + 45_000
    assert named(proposed(at_once))[EQUAL].terms.months == 1
    assert named(proposed(at_once - 1))[EQUAL].terms.months == 2


def test_steps_begin_at_half_of_what_is_affordable() -> None:
    step = named(proposed(100_050))[STEP_UP]
    assert (step.terms.step_months, step.terms.step_fen) == (6, 50_000)
    assert step.schedule[0].total_fen == 50_000 < step.schedule[6].total_fen <= 100_050


def test_steps_cover_at_least_the_interest() -> None:
    step = named(proposed(20_000))[STEP_UP]
    # 180.00 of interest, 5.83 and 1.66 of what was overdue, up to the next yuan.
    assert step.terms.step_fen == 18_800
    assert not step.affordable


def test_steps_are_a_yuan_at_least_and_leave_one_instalment_after_them() -> None:
    little = named(proposed(120, Owed(6_000, 0, 0, 0)))[STEP_UP]
    assert little.terms.step_fen == 100
    short = named(proposed(50_000, limits=Limits(most_months=7)))[STEP_UP]
    assert (short.terms.months, short.terms.step_months) == (7, 6)


def test_a_deferral_rests_three_months_and_counts_within_the_law() -> None:
    rest = named(proposed(0))[DEFERRAL]
    assert (rest.terms.deferred_months, rest.terms.months) == (3, 57)
    assert rest.schedule[0].due == date(2026, 5, 31)
    assert not rest.terms.deferral_free


@pytest.mark.parametrize(
    ("affordable", "rate", "interest", "fees"),
    [
        (32_000, 180_000, 0, 10_000),  # fees alone
        (30_500, 180_000, 35_000, 10_000),  # overdue interest too
        (25_000, 90_000, 35_000, 10_000),  # half the rate
        (20_000, 0, 35_000, 10_000),  # the whole rate
        (19_999, 0, 35_000, 10_000),  # and no more than that
    ],
)
def test_relief_goes_no_further_than_it_must(
    affordable: int, rate: int, interest: int, fees: int
) -> None:
    relief = named(proposed(affordable))[RELIEF]
    terms = relief.terms
    assert (terms.rate_ppm, terms.waived_interest_fen, terms.waived_fees_fen) == (
        rate,
        interest,
        fees,
    )
    assert relief.affordable is (affordable >= 20_000)


def test_a_combination_rests_free_of_interest_and_relieves() -> None:
    both = named(proposed(26_500))[COMBINATION].terms
    assert both.deferral_free
    assert both.deferred_months == 3
    assert both.rate_ppm == 90_000


def test_affordable_ones_come_first_and_cheapest_first() -> None:
    shown = proposed(32_000).options
    marks = [one.affordable for one in shown]
    assert marks == sorted(marks, reverse=True)
    assert True in marks
    assert False in marks
    works = [one.total_fen for one in shown if one.affordable]
    others = [one.largest_fen for one in shown if not one.affordable]
    assert works == sorted(works)
    assert others == sorted(others)


@pytest.mark.parametrize("affordable", [0, -1, -500_000])
def test_who_has_nothing_left_is_offered_rest_and_relief_and_counselling(affordable: int) -> None:
    found = proposed(affordable)
    assert set(named(found)) == {DEFERRAL, RELIEF, COMBINATION}
    assert not any(one.affordable for one in found.options)
    assert found.counselling


def test_counselling_is_suggested_when_nothing_works() -> None:
    found = proposed(10_000)
    assert found.counselling
    assert EQUAL in named(found)


def test_without_interest_and_fees_there_is_nothing_to_relieve() -> None:
    bare = Owed(1_200_000, 0, 0, 0)
    assert set(named(proposed(100_000, bare))) == {EQUAL, DECLINING, STEP_UP, DEFERRAL}


def test_what_would_leave_nothing_to_pay_is_not_a_plan() -> None:
    fees_only = Owed(0, 0, 10_000, 180_000)
    found = named(proposed(5_000, fees_only))
    assert EQUAL in found
    assert not {RELIEF, COMBINATION} & set(found)


def test_a_small_debt_needs_no_steps() -> None:
    assert STEP_UP not in named(proposed(100_000, Owed(200_000, 0, 0, 180_000)))


def test_a_short_law_leaves_out_what_cannot_be() -> None:
    found = named(proposed(1_000_000, limits=Limits(most_months=3)))
    assert not {DEFERRAL, STEP_UP, COMBINATION} & set(found)
    assert found[EQUAL].terms.months == 2


def test_the_shortest_law_still_lets_everything_be_paid_at_once() -> None:
    found = named(proposed(10_000_000, limits=Limits(most_months=1)))
    assert set(found) == {EQUAL, DECLINING, RELIEF}
    assert found[EQUAL].terms.months == 1


def test_a_longer_law_is_used_when_needed() -> None:
    assert named(proposed(19_000, limits=Limits(most_months=360)))[EQUAL].terms.months > 60


def test_the_products_day_count_is_kept() -> None:
    by_calendar = Owed(1_200_000, 35_000, 10_000, 180_000, DayCount.ACTUAL_365)
    shown = proposed(100_000, by_calendar).options
    assert {one.terms.day_count for one in shown} == {DayCount.ACTUAL_365}


@pytest.mark.parametrize(
    ("owed", "code"),
    [
        (Owed(-1, 0, 0, 0), "terms.negative_amount"),
        (Owed(0, 0, 0, 0), "terms.nothing_owed"),
        (Owed(100, 0, 0, 360_001), "terms.rate_out_of_range"),
        (Owed(10**12, 1, 0, 0), "terms.sum_absurd"),
    ],
)
def test_what_cannot_be_owed_is_refused(owed: Owed, code: str) -> None:
    found = options(owed, START, 10_000)
    assert isinstance(found, TermsTrouble)
    assert found.code == code


@settings(max_examples=50, deadline=None)
@given(
    owed=st.builds(
        Owed,
        st.integers(1, 10**8),
        st.integers(0, 10**6),
        st.integers(0, 10**5),
        st.sampled_from([0, 1, 180_000, 360_000]) | st.integers(0, 360_000),
        st.sampled_from(DayCount),
    ),
    affordable=st.integers(-1_000, 10**7),
    start=st.dates(date(2024, 1, 1), date(2032, 12, 31)),
)
def test_whatever_is_owed_the_ways_are_lawful_and_in_order(
    owed: Owed, affordable: int, start: date
) -> None:
    found = options(owed, start, affordable)
    assert isinstance(found, Proposals)
    assert found.options
    assert found.counselling is not any(one.affordable for one in found.options)
    for one in found.options:
        assert check_terms(one.terms) is None
        assert one.affordable is (one.largest_fen <= affordable)
        if one.affordable and one.terms.months > 1:
            shorter = reckon(replace(one.terms, months=one.terms.months - 1))
            too_much = (
                isinstance(shorter, TermsTrouble) or max(i.total_fen for i in shorter) > affordable
            )
            assert too_much or one.terms.kind is PlanKind.STEP_UP
    ranks = [
        (not o.affordable, o.total_fen if o.affordable else o.largest_fen) for o in found.options
    ]
    assert all(a <= b for a, b in pairwise(ranks))
