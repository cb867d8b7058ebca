"""Due days and the days that bear interest: a month keeps its day, as far as it has one."""

from calendar import monthrange
from datetime import date
from itertools import pairwise

from sync.domain.plan_terms import DayCount, PlanTerms

YEAR_DAYS = {DayCount.THIRTY_360: 360, DayCount.ACTUAL_365: 365}


def month_after(day: date, months: int) -> date:
    """Return this day `months` later, the month's last day where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def due_days(first: date, count: int) -> tuple[date, ...]:
    """Return monthly due days; each is counted from the first, so that a 31st comes back."""
    return tuple(month_after(first, after) for after in range(count))


def deferral_end(terms: PlanTerms) -> date:
    """Return the day from which the instalments bear interest."""
    return month_after(terms.start, terms.deferred_months)


def days_between(begin: date, end: date, count: DayCount) -> int:
    """Return the days that bear interest; in 30/360 whole months of 30 and the actual days over."""
    if count is DayCount.ACTUAL_365:
        return (end - begin).days
    months = (end.year - begin.year) * 12 + end.month - begin.month
    if month_after(begin, months) > end:
        months -= 1
    return 30 * months + (end - month_after(begin, months)).days


def interest_days(terms: PlanTerms) -> tuple[int, ...]:
    """Return the days that bear interest up to each due day.

    In 30/360 every month after the first due day is one of 30 days, whatever the calendar says.
    """
    days = due_days(terms.first_due, terms.months)
    deferred = days_between(terms.start, deferral_end(terms), terms.day_count)
    first = days_between(terms.start, days[0], terms.day_count) - deferred
    if terms.day_count is DayCount.THIRTY_360:
        return (first, *[30] * (terms.months - 1))
    return (first, *((after - before).days for before, after in pairwise(days)))
