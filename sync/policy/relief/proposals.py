"""Ways to repay, side by side: each as short as the customer's month allows, kindest first."""

from collections.abc import Callable, Iterator
from datetime import date

import msgspec
from msgspec.structs import replace

from sync.domain.plan_terms import (
    DayCount,
    Instalment,
    Method,
    PlanKind,
    PlanTerms,
    TermsTrouble,
)
from sync.policy.relief.due_days import YEAR_DAYS, interest_days, month_after
from sync.policy.relief.repayment import PPM, check_terms, half_up, reckon, total_cost
from sync.policy.relief.terms import MOST_MONTHS, MOST_RATE_PPM

# What is proposed at first; the officer and the customer may change everything but the law.
DEFERRED = 3
STEPS = 6
YUAN = 100

# The terms of one way to repay, by its number of instalments.
type Making = Callable[[int], PlanTerms]


class Owed(msgspec.Struct, frozen=True):
    """What is owed when a plan begins, in fen, and how its product counts interest."""

    principal_fen: int
    interest_fen: int
    fees_fen: int
    rate_ppm: int
    day_count: DayCount = DayCount.THIRTY_360


class Limits(msgspec.Struct, frozen=True):
    """How far a plan may go; `longest_lawful` tells `most_months` of a product."""

    most_months: int = MOST_MONTHS
    most_rate_ppm: int = MOST_RATE_PPM


class Option(msgspec.Struct, frozen=True):
    """One way to repay; affordable when its largest instalment fits the customer's month."""

    terms: PlanTerms
    schedule: tuple[Instalment, ...]
    affordable: bool

    @property
    def largest_fen(self) -> int:
        """Return the largest instalment, in fen."""
        return max(one.total_fen for one in self.schedule)

    @property
    def total_fen(self) -> int:
        """Return all that the customer pays, in fen."""
        return total_cost(self.schedule)


class Proposals(msgspec.Struct, frozen=True):
    """The ways to repay, kindest that works first; `counselling` when none of them works."""

    options: tuple[Option, ...]
    counselling: bool


class _Reach(msgspec.Struct, frozen=True):
    """What the customer's month leaves, and what the law leaves."""

    affordable_fen: int
    limits: Limits


def options(
    owed: Owed, start: date, affordable_fen: int, limits: Limits | None = None
) -> Proposals | TermsTrouble:
    """Return the ways to repay from `start` on, first due a month later, or why there are none.

    First come those the customer can afford, the cheapest for the customer before the dearer;
    then the others, the one that comes nearest before those further off. When the month leaves
    nothing, only rest and relief are shown.
    """
    base = PlanTerms(
        owed.principal_fen,
        owed.interest_fen,
        owed.fees_fen,
        months=1,
        rate_ppm=owed.rate_ppm,
        start=start,
        first_due=month_after(start, 1),
        day_count=owed.day_count,
    )
    reach = _Reach(max(0, affordable_fen), limits or Limits())
    trouble = check_terms(base, reach.limits.most_months, reach.limits.most_rate_ppm)
    if trouble is not None:
        return trouble
    found = sorted((o for o in _ways(base, reach) if o is not None), key=_order)
    return Proposals(tuple(found), not any(o.affordable for o in found))


def _order(option: Option) -> tuple[bool, int, int]:
    total, largest = option.total_fen, option.largest_fen
    return (False, total, largest) if option.affordable else (True, largest, total)


def _ways(base: PlanTerms, reach: _Reach) -> Iterator[Option | None]:
    """Yield each way to repay, None where it cannot be or would change nothing."""
    if reach.affordable_fen:
        yield _shortest(_lasting(base), reach)
        yield _shortest(_lasting(replace(base, method=Method.EQUAL_PRINCIPAL)), reach)
        yield _shortest(_stepping(base, reach.affordable_fen), reach, STEPS + 1)
    later = month_after(base.start, DEFERRED + 1)
    rest = replace(base, kind=PlanKind.DEFERRAL, deferred_months=DEFERRED, first_due=later)
    yield _shortest(_lasting(rest), reach)
    yield _mildest(replace(base, kind=PlanKind.INTEREST_RELIEF), reach)
    yield _mildest(replace(rest, kind=PlanKind.COMBINATION, deferral_free=True), reach)


def _lasting(terms: PlanTerms) -> Making:
    return lambda months: replace(terms, months=months)


def _stepping(base: PlanTerms, affordable_fen: int) -> Making:
    """Return small instalments first: half of what is affordable, at least what must be covered."""

    def make(months: int) -> PlanTerms:
        plain = replace(base, months=months)
        longest = max(interest_days(plain)[:STEPS])
        most = base.principal_fen * base.rate_ppm * longest
        accrued = half_up(most, PPM * YEAR_DAYS[base.day_count])
        least = accrued + base.interest_fen // months + base.fees_fen // months
        step = max(affordable_fen // 2 // YUAN, -(-least // YUAN), 1) * YUAN
        return replace(plain, kind=PlanKind.STEP_UP, step_months=STEPS, step_fen=step)

    return make


def _mildest(base: PlanTerms, reach: _Reach) -> Option | None:
    """Return the smallest relief that makes the plan affordable, else the largest there is."""
    found = None
    for relief in _reliefs(base):
        option = _shortest(_lasting(relief), reach)
        if option is not None and option.affordable:
            return option
        found = option or found
    return found


def _reliefs(base: PlanTerms) -> list[PlanTerms]:
    """Return ever larger reliefs: fees, overdue interest too, half the rate, the whole rate."""
    interest, fees = base.interest_fen, base.fees_fen
    ladder = [(base.rate_ppm, 0), (base.rate_ppm, interest), (base.rate_ppm // 2, interest)]
    reliefs = [
        replace(base, rate_ppm=rate, waived_interest_fen=waived, waived_fees_fen=fees)
        for rate, waived in [*ladder, (0, interest)]
    ]
    return [one for one in dict.fromkeys(reliefs) if one != base]


def _shortest(make: Making, reach: _Reach, fewest: int = 1) -> Option | None:
    """Return the shortest affordable plan of its kind, else the longest lawful one."""
    most = reach.limits.most_months - make(fewest).deferred_months
    if most < fewest:
        return None
    for months in range(_near(make, reach, fewest, most), most + 1):
        option = _option(make(months), reach)
        if option is not None and option.affordable:
            return option
    return _option(make(most), reach)


def _near(make: Making, reach: _Reach, fewest: int, most: int) -> int:
    """Return a number of months below which no level instalment fits: it only falls with them."""
    while fewest < most:
        middle = (fewest + most) // 2
        if _level_is_too_much(make(middle), reach):
            fewest = middle + 1
        else:
            most = middle
    return fewest


def _level_is_too_much(terms: PlanTerms, reach: _Reach) -> bool:
    made = _reckoned(terms, reach.limits)
    if isinstance(made, TermsTrouble):
        return False
    return made[terms.step_months].total_fen > reach.affordable_fen


def _option(terms: PlanTerms, reach: _Reach) -> Option | None:
    made = _reckoned(terms, reach.limits)
    if isinstance(made, TermsTrouble):
        return None
    return Option(terms, made, max(o.total_fen for o in made) <= reach.affordable_fen)


def _reckoned(terms: PlanTerms, limits: Limits) -> tuple[Instalment, ...] | TermsTrouble:
    return reckon(terms, limits.most_months, limits.most_rate_ppm)
