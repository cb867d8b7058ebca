"""Demo and tour play on days on which people work: on others nobody is visited."""

from datetime import UTC, date, datetime

import pytest

from tools import demo
from tools.tour import __main__ as tour


@pytest.mark.parametrize(
    ("today", "planned"),
    [
        ("2026-11-27", ["2026-11-27", "2026-11-30"]),
        ("2026-11-28", ["2026-11-30", "2026-12-01"]),
        ("2026-10-01", ["2026-10-08", "2026-10-09"]),
        ("2026-02-14", ["2026-02-14", "2026-02-24"]),  # a Saturday worked for the Spring Festival
    ],
)
def test_the_demo_plans_working_days(today: str, planned: list[str]) -> None:
    assert demo.working_days(date.fromisoformat(today)) == list(map(date.fromisoformat, planned))


@pytest.mark.parametrize(
    ("now", "days"),
    [
        ("2026-11-26", ["2026-12-01", "2026-12-03"]),
        ("2026-09-28", ["2026-10-13", "2026-10-15"]),
    ],
)
def test_the_tour_plays_on_working_days(now: str, days: list[str]) -> None:
    first, then = tour.working_days(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert [str(first.date()), str(then.date())] == days
