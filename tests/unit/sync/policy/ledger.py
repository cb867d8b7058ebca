"""Repayment once more, slowly and by another road: fractions, dates found by trying.

Shares no code with the product. A plan is paid off when its payments, discounted to the day the
interest begins, are worth what was owed; that gives the equal instalment.
"""

import math
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from sync.domain.plan_terms import DayCount, Method, PlanTerms

# 12,000 yuan at 18 %, with 350 of overdue interest and 100 of fees, in twelve instalments.
TERMS = PlanTerms(
    principal_fen=1_200_000,
    interest_fen=35_000,
    fees_fen=10_000,
    months=12,
    rate_ppm=180_000,
    start=date(2026, 1, 15),
    first_due=date(2026, 2, 15),
)

type Row = tuple[int, date, int, int, int, int]


def bent(**changes: Any) -> PlanTerms:
    """Return the plain terms with one thing changed."""
    return replace(TERMS, **changes)


def whole(value: Fraction) -> int:
    """Round to whole fen, half a fen up."""
    return math.floor(value + Fraction(1, 2))


def later(day: date, months: int) -> date:
    """Go on month by month, then back to the last day that there is."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    for number in range(day.day, 0, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError


def rates(terms: PlanTerms) -> list[Fraction]:
    """Return what one fen bears in each period."""
    yearly = Fraction(terms.rate_ppm, 1_000_000)
    dues = [later(terms.first_due, n) for n in range(terms.months)]
    if terms.day_count is DayCount.ACTUAL_365:
        begins = [later(terms.start, terms.deferred_months), *dues]
        spans = zip(begins, dues, strict=False)
        return [yearly * (due - begin).days / 365 for begin, due in spans]
    full = max(n for n in range(400) if later(terms.start, n) <= dues[0])
    over = (dues[0] - later(terms.start, full)).days
    first = 30 * (full - terms.deferred_months) + over
    return [yearly * first / 360] + [yearly / 12] * (terms.months - 1)


def deferral(terms: PlanTerms) -> int:
    if terms.deferral_free:
        return 0
    share = Fraction(terms.deferred_months, 12)
    if terms.day_count is DayCount.ACTUAL_365:
        share = Fraction((later(terms.start, terms.deferred_months) - terms.start).days, 365)
    return whole(terms.principal_fen * Fraction(terms.rate_ppm, 1_000_000) * share)


def level(left: int, periods: list[Fraction]) -> int:
    """Return the payment whose discounted values together are what is left."""
    worth, discount = Fraction(0), Fraction(1)
    for rate in periods:
        discount /= 1 + rate
        worth += discount
    return whole(left / worth)


def shares(total: int, months: int) -> list[int]:
    """Hand the sum out evenly; what cannot be shared evenly comes last."""
    handed = [total // months for _ in range(months)]
    handed[-1] += total % months
    return handed


def ledger(terms: PlanTerms) -> list[Row] | str:
    """Return the rows of the schedule, or the code that refuses them."""
    periods = rates(terms)
    left = terms.principal_fen + deferral(terms)
    overdue = shares(terms.interest_fen - terms.waived_interest_fen, terms.months)
    fees = shares(terms.fees_fen - terms.waived_fees_fen, terms.months)
    if terms.step_months and terms.step_fen > level(left, periods) + overdue[0] + fees[0]:
        return "terms.step_exceeds"
    rows: list[Row] = []
    equal = Fraction(left, terms.months)
    paying = 0
    for at, rate in enumerate(periods):
        accrued = whole(left * rate)
        if at == terms.step_months:
            paying = level(left, periods[at:])
        if at == terms.months - 1:
            part = left
        elif at < terms.step_months:
            part = terms.step_fen - accrued - overdue[at] - fees[at]
        elif terms.method is Method.EQUAL_PRINCIPAL:
            part = whole(equal)
        else:
            part = paying - accrued
        if part < 0:
            stepping = at < terms.step_months
            return "terms.step_below_interest" if stepping else "terms.never_amortises"
        part = min(part, left)
        left -= part
        rows.append(
            (at + 1, later(terms.first_due, at), part, accrued + overdue[at], fees[at], left)
        )
    return rows


def growth(terms: PlanTerms) -> Iterator[Fraction]:
    """Yield, for each instalment, what a fen mislaid in it has become when the last one is due."""
    grown = Fraction(1)
    for rate in reversed(rates(terms)):
        yield grown
        grown *= 1 + rate


@st.composite
def lawful_terms(draw: st.DrawFn, *, steps: bool = True) -> PlanTerms:
    """Draw terms of every shape that pass the first look; some may still not amortise."""
    months = draw(st.integers(1, 60))
    deferred = draw(st.integers(0, min(12, 60 - months)))
    start = draw(st.dates(date(2024, 1, 1), date(2032, 12, 31)))
    begin = later(start, deferred)
    most_days = (later(begin, 2) - begin).days
    interest, fees = draw(st.integers(0, 10**7)), draw(st.integers(0, 10**6))
    terms = PlanTerms(
        principal_fen=draw(st.integers(1, 200) | st.integers(1, 10**9)),
        interest_fen=interest,
        fees_fen=fees,
        months=months,
        rate_ppm=draw(st.sampled_from([0, 1, 180_000, 360_000]) | st.integers(0, 360_000)),
        start=start,
        first_due=begin + timedelta(days=draw(st.integers(0, most_days))),
        method=draw(st.sampled_from(Method)),
        day_count=draw(st.sampled_from(DayCount)),
        deferred_months=deferred,
        deferral_free=draw(st.booleans()),
        waived_interest_fen=draw(st.integers(0, interest)),
        waived_fees_fen=draw(st.integers(0, fees)),
    )
    if not steps or months < 2 or draw(st.booleans()):
        return terms
    count = draw(st.integers(1, months - 1))
    plain = (terms.principal_fen + interest + fees) // months
    step = draw(st.integers(1, 2 * plain + 2))
    return replace(terms, method=Method.EQUAL_INSTALMENT, step_months=count, step_fen=step)
