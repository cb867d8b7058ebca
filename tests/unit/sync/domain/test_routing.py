"""What the server says against a published day, whoever planned it."""

from datetime import datetime, timedelta

import msgspec
import pytest

from sync.domain.commands import PublishRoute
from sync.domain.decide import decide
from sync.domain.outcome import Applied, Refused
from sync.domain.records import Address, Route, Stop
from sync.domain.situation import Act
from tests.unit.sync.domain.town import HOUR, LEAD, NOW, TEN, Rules, appointment, case, question

MINUTE = timedelta(minutes=1)
SECOND_CASE = case(id="c2", address=Address("湖东路 1 号", "城东", 350000000, 1184000000))
FIRST = appointment()
SECOND = appointment(id="a2", case_id="c2", start=TEN + 2 * HOUR, end=TEN + 6 * HOUR)
STOPS = (
    Stop("a1", "c1", TEN, TEN + 40 * MINUTE, 600),
    Stop("a2", "c2", TEN + 4 * HOUR, TEN + 5 * HOUR, 1800),
)
LUNCH = (TEN + 2 * HOUR, TEN + 2 * HOUR + 45 * MINUTE)


def publish(
    *stops: Stop, lunch: tuple[datetime | None, datetime | None] = LUNCH, rules: Rules | None = None
) -> object:
    command = PublishRoute("r1", 0, "li", TEN.date(), stops, "roads", NOW, *lunch)
    extra = {} if rules is None else {"rules": rules}
    return decide(question(LEAD, FIRST, SECOND, SECOND_CASE, **extra), command)


def moved(number: int, **values: object) -> tuple[Stop, ...]:
    stops = list(STOPS)
    stops[number] = msgspec.structs.replace(stops[number], **values)
    return tuple(stops)


def test_a_good_day_is_published_with_its_lunch() -> None:
    outcome = publish(*STOPS)
    assert isinstance(outcome, Applied)
    route = outcome.changes[0].record
    assert isinstance(route, Route)
    assert (route.lunch_from, route.lunch_until) == LUNCH
    assert isinstance(publish(*STOPS, lunch=(None, None)), Applied)
    assert isinstance(publish(), Applied)


@pytest.mark.parametrize(
    ("stops", "lunch", "code"),
    [
        (moved(1, travel_s=-1), LUNCH, "route.cannot_be_driven"),
        (moved(1, travel_s=4 * 3600), LUNCH, "route.cannot_be_driven"),
        (moved(1, travel_s=60), LUNCH, "route.cannot_be_driven"),  # nine kilometres in a minute
        ((STOPS[1], STOPS[1]), LUNCH, "route.visited_twice"),
        (moved(0, travel_s=2 * 3600), LUNCH, "route.after_hours"),
        (moved(1, arrive=TEN + 6 * HOUR, leave=TEN + 9 * HOUR), LUNCH, "route.after_hours"),
        (STOPS, (TEN, TEN + HOUR), "route.lunch_not_free"),
        (STOPS, (TEN + 4 * HOUR - MINUTE, TEN + 5 * HOUR), "route.lunch_not_free"),
        (STOPS, (TEN + 40 * MINUTE, TEN + 4 * HOUR), "route.lunch_not_free"),
        (STOPS, (LUNCH[0], LUNCH[0] + 29 * MINUTE), "route.lunch_missing"),
    ],
    ids=["backwards", "too long a way", "too fast", "twice", "before hours", "after hours",
         "during a visit", "into a visit", "no time to drive", "too short"],
)  # fmt: skip
def test_a_day_that_breaks_a_rule_is_refused_by_its_name(
    stops: tuple[Stop, ...], lunch: tuple[datetime, datetime], code: str
) -> None:
    outcome = publish(*stops, lunch=lunch)
    assert isinstance(outcome, Refused)
    assert [r.code for r in outcome.reasons] == [code]


def test_the_policy_is_asked_again_about_the_planned_minutes() -> None:
    rules = Rules("CN-NIGHT")
    outcome = publish(*STOPS, rules=rules)
    assert isinstance(outcome, Refused)
    assert outcome.reasons[0].params["rule"] == "CN-NIGHT"
    [(act, _at, situation)] = rules.asked
    assert act is Act.VISIT_PLAN
    assert situation.agreement is not None
    assert (situation.agreement.start, situation.agreement.end) == (TEN, TEN + 40 * MINUTE)
    assert situation.officers is not None
    assert len(situation.officers) == 2


def test_an_agreement_nobody_can_show_is_none() -> None:
    bare = appointment(agreement=None)
    command = PublishRoute("r1", 0, "li", TEN.date(), STOPS[:1], "roads", NOW)
    outcome = decide(question(LEAD, bare), command)
    assert isinstance(outcome, Refused)
    assert outcome.reasons[0].code == "route.stop_not_agreed"


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
    before = Route("r1", "li", LEAD.team_id, TEN.date(), STOPS[:1], "roads", LEAD.officer_id, NOW)
    agreement = FIRST.agreement
    assert agreement is not None
    told = msgspec.structs.replace(agreement, agreed_at=NOW + agreed_after)
    first = msgspec.structs.replace(FIRST, agreement=told)
    old = STOPS[0]
    stop = msgspec.structs.replace(old, arrive=old.arrive + later, leave=old.leave + later)
    command = PublishRoute("r1", 1, "li", TEN.date(), (stop,), "roads", NOW)
    outcome = decide(question(LEAD, first, before), command)
    if code:
        assert isinstance(outcome, Refused)
        assert [r.code for r in outcome.reasons] == [code]
    else:
        assert isinstance(outcome, Applied)
