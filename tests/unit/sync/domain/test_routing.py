"""What the server says against a published day, whoever planned it: laptops may be changed."""

from datetime import date, time, timedelta

import msgspec
import pytest

from sync.domain.commands import PublishRoutes, decode_command, encode_command
from sync.domain.day_routes import DayRoute, DayRules, LunchRule, route_id_of
from sync.domain.decide import decide
from sync.domain.outcome import Applied, Conflict, Gone, Outcome, Refused
from sync.domain.records import Address, Record, Route, Stop, Versioned
from sync.domain.situation import Act
from tests.unit.sync.domain.town import (
    HOUR,
    LEAD,
    LI,
    NOW,
    TEN,
    WANG,
    Rules,
    appointment,
    case,
    person,
    question,
    replaced,
    word,
)

MINUTE = timedelta(minutes=1)
DAY = TEN.date()
SECOND_CASE = case(id="c2", address=Address("湖东路 1 号", "城东", 350000000, 1184000000))
FIRST = appointment()
SECOND = appointment(id="a2", case_id="c2", start=TEN + 2 * HOUR, end=TEN + 6 * HOUR)
STOPS = (
    Stop("a1", "c1", TEN, TEN + 40 * MINUTE, 600),
    Stop("a2", "c2", TEN + 4 * HOUR, TEN + 5 * HOUR, 1800),
)
NOON = time(12)
LUNCH = LunchRule(NOON, time(13), 45)
EATS = TEN + 2 * HOUR  # noon in Shanghai
RULES = DayRules(LUNCH, most_visits=2, longest_s=8 * 3600)
ROUTE = DayRoute("li", 0, STOPS, EATS, home_s=900)


def plan(rules: DayRules = RULES, **changes: object) -> PublishRoutes:
    """Return a good day of two officers who go together, with both routes changed alike."""
    route = replaced(ROUTE, **changes)
    return PublishRoutes(DAY, (route, replaced(route, officer_id="wang")), "roads", rules)


def moved(number: int, **values: object) -> tuple[Stop, ...]:
    stops = list(STOPS)
    stops[number] = msgspec.structs.replace(stops[number], **values)
    return tuple(stops)


LATER = moved(0, arrive=TEN + timedelta(seconds=61), leave=TEN + 50 * MINUTE)


def answer(command: PublishRoutes, *extra: Record, rules: Rules | None = None) -> Outcome:
    """Decide what came over the wire, as the server does."""
    told = decode_command(encode_command(command))
    return decide(question(LEAD, FIRST, SECOND, SECOND_CASE, *extra, rules=rules), told)


def codes(outcome: Outcome) -> list[str]:
    assert isinstance(outcome, Refused)
    return [r.code for r in outcome.reasons]


def test_a_good_day_is_published_with_its_lunch() -> None:
    outcome = answer(plan())
    assert isinstance(outcome, Applied)
    routes = [c.record for c in outcome.changes]
    assert [r.id for r in routes] == [route_id_of(o, DAY) for o in ("li", "wang")]
    assert all((r.lunch_from, r.lunch_until) == (EATS, EATS + 45 * MINUTE) for r in routes)
    assert isinstance(answer(plan(DayRules(), lunch_from=None)), Applied)
    assert isinstance(answer(plan(stops=(), lunch_from=None)), Applied)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"stops": moved(1, travel_s=-1)}, "route.cannot_be_driven"),
        ({"stops": moved(1, travel_s=4 * 3600)}, "route.cannot_be_driven"),
        ({"stops": moved(1, travel_s=60)}, "route.cannot_be_driven"),  # 9 km in a minute
        ({"home_s": -1}, "route.cannot_be_driven"),
        ({"stops": (STOPS[1], STOPS[1])}, "route.visited_twice"),
        ({"stops": moved(0, travel_s=2 * 3600)}, "route.cannot_be_driven"),  # begins at nine
        ({"home_s": 3 * 3600 + 60}, "route.after_hours"),
        ({"work_until": time(15)}, "route.after_hours"),
        ({"work_from": time(10)}, "route.cannot_be_driven"),
        ({"stops": moved(1, arrive=TEN + 7 * HOUR)}, "route.outside_agreed_window"),
        ({"stops": moved(0, leave=TEN + 39 * MINUTE)}, "route.too_short"),
        ({"lunch_from": TEN}, "route.lunch_not_free"),
        ({"lunch_from": TEN + 4 * HOUR - MINUTE}, "route.lunch_not_free"),
        ({"lunch_from": EATS - MINUTE}, "route.lunch_outside_its_hours"),
        ({"stops": moved(1, travel_s=9 * 1800)}, "route.cannot_be_driven"),
        ({"lunch_from": None}, "route.lunch_missing"),
        ({"rules": DayRules(LunchRule(NOON, NOON, 29))}, "route.lunch_missing"),
        ({"rules": DayRules(LunchRule(NOON, NOON, 170))}, "route.lunch_not_free"),
        ({"rules": replaced(RULES, most_visits=1)}, "route.too_many_visits"),
        ({"rules": replaced(RULES, longest_s=5 * 3600)}, "route.day_too_long"),
    ],
    ids=["backwards", "too long a way", "too fast", "home backwards", "twice", "leaves too early",
         "home too late", "shorter evening", "later morning", "after the window", "hurried",
         "lunch in a visit", "lunch into a visit", "lunch too early", "no time to drive",
         "no lunch", "short lunch", "lunch instead of driving", "too many", "too long"],
)  # fmt: skip
def test_a_day_that_breaks_a_rule_is_refused_by_its_name(
    changes: dict[str, object], code: str
) -> None:
    assert code in codes(answer(plan(**changes)))


