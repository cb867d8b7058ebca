"""A lead's laptop that was changed: what its own check would have refused, the server refuses."""

from datetime import datetime, time, timedelta

import msgspec

from sync.domain.commands import PublishRoutes
from sync.domain.day_routes import DayRoute, DayRules, LunchRule
from sync.domain.ids import RecordId
from sync.domain.records import AgreementEvidence, Appointment, Contact, Stop
from sync.domain.time import at_local, local_date
from sync.domain.vocabulary import AgreedBy, AppointmentState, Channel, ContactResult, Place
from sync.protocol.messages import Result, Status
from tests.server.house import House
from tests.server.laptop import fresh, now
from tests.sync.office import TEAM

ZONE = "Asia/Shanghai"
VISIT = timedelta(minutes=40)
RULES = DayRules(LunchRule(time(11, 30), time(13), 45), most_visits=12)


def agreed(house: House, days_ahead: int) -> Appointment:
    """Keep a visit of li and wang together at ten o'clock."""
    day = local_date(now(), ZONE) + timedelta(days=days_ahead)
    start = at_local(day, time(10), ZONE)
    word = AgreementEvidence(now(), AgreedBy.CUSTOMER, Channel.PHONE, requested_by_customer=True)
    window = (start, start + timedelta(hours=1), Place.HOME)
    both = (house.crew["li"].me, house.crew["wang"].me)
    case_id = house.cases["own"]
    made = Appointment(
        RecordId(fresh()), case_id, AppointmentState.AGREED, *window, both, agreement=word
    )
    house.keep(made)
    return made


def stop_of(visit: Appointment, arrive: datetime | None = None) -> Stop:
    begins = arrive or visit.start
    return Stop(visit.id, visit.case_id, begins, begins + VISIT, 600)


def day_of(visit: Appointment, **changes: object) -> PublishRoutes:
    """Return the honest plan of the visit, with both routes changed alike."""
    lunch = visit.start + timedelta(hours=2)
    route = DayRoute(visit.officers[0], 0, (stop_of(visit),), lunch, 600)
    route = msgspec.structs.replace(route, **changes)
    routes = tuple(msgspec.structs.replace(route, officer_id=o) for o in visit.officers)
    return PublishRoutes(local_date(visit.start, ZONE), routes, "roads", RULES)


def published(house: House) -> int:
    return len(house.crew["chen"].records(f"team:{TEAM}", "route"))


def test_a_changed_laptop_publishes_nothing_that_breaks_a_rule(own_house: House) -> None:
    chen, visit = own_house.crew["chen"], agreed(own_house, 7)
    honest = day_of(visit)
    replace = msgspec.structs.replace
    mine, other = honest.routes
    late = replace(other, stops=(stop_of(visit, visit.start + timedelta(minutes=5)),))
    hurried = replace(stop_of(visit), leave=visit.start + VISIT / 2)
    hostile = {
        "route.officers_not_together": [
            replace(honest, routes=(mine,)),
            replace(honest, routes=(mine, late)),
        ],
        "route.officer_twice": [replace(honest, routes=(mine, other, mine))],
        "route.day_too_long": [replace(honest, rules=replace(RULES, longest_s=3599))],
        "route.too_many_visits": [replace(honest, rules=replace(RULES, most_visits=0))],
        "route.lunch_missing": [day_of(visit, lunch_from=None)],
        "route.after_hours": [day_of(visit, home_s=9 * 3600)],
        "route.cannot_be_driven": [day_of(visit, home_s=-600)],
        "route.too_short": [day_of(visit, stops=(hurried,))],
        "route.outside_agreed_window": [
            day_of(visit, stops=(stop_of(visit, visit.start + timedelta(hours=3)),))
        ],
    }
    for code, plans in hostile.items():
        for result in chen.push(*plans):
            assert result.status is Status.REFUSED
            assert code in [r.code for r in result.reasons]
    assert published(own_house) == 0


def test_an_officer_whose_certificate_ended_is_not_sent(own_house: House) -> None:
    chen, wang = own_house.crew["chen"], own_house.crew["wang"]
    visit = agreed(own_house, 7)
    [officer] = [o for o in chen.records(f"roster:{TEAM}", "officer") if o.id == wang.me]
    yesterday = local_date(now(), ZONE) - timedelta(days=1)
    ended = msgspec.structs.replace(officer, certified_until=yesterday)
    own_house.keep(ended, chen.rev(f"roster:{TEAM}", wang.me))
    [result] = chen.push(day_of(visit))
    assert "route.no_skill" in [r.code for r in result.reasons]


def reminded_and_called(house: House) -> None:
    """Let the customer have been reminded and spoken to long ago: any case may be this one."""
    case_id, li = house.cases["own"], house.crew["li"].me
    for days, channel, result in (
        (30, Channel.SMS, ContactResult.DELIVERED),
        (20, Channel.PHONE, ContactResult.CONNECTED),
    ):
        at = now() - timedelta(days=days)
        house.keep(Contact(RecordId(fresh()), case_id, channel, at, result, li))


def test_an_honest_plan_reaches_both_officers_whole(own_house: House) -> None:
    """Publish on the first day that the policy lets anybody be visited."""
    chen = own_house.crew["chen"]
    reminded_and_called(own_house)
    tried: list[Result] = []
    for ahead in range(2, 16):
        visit = agreed(own_house, ahead)
        tried += chen.push(day_of(visit))
        if tried[-1].status is Status.APPLIED:
            break
        assert {r.code for r in tried[-1].reasons} == {"policy.blocked"}
    assert tried[-1].status is Status.APPLIED
    for login in ("li", "wang"):
        laptop = own_house.crew[login]
        [route] = laptop.records(f"officer:{laptop.me}", "route")
        assert [s.appointment_id for s in route.stops] == [visit.id]
    [again] = chen.push(day_of(visit))
    assert again.status is Status.CONFLICT
    later = stop_of(visit, visit.start + timedelta(minutes=10))
    [moved] = chen.push(day_of(visit, base_rev=1, stops=(later,)))
    assert [r.code for r in moved.reasons] == ["route.promise_moved"]
