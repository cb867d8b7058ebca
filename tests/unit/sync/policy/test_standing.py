"""How a plan is kept: early, late, in parts, by somebody who pays ahead, and to the day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.domain.plan_terms import Standing
from sync.policy.relief.repayment import schedule
from sync.policy.relief.standing import GRACE_DAYS, standing
from tests.unit.sync.policy.ledger import bent

# Three instalments of 100.00 yuan on 15 February, March and April.
ROWS = schedule(bent(principal_fen=30_000, interest_fen=0, fees_fen=0, months=3, rate_ppm=0))
FEB, MAR, APR = (one.due for one in ROWS)
DAY = timedelta(days=1)


def stands(today: date, *payments: tuple[date, int], grace: int = 5) -> Standing:
    return standing(ROWS, payments, today, grace)


def test_before_anything_is_due_the_plan_is_kept() -> None:
    assert stands(date(2026, 1, 20)) == Standing(0, 0, 0, FEB, (), "kept")


def test_the_due_day_itself_is_still_in_time() -> None:
    assert stands(FEB) == Standing(0, 0, 0, FEB, (), "kept")
    assert stands(FEB + DAY) == Standing(0, 10_000, 10_000, MAR, (1,), "behind")


@pytest.mark.parametrize(
    ("days", "state"), [(0, "kept"), (1, "behind"), (5, "behind"), (6, "broken"), (400, "broken")]
)
def test_a_plan_breaks_only_when_the_grace_has_passed(days: int, state: str) -> None:
    assert stands(FEB + days * DAY).state == state


def test_without_grace_it_breaks_the_day_after() -> None:
    assert [stands(FEB + n * DAY, grace=0).state for n in (0, 1)] == ["kept", "broken"]


def test_the_usual_grace_is_the_house_figure() -> None:
    assert standing(ROWS, [], FEB + GRACE_DAYS * DAY).state == "behind"
    assert standing(ROWS, [], FEB + (GRACE_DAYS + 1) * DAY).state == "broken"


def test_a_part_is_not_enough_and_the_rest_heals_it() -> None:
    part, rest = (FEB, 9_999), (FEB + 20 * DAY, 1)
    assert stands(FEB + DAY, part) == Standing(9_999, 10_000, 1, MAR, (1,), "behind")
    assert stands(FEB + 10 * DAY, part).state == "broken"
    assert stands(FEB + 20 * DAY, part, rest) == Standing(10_000, 10_000, 0, MAR, (), "kept")


def test_payments_go_to_the_oldest_first() -> None:
    late = stands(APR + DAY, (APR, 15_000))
    assert late == Standing(15_000, 30_000, 15_000, None, (2, 3), "broken")


def test_paying_ahead_is_remembered() -> None:
    early = stands(date(2026, 1, 20), (date(2026, 1, 16), 15_000))
    assert early == Standing(15_000, 0, 0, MAR, (), "kept")
    assert stands(MAR + DAY, (date(2026, 1, 16), 15_000)).missed == (2,)


def test_all_paid_is_paid_whenever_it_came() -> None:
    assert stands(date(2026, 1, 20), (date(2026, 1, 20), 30_000)) == Standing(
        30_000, 0, 0, None, (), "paid"
    )
    assert stands(APR + 50 * DAY, (APR + 50 * DAY, 30_001)).state == "paid"
    assert stands(APR + 50 * DAY, (FEB, 29_999)).missed == (3,)


def test_what_comes_later_does_not_count_yet() -> None:
    assert stands(FEB + DAY, (FEB + 2 * DAY, 10_000)).behind_fen == 10_000


def test_money_given_back_counts_against_what_came() -> None:
    returned = [(FEB, 10_000), (FEB + 3 * DAY, -10_000)]
    assert stands(FEB + 2 * DAY, *returned).state == "kept"
    assert stands(FEB + 3 * DAY, *returned) == Standing(0, 10_000, 10_000, MAR, (1,), "behind")
    assert stands(FEB + 3 * DAY, returned[1]).paid_fen == 0


def test_instalments_of_nothing_are_never_missed() -> None:
    tiny = schedule(bent(principal_fen=2, interest_fen=0, fees_fen=0, months=4, rate_ppm=0))
    assert [one.total_fen for one in tiny] == [1, 1, 0, 0]
    assert standing(tiny, [(FEB, 2)], date(2027, 1, 1)).state == "paid"


@given(
    payments=st.lists(
        st.tuples(st.dates(date(2026, 1, 1), date(2026, 6, 1)), st.integers(1, 12_000)), max_size=6
    ),
    today=st.dates(date(2026, 1, 1), date(2026, 6, 1)),
    grace=st.integers(0, 40),
)
def test_standing_agrees_with_itself(
    payments: list[tuple[date, int]], today: date, grace: int
) -> None:
    found = stands(today, *payments, grace=grace)
    assert found == stands(today, *reversed(payments), grace=grace)
    assert found.behind_fen == max(0, found.due_fen - found.paid_fen)
    assert (found.state == "paid") == (found.paid_fen >= 30_000)
    assert bool(found.missed) == (found.state in ("behind", "broken")) == bool(found.behind_fen)
    more = stands(today, *payments, (today, 5_000), grace=grace)
    order = ["broken", "behind", "kept", "paid"]
    assert order.index(more.state) >= order.index(found.state)
    assert found.next_due is None or found.next_due >= today
