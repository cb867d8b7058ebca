"""The maths of repayment plans, exact to the fen: whole numbers only, half a fen goes up.

Formulas, rounding and a worked example: docs/plans.md.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sync.domain.plan_terms import Instalment, Method, PlanTerms, TermsTrouble
from sync.policy.relief.due_days import (
    YEAR_DAYS,
    days_between,
    deferral_end,
    due_days,
    interest_days,
)
from sync.policy.relief.terms import LONGEST, MOST_MONTHS, MOST_RATE_PPM, terms_trouble

PPM = 1_000_000


class _Month(NamedTuple):
    """What one month asks for besides principal, in fen; `amount` is its level part."""

    number: int
    accrued: int
    shared: int
    amount: int


def check_terms(
    terms: PlanTerms, most_months: int = MOST_MONTHS, most_rate_ppm: int = MOST_RATE_PPM
) -> TermsTrouble | None:
    """Return why no lawful schedule follows from the terms, None when one does."""
    made = reckon(terms, most_months, most_rate_ppm)
    return made if isinstance(made, TermsTrouble) else None


def schedule(terms: PlanTerms) -> tuple[Instalment, ...]:
    """Return the instalments of terms that were checked; raises ValueError with the code if not."""
    made = reckon(terms, LONGEST)
    if isinstance(made, TermsTrouble):
        raise ValueError(made.code)
    return made


def reckon(
    terms: PlanTerms, most_months: int = MOST_MONTHS, most_rate_ppm: int = MOST_RATE_PPM
) -> tuple[Instalment, ...] | TermsTrouble:
    """Return the instalments that follow from the terms, or the first reason why none can."""
    trouble = terms_trouble(terms, most_months, most_rate_ppm)
    if trouble is None:
        trouble = _step_above_plain(terms)
    return _rows(terms) if trouble is None else trouble


def total_cost(instalments: Sequence[Instalment]) -> int:
    """Return everything the customer pays, in fen."""
    return sum(one.total_fen for one in instalments)


def deferral_interest(terms: PlanTerms) -> int:
    """Return the fen added to the principal when the deferral ends: simple interest, once."""
    if terms.deferral_free:
        return 0
    days = days_between(terms.start, deferral_end(terms), terms.day_count)
    return half_up(terms.principal_fen * terms.rate_ppm * days, PPM * YEAR_DAYS[terms.day_count])


def level_fen(terms: PlanTerms, left: int, days: Sequence[int]) -> int:
    """Return the equal instalment that pays `left` fen off over periods of these days.

    Solves left·Πfᵢ = A·Σⱼ Π(k>j)fₖ with fᵢ = 1 + rate·dayᵢ/year exactly and rounds once. With equal
    periods that is the annuity P·r(1+r)ⁿ / ((1+r)ⁿ − 1), without interest P/n.
    """
    whole = PPM * YEAR_DAYS[terms.day_count]
    grown, paid, scale = left, 0, 1
    for day in days:
        factor = whole + terms.rate_ppm * day
        scale *= whole
        grown, paid = grown * factor, paid * factor + scale
    return half_up(grown, paid)


def half_up(over: int, under: int) -> int:
    """Return the quotient of two whole numbers, not negative, half a unit rounded up."""
    return (2 * over + under) // (2 * under)


def yuan(fen: int) -> str:
    """Return an amount as digits for a refusal's sentence: 1234.50."""
    return f"{fen // 100}.{fen % 100:02d}"


def _step_above_plain(terms: PlanTerms) -> TermsTrouble | None:
    """Refuse steps above the plain instalment: nothing would be left to rise to."""
    if not terms.step_months:
        return None
    capital = terms.principal_fen + deferral_interest(terms)
    overdue, fees = _shares(terms)[0]
    most = level_fen(terms, capital, interest_days(terms)) + overdue + fees
    if terms.step_fen <= most:
        return None
    return TermsTrouble("terms.step_exceeds", {"most": yuan(most)})


def _rows(terms: PlanTerms) -> tuple[Instalment, ...] | TermsTrouble:
    days, whole = interest_days(terms), PPM * YEAR_DAYS[terms.day_count]
    left, amount = terms.principal_fen + deferral_interest(terms), 0
    rows: list[Instalment] = []
    months = zip(due_days(terms.first_due, terms.months), _shares(terms), strict=True)
    for number, (due, (overdue, fees)) in enumerate(months, 1):
        if number == terms.step_months + 1:
            amount = _amount(terms, left, days[number - 1 :])
        accrued = half_up(left * terms.rate_ppm * days[number - 1], whole)
        part = _principal(terms, left, _Month(number, accrued, overdue + fees, amount))
        if isinstance(part, TermsTrouble):
            return part
        left -= part
        rows.append(Instalment(number, due, part, accrued + overdue, fees, left))
    return tuple(rows)


def _shares(terms: PlanTerms) -> list[tuple[int, int]]:
    """Return each month's part of the overdue interest and of the fees; the rest comes last."""
    overdue = _spread(terms.interest_fen - terms.waived_interest_fen, terms.months)
    fees = _spread(terms.fees_fen - terms.waived_fees_fen, terms.months)
    return list(zip(overdue, fees, strict=True))


def _spread(fen: int, months: int) -> list[int]:
    each = fen // months
    return [each] * (months - 1) + [fen - each * (months - 1)]


def _amount(terms: PlanTerms, left: int, days: Sequence[int]) -> int:
    if terms.method is Method.EQUAL_PRINCIPAL:
        return half_up(left, terms.months)
    return level_fen(terms, left, days)


def _principal(terms: PlanTerms, left: int, month: _Month) -> int | TermsTrouble:
    """Return the principal a month pays, never more than is left; the last pays all of it."""
    if month.number == terms.months:
        return left
    if month.number <= terms.step_months:
        part = terms.step_fen - month.accrued - month.shared
        if part < 0:
            least = yuan(month.accrued + month.shared)
            return TermsTrouble("terms.step_below_interest", {"least": least})
    elif terms.method is Method.EQUAL_PRINCIPAL:
        part = month.amount
    else:
        part = month.amount - month.accrued
        if part < 0:
            return TermsTrouble("terms.never_amortises", {"number": month.number})
    return min(part, left)
