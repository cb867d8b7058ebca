"""What a household's month leaves, and which part of it this bank may ask for.

After the UK's Standard Financial Statement: what must be paid comes first, then a little saving;
what is left is shared with the other creditors in proportion to what each asks for.
"""

from collections.abc import Iterator

from sync.domain.budget import Budget
from sync.domain.plan_terms import Affordability, TermsTrouble
from sync.policy.relief.reference import Reference, unusual_lines

# A hundred million yuan a month, and a household that fills a house: beyond is a slip of the hand.
MOST_FEN = 10**10
MOST_PEOPLE = 30


def assess(
    budget: Budget, reference: Reference, demand_fen: int = 0
) -> Affordability | TermsTrouble:
    """Return what the month leaves, or why that cannot be said.

    `demand_fen` is what this bank asks for in a month today. With it the surplus S is shared in
    proportion, S × demand / (demand + others), rounded down. Without it (0) the answer is the
    largest instalment x that its own share covers, x = S × x / (x + others), which is S - others.
    """
    trouble = budget_trouble(budget, demand_fen)
    if trouble is not None:
        return trouble
    income = sum(budget.income.values())
    costs = sum(budget.costs.values()) + budget.savings_fen
    return Affordability(
        income_fen=income,
        costs_fen=costs,
        surplus_fen=income - costs,
        affordable_fen=_share(income - costs, demand_fen, budget.other_debts_fen),
        stressed_fen=_stressed_income(income, reference) - costs,
        unusual=unusual_lines(budget, reference),
    )


def budget_trouble(budget: Budget, demand_fen: int = 0) -> TermsTrouble | None:
    """Return the first thing in the statement that cannot be meant, None when all can."""
    return next(_troubles(budget, demand_fen), None)


def _troubles(budget: Budget, demand_fen: int) -> Iterator[TermsTrouble]:
    if budget.adults < 1:
        yield TermsTrouble("budget.no_adults")
    if budget.children < 0 or budget.adults + budget.children > MOST_PEOPLE:
        yield TermsTrouble("budget.household_absurd", {"most": MOST_PEOPLE})
    lines = {str(kind): fen for kind, fen in (*budget.income.items(), *budget.costs.items())}
    lines |= {
        "savings_fen": budget.savings_fen,
        "other_debts_fen": budget.other_debts_fen,
        "demand_fen": demand_fen,
    }
    for line, fen in lines.items():
        if fen < 0:
            yield TermsTrouble("budget.negative_amount", {"line": line})
        if fen > MOST_FEN:
            yield TermsTrouble("budget.amount_absurd", {"line": line})
    if sum(budget.income.values()) > MOST_FEN:
        yield TermsTrouble("budget.amount_absurd", {"line": "income"})


def _share(surplus: int, demand: int, others: int) -> int:
    if surplus <= 0:
        return 0
    if demand:
        return surplus * demand // (demand + others)
    return max(0, surplus - others)


def _stressed_income(income: int, reference: Reference) -> int:
    """Return the lower income less a month's part of the irregular cost, both rounded carefully."""
    kept = income * (100 - reference.income_falls_percent) // 100
    return kept - -(-reference.irregular_quarter_fen // 3)
