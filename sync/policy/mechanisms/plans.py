"""Mechanisms about repayment plans: how long, how dear, affordable, agreed in which form."""

from typing import Any

from sync.domain.situation import ProposedPlan
from sync.policy.mechanisms.mechanism import ANY, NOTHING, Check, Mechanism, Stricter
from sync.policy.moment import Moment
from sync.policy.packs.parameters import Parameters

PPM_A_PERCENT = 10_000


def plan_in_force(params: Parameters) -> Check:
    """Speak while an agreed plan is being kept."""
    return lambda moment: NOTHING if moment.situation.plan_in_force else None


def plan_longest(params: Parameters) -> Check:
    """Speak when a plan for `product` ("any" = each) runs longer than `months`."""
    product, months = params.word("product"), params.number("months")

    def check(moment: Moment) -> dict[str, Any] | None:
        plan = _plan_for(moment, product)
        return {"months": months} if plan is not None and plan.months > months else None

    return check


def plan_shortest(params: Parameters) -> Check:
    """Speak when a plan has fewer than `months` instalments."""
    months = params.number("months")

    def check(moment: Moment) -> dict[str, Any] | None:
        plan = moment.situation.plan
        return {"months": months} if plan is not None and plan.months < months else None

    return check


def plan_dearest(params: Parameters) -> Check:
    """Speak when a plan for `product` ("any" = each) costs more than `rate_ppm` a year."""
    product, most = params.word("product"), params.number("rate_ppm")
    words = {"percent": f"{most / PPM_A_PERCENT:g}"}

    def check(moment: Moment) -> dict[str, Any] | None:
        plan = _plan_for(moment, product)
        return words if plan is not None and (plan.rate_ppm or 0) > most else None

    return check


def plan_unaffordable(params: Parameters) -> Check:
    """Speak when it is known that the customer cannot afford the plan."""

    def check(moment: Moment) -> dict[str, Any] | None:
        plan = moment.situation.plan
        return NOTHING if plan is not None and plan.affordable is False else None

    return check


def plan_unproven(params: Parameters) -> Check:
    """Speak when a plan is agreed by word alone and nothing is recorded."""

    def check(moment: Moment) -> dict[str, Any] | None:
        plan = moment.situation.plan
        return NOTHING if plan is not None and plan.written is False and not plan.recorded else None

    return check


def _plan_for(moment: Moment, product: str) -> ProposedPlan | None:
    plan = moment.situation.plan
    return plan if plan is not None and product in (ANY, plan.product) else None


MECHANISMS = (
    Mechanism(plan_in_force, case_wide=True),
    Mechanism(
        plan_longest,
        {"product": Stricter.NEITHER, "months": Stricter.LESS},
        frozenset({"months"}),
    ),
    Mechanism(plan_shortest, {"months": Stricter.MORE}, frozenset({"months"})),
    Mechanism(
        plan_dearest,
        {"product": Stricter.NEITHER, "rate_ppm": Stricter.LESS},
        frozenset({"percent"}),
    ),
    Mechanism(plan_unaffordable),
    Mechanism(plan_unproven),
)
