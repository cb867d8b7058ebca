"""Mechanisms about people: officers, certificates, holds, the door, recording, plans."""

from collections.abc import Callable
from typing import Any

from sync.domain.situation import Act
from sync.policy.moment import Moment
from sync.policy.parameters import Parameters

type Check = Callable[[Moment], dict[str, Any] | None]
NOTHING: dict[str, Any] = {}


def workplace(params: Parameters) -> Check:
    """Speak when the visit is agreed for the customer's workplace."""

    def check(moment: Moment) -> dict[str, Any] | None:
        agreement = moment.situation.agreement
        return NOTHING if agreement is not None and agreement.place == "work" else None

    return check


def enough_officers(params: Parameters) -> Check:
    """Speak when fewer than `at_least` officers come; a plan without officers yet is not judged."""
    at_least = params.number("at_least")

    def check(moment: Moment) -> dict[str, Any] | None:
        officers = moment.situation.officers
        if officers is None and moment.act is Act.VISIT_PLAN:
            return None
        count = len(officers or ())
        return {"count": count, "at_least": at_least} if count < at_least else None

    return check


def certified(params: Parameters) -> Check:
    """Speak when an officer's certificate ends before the local date, or there is none."""

    def check(moment: Moment) -> dict[str, Any] | None:
        day = moment.day
        lacking = sum(
            o.certified_until is None or o.certified_until < day
            for o in moment.situation.officers or ()
        )
        return {"count": lacking, "day": day.isoformat()} if lacking else None

    return check


def hold(params: Parameters) -> Check:
    """Speak while any hold stands."""

    def check(moment: Moment) -> dict[str, Any] | None:
        kinds = sorted({h.kind for h in moment.situation.holds})
        return {"kinds": ", ".join(kinds)} if kinds else None

    return check


def deceased(params: Parameters) -> Check:
    """Speak when the customer has died."""
    return lambda moment: NOTHING if moment.situation.customer.deceased else None


def vulnerable(params: Parameters) -> Check:
    """Speak when the customer is marked vulnerable."""
    return lambda moment: NOTHING if moment.situation.customer.vulnerable else None


def always(params: Parameters) -> Check:
    """Speak about every such act."""
    return lambda moment: NOTHING


def plan_in_force(params: Parameters) -> Check:
    """Speak while an agreed plan is being kept."""
    return lambda moment: NOTHING if moment.situation.plan_in_force else None


def door_absent(params: Parameters) -> Check:
    """Speak when it is known who is at the door and the customer is not among them."""

    def check(moment: Moment) -> dict[str, Any] | None:
        present = moment.situation.present
        return NOTHING if present is not None and "customer" not in present else None

    return check


def door_also(params: Parameters) -> Check:
    """Speak when, besides the customer, somebody named in `who` is present."""
    who = set(params.words("who"))

    def check(moment: Moment) -> dict[str, Any] | None:
        present = moment.situation.present or ()
        return NOTHING if "customer" in present and who & set(present) else None

    return check


def recording(params: Parameters) -> Check:
    """Speak when sound is recorded and no notice was given."""

    def check(moment: Moment) -> dict[str, Any] | None:
        on = moment.situation.recording
        return NOTHING if on.on and not on.notice_given else None

    return check


def plan_longest(params: Parameters) -> Check:
    """Speak when a plan for `product` runs longer than `months`."""
    product, months = params.word("product"), params.number("months")

    def check(moment: Moment) -> dict[str, Any] | None:
        plan = moment.situation.plan
        if plan is None or plan.product != product or plan.months <= months:
            return None
        return {"months": months}

    return check


def plan_shortest(params: Parameters) -> Check:
    """Speak when a plan has fewer than `months` instalments."""
    months = params.number("months")

    def check(moment: Moment) -> dict[str, Any] | None:
        plan = moment.situation.plan
        return {"months": months} if plan is not None and plan.months < months else None

    return check
