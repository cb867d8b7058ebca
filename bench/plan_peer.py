"""OR-Tools on the product's own day: windows, officers, skills, lunch, amounts, longest days.

The settings its manual recommends for such days: cheapest insertion, then guided local search.
"""

from itertools import pairwise

import msgspec
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from field_app.planning.problem import DayProblem, OfficerDay, VisitTask

POINT = 100_000  # driving seconds that one point of priority is worth, as in the product


class PeerPlan(msgspec.Struct, frozen=True):
    """What it found: priority left out and seconds driven; None when it found nothing."""

    left: int
    driving: int


def ortools_plan(day: DayProblem, seconds: float) -> PeerPlan | None:
    """Return the peer's plan after so many seconds of the wall's clock."""
    starts, number = _starts(day)
    manager = pywrapcp.RoutingIndexManager(number, len(day.officers), *starts)
    model = pywrapcp.RoutingModel(manager)
    points = _points(day)
    rows, service = day.travel.seconds, [v.service_s for v in day.visits]

    def drive(a: int, b: int) -> int:
        here, there = manager.IndexToNode(a), manager.IndexToNode(b)
        return int(rows[points[here]][points[there]])

    def passed(a: int, b: int) -> int:
        node = manager.IndexToNode(a)
        return drive(a, b) + (service[node] if node < len(service) else 0)

    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitCallback(drive))
    latest = max(o.work_until_s for o in day.officers)
    step = model.RegisterTransitCallback(passed)
    model.AddDimension(step, latest, latest, False, "time")
    takes = model.RegisterUnaryTransitCallback(lambda index: _takes(day, manager, index))
    most = [o.most_visits for o in day.officers]
    model.AddDimensionWithVehicleCapacity(takes, 0, most, True, "amount")
    for at, visit in enumerate(day.visits):
        _visit(model, day, manager.NodeToIndex(at), visit)
    for vehicle, officer in enumerate(day.officers):
        _officer(model, vehicle, officer, [*service, *(0 for _ in range(number - len(service)))])
    wanted = pywrapcp.DefaultRoutingSearchParameters()
    wanted.first_solution_strategy = (
        routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    )
    wanted.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    wanted.time_limit.FromMilliseconds(round(seconds * 1000))
    found = model.SolveWithParameters(wanted)
    return None if found is None else _read(model, found, day, manager)


def _starts(day: DayProblem) -> tuple[tuple[list[int], list[int]], int]:
    first = len(day.visits)
    count = len(day.officers)
    return (list(range(first, first + count)), list(range(first + count, first + 2 * count))), (
        first + 2 * count
    )


def _points(day: DayProblem) -> list[int]:
    return [
        *(v.point for v in day.visits),
        *(o.start_point for o in day.officers),
        *(o.ends_at for o in day.officers),
    ]


def _takes(day: DayProblem, manager: pywrapcp.RoutingIndexManager, index: int) -> int:
    node = manager.IndexToNode(index)
    return day.visits[node].takes if node < len(day.visits) else 0


def _visit(model: pywrapcp.RoutingModel, day: DayProblem, index: int, visit: VisitTask) -> None:
    windows = visit.windows
    clock = model.GetDimensionOrDie("time").CumulVar(index)
    clock.SetRange(windows[0].begin_s, windows[-1].end_s)
    for before, after in pairwise(windows):
        clock.RemoveInterval(before.end_s + 1, after.begin_s - 1)
    able = [
        n
        for n, o in enumerate(day.officers)
        if visit.skills <= o.skills and (not visit.officers or o.officer_id in visit.officers)
    ]
    model.VehicleVar(index).SetValues([-1, *able])
    model.AddDisjunction([index], visit.priority * POINT)


def _officer(
    model: pywrapcp.RoutingModel, vehicle: int, officer: OfficerDay, service: list[int]
) -> None:
    time = model.GetDimensionOrDie("time")
    start, end = time.CumulVar(model.Start(vehicle)), time.CumulVar(model.End(vehicle))
    for clock in (start, end):
        clock.SetRange(officer.work_from_s, officer.work_until_s)
    if officer.longest_s is not None:
        time.SetSpanUpperBoundForVehicle(officer.longest_s, vehicle)
    if officer.lunch is not None:
        rest = model.solver().FixedDurationIntervalVar(
            officer.lunch.earliest_s,
            officer.lunch.latest_s,
            officer.lunch.minutes * 60,
            False,
            f"lunch {vehicle}",
        )
        by_index = [0] * model.Size()
        for index in range(len(service)):
            if index < len(by_index):
                by_index[index] = service[index]
        time.SetBreakIntervalsOfVehicle([rest], vehicle, by_index)


def _read(
    model: pywrapcp.RoutingModel,
    found: pywrapcp.Assignment,
    day: DayProblem,
    manager: pywrapcp.RoutingIndexManager,
) -> PeerPlan:
    driving, placed, points = 0, set(), _points(day)
    for vehicle in range(len(day.officers)):
        index = model.Start(vehicle)
        if not model.IsVehicleUsed(found, vehicle):
            continue
        while not model.IsEnd(index):
            following = found.Value(model.NextVar(index))
            here, there = manager.IndexToNode(index), manager.IndexToNode(following)
            driving += day.travel.seconds[points[here]][points[there]]
            placed.add(here)
            index = following
    left = sum(v.priority for n, v in enumerate(day.visits) if n not in placed)
    return PeerPlan(left, driving)
