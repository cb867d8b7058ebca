"""What leads do: assign, lay and lift holds, publish routes."""

from datetime import date, timedelta

import msgspec
import pytest

from sync.domain.commands import AssignCase, LiftHold, PlaceHold, PublishRoutes
from sync.domain.day_routes import DayRoute, route_id_of
from sync.domain.decide import decide
from sync.domain.outcome import Applied, Conflict, Gone, Refused
from sync.domain.records import Case, Hold, Route, Stop, Versioned
from sync.domain.situation import Act
from sync.domain.vocabulary import AppointmentState, HoldKind
from tests.unit.sync.domain.town import (
    COMPLIANCE,
    HOUR,
    LEAD,
    LI,
    NOW,
    OTHER_LEAD,
    STRANGER,
    TEN,
    WANG,
    Rules,
    appointment,
    case,
    code,
    person,
    question,
)

DAY = TEN.date()
PLACE = PlaceHold("h1", "c1", HoldKind.ILLNESS, "住院", NOW)
STANDING = Hold("h1", "c1", HoldKind.COMPLAINT, "li", NOW)


def lift(**other: object) -> LiftHold:
    values = {"hold_id": "h1", "case_id": "c1", "base_rev": 1, "reason": " 已答复 ", "at": NOW}
    return LiftHold(**values | other)


def assign(**other: object) -> AssignCase:
    values = {"case_id": "c1", "base_rev": 1, "officer_id": "wang", "second_id": "li"} | other
    return AssignCase(**values)


def publish(*stops: Stop, **other: object) -> PublishRoutes:
    """Return the same day for both officers of the visit."""
    values = {"officers": ("li", "wang"), "base_rev": 0, "day": DAY} | other
    routes = tuple(DayRoute(o, values["base_rev"], stops) for o in values["officers"])
    return PublishRoutes(values["day"], routes, "stored")


def stop(**other: object) -> Stop:
    values = {
        "appointment_id": "a1",
        "case_id": "c1",
        "arrive": TEN,
        "leave": TEN + HOUR,
        "travel_s": 600,
    } | other
    return Stop(**values)


@pytest.mark.parametrize("actor", [LI, WANG, LEAD, COMPLIANCE])
def test_everybody_who_knows_the_case_may_rest_it(actor: object) -> None:
    outcome = decide(question(actor), PLACE)
    assert isinstance(outcome, Applied)
    assert outcome.changes[0].record == Hold(
        "h1", "c1", HoldKind.ILLNESS, actor.officer_id, NOW, reason="住院"
    )


def test_strangers_rest_nothing() -> None:
    assert isinstance(decide(question(STRANGER), PLACE), Gone)


@pytest.mark.parametrize("actor", [LEAD, COMPLIANCE])
def test_a_hold_is_lifted_with_a_reason(actor: object) -> None:
    outcome = decide(question(actor, STANDING), lift())
    assert isinstance(outcome, Applied)
    lifted = outcome.changes[0].record
    assert isinstance(lifted, Hold)
    assert (lifted.active, lifted.lift_reason, lifted.lifted_by) == (
        False,
        "已答复",
        actor.officer_id,
    )


def test_holds_are_not_lifted_otherwise() -> None:
    assert isinstance(decide(question(LI, STANDING), lift()), Gone)
    assert isinstance(decide(question(OTHER_LEAD, STANDING), lift()), Gone)
    assert isinstance(decide(question(LEAD), lift()), Gone)
    foreign = Hold("h1", "c2", HoldKind.COMPLAINT, "li", NOW)
    assert isinstance(decide(question(LEAD, foreign), lift()), Gone)
    assert decide(question(LEAD, Versioned(4, STANDING)), lift()) == Conflict("hold", "h1", 4)
    assert code(decide(question(LEAD, STANDING), lift(reason="  "))) == "hold.needs_reason"
    lifted = Hold("h1", "c1", HoldKind.COMPLAINT, "li", NOW, lifted_at=NOW)
    assert code(decide(question(LEAD, lifted), lift())) == "hold.already_lifted"


def test_a_case_is_given_to_two_officers() -> None:
    outcome = decide(question(LEAD), assign())
    assert isinstance(outcome, Applied)
    given = outcome.changes[0].record
    assert isinstance(given, Case)
    assert given.officers == ("wang", "li")


