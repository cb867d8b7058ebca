"""What a repayment plan says: its terms, the instalments that follow from them, who can afford it.

Money is integer fen, yearly rates are integer millionths (36 % = 360 000). The maths is in
`sync.policy.relief.repayment` and `sync.policy.relief.affordability`; these are only its words.
"""

from datetime import date
from enum import StrEnum

import msgspec


class PlanKind(StrEnum):
    """The kinds of relief a plan gives."""

    INSTALMENTS = "instalments"
    DEFERRAL = "deferral"
    INTEREST_RELIEF = "interest_relief"
    STEP_UP = "step_up"
    COMBINATION = "combination"


class Method(StrEnum):
    """How instalments are reckoned."""

    EQUAL_INSTALMENT = "equal_instalment"  # 等额本息
    EQUAL_PRINCIPAL = "equal_principal"  # 等额本金


class DayCount(StrEnum):
    """How interest is counted between two due dates."""

    THIRTY_360 = "30/360"
    ACTUAL_365 = "actual/365"


class PlanTerms(msgspec.Struct, frozen=True):
    """Everything a schedule follows from.

    `months` is the number of instalments. During `deferred_months` before the first of them nothing
    is due; interest of that time is added to the principal unless `deferral_free`. `waived_*` is
    taken off what was owed before the plan began. The first `step_months` instalments are
    `step_fen` each, the others carry the rest; 0 = no step.
    """

    principal_fen: int
    interest_fen: int
    fees_fen: int
    months: int
    rate_ppm: int
    start: date
    first_due: date
    kind: PlanKind = PlanKind.INSTALMENTS
    method: Method = Method.EQUAL_INSTALMENT
    day_count: DayCount = DayCount.THIRTY_360
    deferred_months: int = 0
    deferral_free: bool = False
    waived_interest_fen: int = 0
    waived_fees_fen: int = 0
    step_months: int = 0
    step_fen: int = 0


class Instalment(msgspec.Struct, frozen=True):
    """One payment of a schedule; `left_fen` is the principal still owed after it."""

    number: int
    due: date
    principal_fen: int
    interest_fen: int
    fees_fen: int
    left_fen: int

    @property
    def total_fen(self) -> int:
        """Return what is paid on the day, in fen."""
        return self.principal_fen + self.interest_fen + self.fees_fen


class Affordability(msgspec.Struct, frozen=True):
    """What a month leaves, in fen; `stressed_fen` is the same with the income a fifth lower.

    `surplus_fen` may be negative. `affordable_fen` is the largest instalment for this creditor,
    never negative. `unusual` names the lines that lie far from the reference figures: they ask,
    they never block.
    """

    income_fen: int
    costs_fen: int
    surplus_fen: int
    affordable_fen: int
    stressed_fen: int
    unusual: tuple[str, ...] = ()


class TermsTrouble(msgspec.Struct, frozen=True):
    """Why no schedule can be made, or no month be judged: a code with its values."""

    code: str
    params: dict[str, int | str] = {}


class Standing(msgspec.Struct, frozen=True):
    """How a plan is kept on a day: what was due so far, what came, what is missing, in fen."""

    paid_fen: int
    due_fen: int
    behind_fen: int
    next_due: date | None
    missed: tuple[int, ...]
    state: str  # kept, behind, broken or paid
