"""A plan as points and lines for a map: each officer's stops numbered in driving order."""

from collections.abc import Callable
from itertools import pairwise

from field_app.maps.stops import MapStop, MapWay
from field_app.maps.travel import Point, TravelTimes
from field_app.operations.routes import PlanGround
from field_app.planning.problem import DayPlan, DayProblem

type Drawn = tuple[tuple[MapStop, ...], tuple[MapWay, ...]]


def drawn(known: PlanGround, problem: DayProblem, plan: DayPlan, times: TravelTimes) -> Drawn:
    """Return the points of a plan, and each officer's way from the start place and back.

    A stop of two has its number from the officer who stands first on the board, however the
    routes of a plan are sorted.
    """
    places = {v.appointment_id: v.point for v in known.visits if v.point is not None}
    starts = {o.officer_id: known.points[o.start_point] for o in problem.officers}
    stops: dict[str, MapStop] = {}
    ways: list[MapWay] = []
    routes = {route.officer_id: route for route in plan.routes}
    for route in (routes[officer] for officer in starts if officer in routes):
        if not route.stops:
            continue
        here = [places[s.appointment_id] for s in route.stops]
        for number, (stop, point) in enumerate(zip(route.stops, here, strict=True), start=1):
            made = MapStop(stop.appointment_id, *point, number, "visit")
            stops.setdefault(stop.appointment_id, made)
        home = starts[route.officer_id]
        ways += _legs([home, *here, home], times.line)
    for one in plan.unplaced:
        if one.appointment_id in places:
            point = places[one.appointment_id]
            stops[one.appointment_id] = MapStop(one.appointment_id, *point, 0, "blocked")
    return tuple(stops.values()), tuple(ways)


def _legs(points: list[Point], line: Callable[[list[Point]], tuple[Point, ...]]) -> list[MapWay]:
    found = []
    for leg in pairwise(points):
        if leg[0] != leg[1]:
            drawn_line = line(list(leg))
            # A road has its own shape; the two points back again are the straight line.
            found.append(MapWay(tuple(drawn_line), tuple(drawn_line) != leg))
    return found