def test_a_case_goes_back_to_the_pool() -> None:
    outcome = decide(question(LEAD), assign(officer_id=None, second_id=None))
    assert isinstance(outcome, Applied)
    assert outcome.changes[0].record.officers == ()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"officer_id": None}, "assignment.second_without_first"),
        ({"second_id": "wang"}, "assignment.same_officer_twice"),
        ({"officer_id": "zhao"}, "assignment.not_of_the_team"),
        ({"second_id": "nobody"}, "assignment.not_of_the_team"),
        ({"second_id": "chen"}, "assignment.not_an_officer"),
    ],
)
def test_wrong_assignments_are_refused(change: dict[str, object], expected: str) -> None:
    assert code(decide(question(LEAD), assign(**change))) == expected


def test_a_colleague_who_left_gets_no_case() -> None:
    asked = question(LEAD, person(WANG, active=False))
    assert code(decide(asked, assign())) == "assignment.not_of_the_team"


def test_assignment_is_the_leads() -> None:
    assert code(decide(question(LI), assign())) == "assignment.leads_only"
    assert isinstance(decide(question(OTHER_LEAD), assign()), Gone)
    assert decide(question(LEAD, Versioned(2, case())), assign()) == Conflict("case", "c1", 2)


def test_a_checked_route_is_published() -> None:
    outcome = decide(question(LEAD, appointment()), publish(stop()))
    assert isinstance(outcome, Applied)
    routes = [c.record for c in outcome.changes]
    assert all(isinstance(r, Route) for r in routes)
    told = [(r.id, r.officer_id, r.team_id, len(r.stops)) for r in routes]
    assert told == [(route_id_of(o, DAY), o, "north", 1) for o in ("li", "wang")]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"case_id": "c9"}, "route.unknown_stop"),
        ({"appointment_id": "a9"}, "route.unknown_stop"),
        ({"leave": TEN - HOUR}, "route.too_short"),
        ({"arrive": TEN - HOUR}, "route.outside_agreed_window"),
        ({"arrive": TEN + 2 * HOUR, "leave": TEN + 3 * HOUR}, "route.outside_agreed_window"),
    ],
)
def test_stops_outside_their_agreement_are_refused(
    change: dict[str, object], expected: str
) -> None:
    assert code(decide(question(LEAD, appointment()), publish(stop(**change)))) == expected


def test_routes_hold_only_what_was_agreed() -> None:
    proposed = appointment(state=AppointmentState.PROPOSED)
    assert code(decide(question(LEAD, proposed), publish(stop()))) == "route.stop_not_agreed"
    foreign = appointment(case_id="c2")
    assert code(decide(question(LEAD, foreign), publish(stop()))) == "route.unknown_stop"
    others = appointment(officers=("wang",))
    outcome = decide(question(LEAD, others), publish(stop()))
    assert code(outcome) == "route.stop_of_another_officer"
    later = publish(stop(), day=DAY + timedelta(days=1))
    assert code(decide(question(LEAD, appointment()), later)) == "route.stop_on_another_day"


def test_routes_are_the_leads() -> None:
    assert code(decide(question(LI, appointment()), publish(stop()))) == "route.leads_only"
    assert isinstance(decide(question(OTHER_LEAD, appointment()), publish(stop())), Gone)
    assert isinstance(decide(question(LEAD), publish(officers=("nobody",))), Gone)
    assert isinstance(decide(question(LEAD), publish(officers=("zhao",))), Gone)
    key = route_id_of("li", DAY)
    stands = Route(key, "li", "north", DAY, (), "stored", "chen", NOW)
    assert decide(question(LEAD, Versioned(2, stands)), publish()) == Conflict("route", key, 2)
    again = decide(question(LEAD, Versioned(2, stands)), publish(officers=("li",), base_rev=2))
    assert isinstance(again, Applied)


def test_the_rules_may_keep_a_hold() -> None:
    rules = Rules("CN-LIFT-COMPLAINT")
    refusal = decide(question(LEAD, STANDING, rules=rules), lift())
    assert isinstance(refusal, Refused)
    assert refusal.reasons[0].params["rule"] == "CN-LIFT-COMPLAINT"
    [(act, _, situation)] = rules.asked
    assert act is Act.HOLD_LIFT
    assert situation.actor_role == "lead"
    assert situation.lifting is not None
    assert situation.lifting.kind == "complaint"


def test_a_rest_may_have_a_last_day() -> None:
    place = msgspec.structs.replace(PLACE, until=date(2026, 11, 9))
    outcome = decide(question(), place)
    assert isinstance(outcome, Applied)
    assert outcome.changes[0].record.until == date(2026, 11, 9)
