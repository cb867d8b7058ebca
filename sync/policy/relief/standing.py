"""How an agreed plan is kept: payments are set against the oldest instalments first."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate

from sync.domain.plan_terms import Instalment, Standing

GRACE_DAYS = 10


def standing(
    schedule: Sequence[Instalment],
    payments: Sequence[tuple[date, int]],
    today: date,
    grace_days: int = GRACE_DAYS,
) -> Standing:
    """Return how the plan stands on a day, from (day, fen) payments; paid ahead is welcome.

    An instalment can be paid until its day ends, so it counts as due from the day after. The plan
    is broken while an instalment lies open that was due more than `grace_days` before today, and
    is no longer so once that is paid. Money given back is a negative payment; what came after
    today does not count.
    """
    came = sum(fen for day, fen in payments if day <= today)
    paid = max(0, came)
    sums = list(accumulate(one.total_fen for one in schedule))
    open_ones = [one for one, upto in zip(schedule, sums, strict=True) if upto > paid]
    due = sum(one.total_fen for one in schedule if one.due < today)
    missed = [one for one in open_ones if one.due < today]
    return Standing(
        paid_fen=paid,
        due_fen=due,
        behind_fen=max(0, due - paid),
        next_due=next((one.due for one in open_ones if one.due >= today), None),
        missed=tuple(one.number for one in missed),
        state=_state(open_ones, missed, today - timedelta(days=grace_days)),
    )


def _state(open_ones: Sequence[Instalment], missed: Sequence[Instalment], since: date) -> str:
    if not open_ones:
        return "paid"
    if not missed:
        return "kept"
    return "broken" if missed[0].due < since else "behind"
