"""The independent check of day plans: a good plan passes, and each way to break one is named."""

import msgspec
import pytest

from sync.domain.ids import OfficerId, RecordId
from sync.policy.route_check import CheckedRoute, CheckedStop, CheckedVisit, check_routes

LI, WANG = OfficerId("li"), OfficerId("wang")
ONE, TWO = RecordId("a1"), RecordId("a2")
HOUR = 3600
# Two visits for both officers; the points lie ten minutes apart.
SECONDS = ((0, 600, 600), (600, 0, 600), (600, 600, 0))
VISITS = {
    ONE: CheckedVisit(ONE, 9 * HOUR, 10 * HOUR, 1800, 1, (LI, WANG)),
    TWO: CheckedVisit(TWO, 10 * HOUR, 12 * HOUR, 1800, 2, (LI, WANG)),
}
STOPS = (CheckedStop(ONE, 9 * HOUR, 9 * HOUR + 1800), CheckedStop(TWO, 10 * HOUR, 11 * HOUR))


def route(officer: OfficerId = LI, *stops: CheckedStop, **values: int) -> CheckedRoute:
    hours = {"work_from_s": 8 * HOUR, "work_until_s": 18 * HOUR} | values
    return CheckedRoute(officer, 0, stops=stops or STOPS, **hours)


def codes(*routes: CheckedRoute) -> list[str]:
    return [b.code for b in check_routes(VISITS, routes, SECONDS)]


def moved(index: int, **values: object) -> tuple[CheckedStop, ...]:
    stops = list(STOPS)
    stops[index] = msgspec.structs.replace(stops[index], **values)
    return tuple(stops)


def both(*stops: CheckedStop, **values: int) -> list[str]:
    return codes(route(LI, *stops, **values), route(WANG, *stops, **values))


def test_good_plan_has_no_breach() -> None:
    assert both(*STOPS) == []
    assert codes() == []


def test_day_without_stops_may_end_whenever() -> None:
    empty = CheckedRoute(LI, 0, work_from_s=9 * HOUR, work_until_s=8 * HOUR, stops=())
    assert check_routes({}, [empty], SECONDS) == []


@pytest.mark.parametrize(
    ("stops", "code"),
    [
        (moved(0, arrive_s=9 * HOUR - 1), "route.outside_agreed_window"),
        (moved(0, arrive_s=10 * HOUR + 1, leave_s=11 * HOUR), "route.outside_agreed_window"),
        (moved(0, leave_s=9 * HOUR + 1799), "route.too_short"),
        (moved(0, leave_s=10 * HOUR - 599), "route.cannot_be_driven"),
        (moved(0, appointment_id=RecordId("a9")), "route.unknown_stop"),
    ],
)
def test_stop_that_breaks_something_is_named_for_each_officer(
    stops: tuple[CheckedStop, ...], code: str
) -> None:
    found = both(*stops)
    assert found.count(code) == 2


def test_second_before_the_edge_and_the_edge_itself_differ() -> None:
    assert both(*moved(0, arrive_s=10 * HOUR - 1800 - 600, leave_s=10 * HOUR - 600)) == []
    assert both(*STOPS, work_until_s=11 * HOUR + 600) == []
    assert both(*STOPS, work_until_s=11 * HOUR + 599) == ["route.after_hours"] * 2
    assert both(*STOPS, work_from_s=9 * HOUR - 600) == []
    assert both(*STOPS, work_from_s=9 * HOUR - 599) == ["route.cannot_be_driven"] * 2


def test_two_officers_come_together_or_not_at_all() -> None:
    assert codes(route(LI)) == ["route.officers_not_together"] * 2
    later = moved(0, arrive_s=9 * HOUR + 60, leave_s=9 * HOUR + 1860)
    assert codes(route(LI), route(WANG, *later)) == []
    later = moved(0, arrive_s=9 * HOUR + 61, leave_s=9 * HOUR + 1861)
    assert codes(route(LI), route(WANG, *later)) == ["route.officers_not_together"]


def test_stop_of_another_officer_is_named() -> None:
    found = codes(route(LI), route(WANG), route(OfficerId("zhao")))
    assert found.count("route.stop_of_another_officer") == 2
    assert found.count("route.officers_not_together") == 2
