"""The independent check of day plans: a good plan passes, and each way to break one is named."""

import msgspec
import pytest

from sync.domain.ids import OfficerId, RecordId
from sync.domain.route_check import (
    CheckedLunch,
    CheckedPin,
    CheckedRoute,
    CheckedStop,
    CheckedVisit,
    check_routes,
)

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


LUNCH = CheckedLunch(int(11.5 * HOUR), 13 * HOUR, 2700)
ALONE = {
    ONE: msgspec.structs.replace(VISITS[ONE], officers=(LI,), skills=frozenset({"certified"})),
    TWO: CheckedVisit(TWO, 14 * HOUR, 15 * HOUR, 1800, 2, (), ((16 * HOUR, 17 * HOUR),)),
}
DAY = CheckedRoute(
    LI,
    0,
    8 * HOUR,
    18 * HOUR,
    (
        CheckedStop(ONE, 9 * HOUR, 9 * HOUR + 1800),
        CheckedStop(TWO, 14 * HOUR, 14 * HOUR + 1800),
    ),
    lunch=LUNCH,
    lunch_from_s=12 * HOUR,
    most_visits=2,
    longest_s=6 * HOUR,
    skills=frozenset({"certified"}),
)


def broken(**changes: object) -> list[str]:
    routes = [msgspec.structs.replace(DAY, **changes)]
    return [b.code for b in check_routes(ALONE, routes, SECONDS)]


def second(**values: object) -> tuple[CheckedStop, ...]:
    return (DAY.stops[0], msgspec.structs.replace(DAY.stops[1], **values))


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"stops": second(arrive_s=15 * HOUR + 1, leave_s=16 * HOUR)},
         ["route.outside_agreed_window", "route.day_too_long"]),
        ({"stops": second(arrive_s=16 * HOUR, leave_s=16 * HOUR + 1800), "longest_s": None}, []),
        ({"skills": frozenset()}, ["route.no_skill"]),
        ({"most_visits": 1}, ["route.too_many_visits"]),
        ({"longest_s": 5 * HOUR + 1800 + 1200}, []),
        ({"longest_s": 5 * HOUR + 1800 + 1199}, ["route.day_too_long"]),
        ({"end_point": 2, "longest_s": 5 * HOUR + 1800 + 600}, []),
        ({"lunch_from_s": None}, ["route.lunch_missing"]),
        ({"lunch_from_s": int(11.5 * HOUR) - 1}, ["route.lunch_outside_its_hours"]),
        ({"lunch_from_s": 13 * HOUR + 1}, ["route.lunch_outside_its_hours"]),
        ({"lunch_from_s": 14 * HOUR - 2700}, ["route.lunch_outside_its_hours"]),
        ({"stops": (DAY.stops[0], CheckedStop(ONE, 10 * HOUR, 11 * HOUR))},
         ["route.visited_twice"]),
    ],
    ids=["good", "between windows", "second window", "skill", "amount", "just as long", "too long",
         "other end", "no lunch", "early", "late", "much too late", "twice"],
)  # fmt: skip
def test_each_rule_of_a_day_is_named(changes: dict[str, object], codes: list[str]) -> None:
    assert broken(**changes) == codes


@pytest.mark.parametrize("began", [9 * HOUR + 1799, 9 * HOUR, 14 * HOUR - 2699, 14 * HOUR], ids=str)
def test_lunch_is_free_of_visits_and_driving(began: int) -> None:
    owed = CheckedLunch(8 * HOUR, 16 * HOUR, 2700)
    assert "route.lunch_not_free" in broken(lunch=owed, lunch_from_s=began)


def test_lunch_leaves_time_for_the_drive() -> None:
    owed = CheckedLunch(8 * HOUR, 16 * HOUR, int(4.5 * HOUR) - 600)
    began = 9 * HOUR + 1800
    assert broken(lunch=owed, lunch_from_s=began) == []
    owed = CheckedLunch(8 * HOUR, 16 * HOUR, int(4.5 * HOUR) - 599)
    assert broken(lunch=owed, lunch_from_s=began) == ["route.lunch_not_free"]


def test_promised_visits_stay_with_officer_and_time() -> None:
    held = {ONE: CheckedPin((LI,), 9 * HOUR, 9 * HOUR)}
    assert check_routes(ALONE, [DAY], SECONDS, pins=held) == []
    for pin in (CheckedPin((WANG,), 9 * HOUR, 9 * HOUR), CheckedPin((LI,), 0, 9 * HOUR - 1)):
        [breach] = check_routes(ALONE, [DAY], SECONDS, pins={ONE: pin})
        assert (breach.code, breach.appointment_id) == ("route.promise_moved", ONE)


def test_the_policy_is_asked_about_the_very_minutes() -> None:
    def lawful(visit: RecordId, begin: int, end: int) -> tuple[str, ...]:
        return ("CN-NIGHT",) if (visit, begin, end) == (TWO, 14 * HOUR, 14 * HOUR + 1800) else ()

    [breach] = check_routes(ALONE, [DAY], SECONDS, lawful=lawful)
    assert (breach.code, breach.rule) == ("route.not_lawful", "CN-NIGHT")


def test_nobody_has_two_routes_and_open_teams_are_whole() -> None:
    assert "route.officer_twice" in [b.code for b in check_routes(ALONE, [DAY, DAY], SECONDS)]
    pair = {**ALONE, TWO: msgspec.structs.replace(ALONE[TWO], crew=2)}
    found = [b.code for b in check_routes(pair, [DAY], SECONDS)]
    assert found == ["route.officers_not_together"]
