"""What a month leaves: shared fairly, seen in a bad month, asked about when it is unusual."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sync.domain.budget import Budget, CostKind, IncomeKind
from sync.domain.plan_terms import Affordability, TermsTrouble
from sync.policy.relief.affordability import assess
from sync.policy.relief.reference import NO_FIGURES, Reference, load_reference
from tests.unit.sync.policy.desk import PACK_FILE

CN = load_reference(PACK_FILE)
MOST_FEN = 10**10
# Two adults and a child in an ordinary month.
BUDGET = Budget(
    id="b1",
    case_id="c1",
    visit_id=None,
    at=datetime(2026, 9, 1, 2, tzinfo=UTC),
    by="li",
    adults=2,
    children=1,
    income={IncomeKind.PAY: 800_000, IncomeKind.OTHER: 50_001},
    costs={
        CostKind.HOUSING: 250_000,
        CostKind.FOOD: 200_000,
        CostKind.COMMUNICATIONS: 20_000,
        CostKind.PERSONAL: 80_000,
    },
    savings_fen=30_000,
    consent=True,
)


def told(**changes: Any) -> Budget:
    return replace(BUDGET, **changes)


def assessed(budget: Budget, reference: Reference = CN, demand: int = 0) -> Affordability:
    found = assess(budget, reference, demand)
    assert isinstance(found, Affordability)
    return found


def test_the_surplus_is_what_income_leaves_of_costs_and_savings() -> None:
    # 80 % of 8,500.01 yuan rounded down, less a third of 900 yuan.
    stressed = 680_000 - 30_000 - 580_000
    assert assessed(BUDGET) == Affordability(850_001, 580_000, 270_001, 270_001, stressed)


def test_a_household_may_have_no_children() -> None:
    alone = assess(told(adults=1, children=0, other_debts_fen=100_000), CN)
    assert isinstance(alone, Affordability)
    assert (alone.affordable_fen, alone.unusual) == (170_001, ("food",))


def test_a_month_that_leaves_nothing_affords_nothing() -> None:
    none = assessed(told(income={}))
    assert (none.income_fen, none.surplus_fen, none.affordable_fen) == (0, -580_000, 0)
    even = assessed(told(income={IncomeKind.PAY: 580_000}))
    assert (even.surplus_fen, even.affordable_fen) == (0, 0)


def test_other_creditors_come_first_when_our_demand_is_not_known() -> None:
    assert assessed(told(other_debts_fen=100_000)).affordable_fen == 170_001
    assert assessed(told(other_debts_fen=270_001)).affordable_fen == 0
    assert assessed(told(other_debts_fen=500_000)).affordable_fen == 0


@pytest.mark.parametrize(
    ("others", "demand", "share"),
    [
        (0, 1, 270_001),
        (100_000, 100_000, 135_000),  # a half, the odd fen stays with the customer
        (200_000, 100_000, 90_000),
        (500_000, 250_000, 90_000),
    ],
)
def test_the_surplus_is_shared_by_what_each_asks_for(others: int, demand: int, share: int) -> None:
    assert assessed(told(other_debts_fen=others), CN, demand).affordable_fen == share


@given(surplus=st.integers(1, 10**7), others=st.integers(0, 10**7))
def test_without_a_demand_the_answer_is_the_largest_that_its_own_share_covers(
    surplus: int, others: int
) -> None:
    budget = told(income={IncomeKind.PAY: surplus}, costs={}, savings_fen=0, other_debts_fen=others)
    most = assessed(budget).affordable_fen
    for asked in (most, most + 1):
        if asked:
            covered = asked * (asked + others) <= surplus * asked
            assert covered is (asked == most)


def test_stress_is_the_banks_to_set() -> None:
    calm = Reference(id="x", version="1", income_falls_percent=0)
    assert assessed(BUDGET, calm).stressed_fen == BUDGET_SURPLUS
    odd = Reference(id="x", version="1", income_falls_percent=0, irregular_quarter_fen=100)
    assert assessed(BUDGET, odd).stressed_fen == BUDGET_SURPLUS - 34
    hard = Reference(id="x", version="1", income_falls_percent=100)
    assert assessed(BUDGET, hard).stressed_fen == -580_000


BUDGET_SURPLUS = 270_001


def test_without_figures_the_income_still_falls_by_a_fifth() -> None:
    assert assessed(BUDGET, NO_FIGURES).stressed_fen == 680_000 - 580_000


def test_ordinary_lines_ask_nothing() -> None:
    assert assessed(BUDGET).unusual == ()
    assert assessed(told(costs={}), NO_FIGURES).unusual == ()


def test_lines_far_from_the_reference_ask() -> None:
    costs = BUDGET.costs | {CostKind.FOOD: 1_000, CostKind.PERSONAL: 1_000_000}
    found = assessed(told(costs=costs))
    assert found.unusual == ("food", "personal")
    assert found.affordable_fen == 0
    assert assessed(told(costs={})).unusual == ("food", "communications", "personal")


def test_the_band_ends_exactly_where_the_file_says() -> None:
    # Food for two adults and a child: 2 × 700 + 600 = 2,000 yuan; 40 % and 250 % of it.
    for food, unusual in ((80_000, ()), (79_999, ("food",)), (500_000, ()), (500_001, ("food",))):
        assert assessed(told(costs=BUDGET.costs | {CostKind.FOOD: food})).unusual == unusual


REFUSED: dict[str, tuple[Budget, str, dict[str, int | str]]] = {
    "nobody": (told(adults=0), "budget.no_adults", {}),
    "fewer than nobody": (told(adults=-1), "budget.no_adults", {}),
    "fewer children than none": (told(children=-1), "budget.household_absurd", {"most": 30}),
    "a village": (told(children=29), "budget.household_absurd", {"most": 30}),
    "income below none": (
        told(income={IncomeKind.PAY: -1}),
        "budget.negative_amount",
        {"line": "pay"},
    ),
    "absurd income": (
        told(income={IncomeKind.PENSION: MOST_FEN + 1}),
        "budget.amount_absurd",
        {"line": "pension"},
    ),
    "absurd together": (
        told(income={IncomeKind.PENSION: MOST_FEN, IncomeKind.PAY: 1}),
        "budget.amount_absurd",
        {"line": "income"},
    ),
    "cost below none": (
        told(costs={CostKind.FOOD: -1}),
        "budget.negative_amount",
        {"line": "food"},
    ),
    "absurd cost": (
        told(costs={CostKind.CARE: MOST_FEN + 1}),
        "budget.amount_absurd",
        {"line": "care"},
    ),
    "savings below none": (
        told(savings_fen=-1),
        "budget.negative_amount",
        {"line": "savings_fen"},
    ),
    "other debts below none": (
        told(other_debts_fen=-1),
        "budget.negative_amount",
        {"line": "other_debts_fen"},
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_statement_that_cannot_be_meant_is_refused(name: str) -> None:
    budget, code, params = REFUSED[name]
    assert assess(budget, CN) == TermsTrouble(code, params)


def test_a_demand_below_none_is_refused() -> None:
    assert assess(BUDGET, CN, -1) == TermsTrouble("budget.negative_amount", {"line": "demand_fen"})


def test_statements_at_the_edge_are_taken() -> None:
    assert assessed(told(income={IncomeKind.PAY: MOST_FEN})).income_fen == MOST_FEN
    assert assessed(told(adults=1, children=29)).surplus_fen == BUDGET_SURPLUS
