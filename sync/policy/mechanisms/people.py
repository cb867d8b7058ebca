"""Mechanisms about the people: officers, the customer's state, third parties, the workplace."""

from typing import Any

from sync.domain.situation import Act, CustomerState
from sync.policy.mechanisms.contacts import in_ward
from sync.policy.mechanisms.mechanism import NOTHING, Check, Mechanism, Stricter
from sync.policy.moment import Moment
from sync.policy.packs.parameters import Parameters

STATES = CustomerState.__struct_fields__


def always(params: Parameters) -> Check:
    """Speak about every such act."""
    return lambda moment: NOTHING


def workplace(params: Parameters) -> Check:
    """Speak when the visit is agreed for the customer's workplace."""

    def check(moment: Moment) -> dict[str, Any] | None:
        agreement = moment.situation.agreement
        return NOTHING if agreement is not None and agreement.place == "work" else None

    return check


def workplace_forbidden(params: Parameters) -> Check:
    """Speak when a visit is agreed for a workplace whose employer forbids it."""

    def check(moment: Moment) -> dict[str, Any] | None:
        agreement = moment.situation.agreement
        at_work = agreement is not None and agreement.place == "work"
        return NOTHING if at_work and moment.situation.workplace_forbidden else None

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


def deceased(params: Parameters) -> Check:
    """Speak when the customer has died."""
    return lambda moment: NOTHING if moment.situation.customer.deceased else None


def vulnerable(params: Parameters) -> Check:
    """Speak when the customer is marked vulnerable."""
    return lambda moment: NOTHING if moment.situation.customer.vulnerable else None


def customer_is(params: Parameters) -> Check:
    """Speak when the customer is in one of the `states`."""
    states = params.words("states", STATES)

    def check(moment: Moment) -> dict[str, Any] | None:
        customer = moment.situation.customer
        met = [state for state in states if getattr(customer, state)]
        return {"states": ", ".join(met)} if met else None

    return check


def third_party(params: Parameters) -> Check:
    """Speak when the person is none of `parties`; a guardian is one only of a ward."""
    parties = params.words("parties", ("co_borrower", "guardian", "guarantor"))

    def check(moment: Moment) -> dict[str, Any] | None:
        other = moment.situation.third_party
        if other is None or other.who not in parties:
            return NOTHING
        return NOTHING if other.who == "guardian" and not in_ward(moment.situation) else None

    return check


def third_party_terms(params: Parameters) -> Check:
    """Speak unless the contact has one of `purposes`, is among the first `limit`, and no more."""
    purposes = params.words("purposes")
    limit = params.number("limit")

    def check(moment: Moment) -> dict[str, Any] | None:
        other = moment.situation.third_party
        if other is None or other.purpose not in purposes:
            return {"why": "purpose"}
        if other.debt_mentioned:
            return {"why": "debt_mentioned"}
        return {"why": "contacted_before"} if other.earlier >= limit else None

    return check


MECHANISMS = (
    Mechanism(always),
    Mechanism(workplace),
    Mechanism(workplace_forbidden),
    Mechanism(enough_officers, {"at_least": Stricter.MORE}, frozenset({"count", "at_least"})),
    Mechanism(certified, spoken=frozenset({"count", "day"})),
    Mechanism(deceased, case_wide=True),
    Mechanism(vulnerable, case_wide=True),
    Mechanism(customer_is, {"states": Stricter.WIDER}, frozenset({"states"}), case_wide=True),
    Mechanism(third_party, {"parties": Stricter.NARROWER}),
    Mechanism(
        third_party_terms,
        {"purposes": Stricter.NARROWER, "limit": Stricter.LESS},
        frozenset({"why"}),
    ),
)
