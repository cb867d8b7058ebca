"""A household's month: what comes in, what must go out, what the customer agreed to tell.

Lines are those of the UK's Standard Financial Statement, with the names a Chinese household uses.
"""

from datetime import datetime
from enum import StrEnum

import msgspec

from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.time import Between
from sync.domain.vocabulary import FactFlag


class IncomeKind(StrEnum):
    """Where money comes from."""

    PAY = "pay"
    SELF_EMPLOYMENT = "self_employment"
    PENSION = "pension"
    BENEFITS = "benefits"
    FAMILY_SUPPORT = "family_support"
    OTHER = "other"


class CostKind(StrEnum):
    """What a month costs; the first group is fixed, the second can be lowered."""

    HOUSING = "housing"
    UTILITIES = "utilities"
    INSURANCE = "insurance"
    CHILDCARE = "childcare"
    CARE = "care"
    TRANSPORT = "transport"
    SCHOOL = "school"
    HEALTH = "health"
    PRIORITY_DEBTS = "priority_debts"
    FOOD = "food"
    COMMUNICATIONS = "communications"
    PERSONAL = "personal"


FLEXIBLE = frozenset({CostKind.FOOD, CostKind.COMMUNICATIONS, CostKind.PERSONAL})


class Budget(msgspec.Struct, frozen=True, tag="budget", tag_field="kind"):
    """One statement of income and expenditure, a month, in fen; a fact.

    `other_debts_fen` is what all other creditors without priority ask for in a month: the surplus
    is shared with them in proportion. Kept only with the customer's consent.
    """

    id: RecordId
    case_id: CaseId
    visit_id: RecordId | None
    at: datetime
    by: OfficerId
    adults: int
    children: int
    income: dict[IncomeKind, int]
    costs: dict[CostKind, int]
    savings_fen: int = 0
    other_debts_fen: int = 0
    consent: bool = False
    words: str = ""
    flags: tuple[FactFlag, ...] = ()
    between: Between | None = None
