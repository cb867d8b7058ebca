"""Looks at a plan's terms before any number is made: what cannot be meant is refused by name."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import chain

from sync.domain.plan_terms import Method, PlanTerms, TermsTrouble
from sync.policy.packs.pack import Pack
from sync.policy.relief.due_days import deferral_end, month_after

MOST_MONTHS = 60
MOST_RATE_PPM = 360_000
# Whatever a product allows: the thirty years of a mortgage, and no longer rest than a year.
LONGEST = 360
MOST_DEFERRED = 12
# How long the first instalment may be away when nothing is deferred.
FIRST_WITHIN_MONTHS = 2
MOST_FEN = 10**12
YEARS = range(1990, 2101)
AMOUNTS = (
    "principal_fen",
    "interest_fen",
    "fees_fen",
    "waived_interest_fen",
    "waived_fees_fen",
    "step_fen",
)


def longest_lawful(pack: Pack, product: str, on: date) -> int:
    """Return how many months a plan may run by the pack; 60 where it says nothing."""
    said = [
        int(rule.params["months"])
        for rule in pack.rules
        if rule.kind == "plan_longest" and rule.params["product"] in (product, "any")
        if rule.in_force_on(on)
    ]
    return min(said, default=MOST_MONTHS)


def terms_trouble(terms: PlanTerms, most_months: int, most_rate_ppm: int) -> TermsTrouble | None:
    """Return the first thing wrong with the terms themselves, None when they can be reckoned with.

    `most_months` holds for deferral and instalments together and never above 360. What only
    shows in the months themselves (a step below the interest) is found by the reckoning.
    """
    most = min(most_months, LONGEST)
    counts = _counts(terms, most, most_rate_ppm)
    return next(chain(counts, _sums(terms), _days(terms, most), _steps(terms)), None)


def _counts(terms: PlanTerms, most: int, most_rate_ppm: int) -> Iterator[TermsTrouble]:
    if terms.months < 1:
        yield TermsTrouble("terms.no_months")
    if not 0 <= terms.deferred_months <= MOST_DEFERRED:
        yield TermsTrouble("terms.deferral_out_of_range", {"most": MOST_DEFERRED})
    if terms.months + terms.deferred_months > most:
        yield TermsTrouble("terms.too_many_months", {"most": most})
    if not 0 <= terms.rate_ppm <= most_rate_ppm:
        yield TermsTrouble(
            "terms.rate_out_of_range", {"most": str(Decimal(most_rate_ppm) / 10_000)}
        )


def _sums(terms: PlanTerms) -> Iterator[TermsTrouble]:
    for name in AMOUNTS:
        if getattr(terms, name) < 0:
            yield TermsTrouble("terms.negative_amount", {"field": name})
    owed = terms.principal_fen + terms.interest_fen + terms.fees_fen
    if owed > MOST_FEN:
        yield TermsTrouble("terms.sum_absurd")
    if terms.waived_interest_fen > terms.interest_fen or terms.waived_fees_fen > terms.fees_fen:
        yield TermsTrouble("terms.waived_too_much")
    if owed == terms.waived_interest_fen + terms.waived_fees_fen:
        yield TermsTrouble("terms.nothing_owed")


def _days(terms: PlanTerms, most: int) -> Iterator[TermsTrouble]:
    if terms.start.year not in YEARS or terms.first_due.year not in YEARS:
        yield TermsTrouble("terms.year_absurd")
    if terms.first_due < terms.start:
        yield TermsTrouble("terms.first_due_before_start")
    begin = deferral_end(terms)
    if terms.first_due < begin:
        yield TermsTrouble("terms.first_due_in_deferral")
    if terms.first_due > month_after(begin, FIRST_WITHIN_MONTHS):
        yield TermsTrouble("terms.first_due_late", {"most": FIRST_WITHIN_MONTHS})
    if month_after(terms.first_due, terms.months - 1) > month_after(terms.start, most):
        yield TermsTrouble("terms.too_many_months", {"most": most})


def _steps(terms: PlanTerms) -> Iterator[TermsTrouble]:
    if terms.step_months < 0 or bool(terms.step_months) != bool(terms.step_fen):
        yield TermsTrouble("terms.step_incomplete")
    if terms.step_months >= terms.months:
        yield TermsTrouble("terms.step_too_long")
    if terms.step_months and terms.method is Method.EQUAL_PRINCIPAL:
        yield TermsTrouble("terms.step_needs_equal_instalments")
