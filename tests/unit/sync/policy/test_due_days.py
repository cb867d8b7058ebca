"""Due days keep their day of the month; the days between them are counted as the product says."""

from datetime import date

import pytest

from sync.domain.plan_terms import DayCount
from sync.policy.relief.due_days import days_between, due_days, interest_days, month_after
from tests.unit.sync.policy.ledger import bent

THIRTY, ACTUAL = DayCount.THIRTY_360, DayCount.ACTUAL_365


def test_the_31st_is_the_last_day_of_shorter_months_and_comes_back() -> None:
    assert due_days(date(2027, 1, 31), 5) == (
        date(2027, 1, 31),
        date(2027, 2, 28),
        date(2027, 3, 31),
        date(2027, 4, 30),
        date(2027, 5, 31),
    )


def test_february_has_29_days_in_leap_years_only() -> None:
    assert [d.day for d in due_days(date(2028, 1, 30), 3)] == [30, 29, 30]
    assert month_after(date(2028, 2, 29), 12) == date(2029, 2, 28)
    assert month_after(date(2028, 2, 29), 48) == date(2032, 2, 29)
    assert month_after(date(2096, 2, 29), 48) == date(2100, 2, 28)


def test_a_month_goes_over_the_end_of_the_year() -> None:
    assert month_after(date(2026, 12, 5), 1) == date(2027, 1, 5)
    assert month_after(date(2026, 1, 5), 11) == date(2026, 12, 5)
    assert month_after(date(2026, 1, 5), 0) == date(2026, 1, 5)


@pytest.mark.parametrize(
    ("begin", "end", "thirty", "actual"),
    [
        ("2026-01-15", "2026-01-15", 0, 0),
        ("2026-01-15", "2026-02-14", 30, 30),
        ("2026-01-15", "2026-02-15", 30, 31),
        ("2026-01-15", "2026-02-16", 31, 32),
        ("2026-01-31", "2026-02-27", 27, 27),
        ("2026-01-31", "2026-02-28", 30, 28),
        ("2026-01-31", "2026-03-01", 31, 29),
        ("2026-01-31", "2026-03-31", 60, 59),
        ("2028-01-31", "2028-02-29", 30, 29),
        ("2028-02-29", "2029-02-28", 360, 365),
        ("2025-12-10", "2026-12-09", 359, 364),
    ],
)
def test_days_are_counted_by_whole_months_or_by_the_calendar(
    begin: str, end: str, thirty: int, actual: int
) -> None:
    first, last = date.fromisoformat(begin), date.fromisoformat(end)
    assert days_between(first, last, THIRTY) == thirty
    assert days_between(first, last, ACTUAL) == actual


def test_months_after_the_first_due_day_bear_thirty_days_or_their_own() -> None:
    plain = bent(start=date(2026, 1, 10), first_due=date(2026, 1, 31), months=4)
    assert interest_days(plain) == (21, 30, 30, 30)
    by_calendar = bent(
        start=date(2026, 1, 10), first_due=date(2026, 1, 31), months=4, day_count=ACTUAL
    )
    assert interest_days(by_calendar) == (21, 28, 31, 30)


def test_the_first_period_begins_when_the_deferral_ends() -> None:
    deferred = bent(start=date(2026, 1, 31), first_due=date(2026, 5, 31), deferred_months=3)
    assert interest_days(deferred)[0] == 30
    at_once = bent(start=date(2026, 1, 31), first_due=date(2026, 4, 30), deferred_months=3)
    assert interest_days(at_once)[0] == 0
    by_calendar = bent(
        start=date(2026, 1, 31),
        first_due=date(2026, 5, 31),
        deferred_months=3,
        day_count=ACTUAL,
    )
    assert interest_days(by_calendar)[0] == 31