@pytest.mark.parametrize(
    ("routes", "code"),
    [
        ((ROUTE,), "route.officers_not_together"),
        ((ROUTE, DayRoute("wang", 0, STOPS[:1])), "route.officers_not_together"),
        ((ROUTE, replaced(ROUTE, officer_id="wang", stops=LATER)), "route.officers_not_together"),
        ((ROUTE, ROUTE), "route.officer_twice"),
        ((ROUTE, replaced(ROUTE, officer_id="chen")), "route.stop_of_another_officer"),
    ],
    ids=["alone", "alone at the second", "a minute apart", "twice", "somebody else"],
)  # fmt: skip
def test_a_visit_for_two_is_seen_from_both_sides(routes: tuple[DayRoute, ...], code: str) -> None:
    assert code in codes(answer(PublishRoutes(DAY, routes, "roads")))


def test_nobody_goes_whose_certificate_has_ended() -> None:
    assert codes(answer(plan(), person(WANG, certified_until=DAY - timedelta(days=1)))) == [
        "route.no_skill"
    ]
    assert codes(answer(plan(), person(LI, certified_until=None))) == ["route.no_skill"]
    assert isinstance(answer(plan(), person(LI, certified_until=DAY)), Applied)


def test_the_way_from_and_to_the_start_place_is_driven_by_no_rocket() -> None:
    far = {"start_lat_e7": 360000000, "start_lon_e7": 1183000000}  # 111 km: 46 minutes at the least
    assert codes(answer(plan(), person(LI, **far))) == ["route.cannot_be_driven"]
    assert codes(answer(plan(starts_with_id="chen"), person(LEAD, **far))) == [
        "route.cannot_be_driven"
    ]
    assert isinstance(answer(plan(starts_with_id="nobody")), Gone)
    assert isinstance(answer(plan(starts_with_id="zhao")), Gone)


def test_the_policy_is_asked_again_about_the_planned_minutes() -> None:
    rules = Rules("CN-NIGHT")
    outcome = answer(plan(), rules=rules)
    assert isinstance(outcome, Refused)
    assert outcome.reasons[0].params["rule"] == "CN-NIGHT"
    [(act, _at, situation)] = rules.asked
    assert act is Act.VISIT_PLAN
    assert situation.agreement is not None
    assert (situation.agreement.start, situation.agreement.end) == (TEN, TEN + 40 * MINUTE)
    assert [o.certified_until for o in situation.officers or ()] == [date(2027, 6, 30)] * 2


def test_an_agreement_nobody_can_show_is_none() -> None:
    assert codes(answer(plan(), appointment(agreement=None))) == ["route.stop_not_agreed"]


def before() -> list[Record]:
    """Return what was published for both at the minutes of STOPS."""
    made = (DAY, STOPS[:1], "roads", LEAD.officer_id, NOW)
    return [
        Versioned(1, Route(route_id_of(o, DAY), o, LEAD.team_id, *made)) for o in ("li", "wang")
    ]


@pytest.mark.parametrize(
    ("agreed_after", "later", "code"),
    [
        (-HOUR, 0 * MINUTE, ""),
        (-HOUR, 10 * MINUTE, "route.promise_moved"),
        (HOUR, 10 * MINUTE, ""),
    ],
    ids=["stays", "moves", "agreed anew"],
)
def test_a_published_stop_keeps_its_minute_until_agreed_anew(
    agreed_after: timedelta, later: timedelta, code: str
) -> None:
    """Publish a second time; the customer agreed before or after the first time."""
    first = appointment(agreement=word(agreed_at=NOW + agreed_after))
    old = STOPS[0]
    stop = msgspec.structs.replace(old, arrive=old.arrive + later, leave=old.leave + later)
    command = plan(DayRules(), stops=(stop,), base_rev=1)
    outcome = answer(command, first, *before())
    if code:
        assert codes(outcome) == [code]
    else:
        assert isinstance(outcome, Applied)


def test_a_day_has_one_route_an_officer_so_a_promise_cannot_be_walked_around() -> None:
    """Publish as if nothing were there yet: the id is the officer's and the day's."""
    late = moved(0, arrive=TEN + 10 * MINUTE, leave=TEN + 50 * MINUTE)
    outcome = answer(plan(stops=late), *before())
    assert outcome == Conflict("route", route_id_of("li", DAY), 1)
