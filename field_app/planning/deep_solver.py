"""Driving orders with PyVRP, for days that are worth seconds of search.

It knows no breaks: the exact schedule puts lunch in afterwards. Who may not come to a visit finds
no road there (a profile for every circle of officers); of several windows one client counts.
"""

import time
import warnings
from typing import Any

import msgspec
import numpy as np
import pyvrp
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.search import NeighbourhoodParams

from field_app.planning.ground import Ground, Orders
from field_app.planning.messages import Clock, Tell
from field_app.planning.problem import OfficerDay
from sync.domain.ids import OfficerId, RecordId

NO_ROAD = 40_000_000  # seconds: dearer than leaving the visit out, and longer than any day
LEFT_OUT_S = 100_000  # driving seconds that one point of priority is worth
TELL_EVERY_S = 0.25
LONG_MEMORY = 300  # steps; what PyVRP takes by itself
STEPS = 1.6e6  # of memory, for each second that a pair of visits has
NEAR = 20  # visits that one is tried beside; PyVRP's own 50 takes half of the steps away


class _Client(msgspec.Struct, frozen=True):
    """One officer's part in one window of a visit."""

    visit: RecordId
    able: frozenset[OfficerId]
    begin_s: int
    end_s: int
    group: int | None


class _Until:
    """Stops a search when its time is up, and says how far it is."""

    def __init__(self, seconds: float, tell: Tell, clock: Clock) -> None:
        self._clock = clock
        self._began = clock()
        self._seconds = seconds
        self._tell = tell
        self._told = 0.0

    def __call__(self, best_cost: int) -> bool:
        spent = self._clock() - self._began
        if spent - self._told >= TELL_EVERY_S:
            self._told = spent
            self._tell(min(1.0, spent / self._seconds))
        return spent >= self._seconds


def deep_orders(
    ground: Ground,
    seconds: float,
    seed: int,
    tell: Tell = lambda _part: None,
    clock: Clock = time.monotonic,
    begun: Orders | None = None,
) -> Orders:
    """Return the best orders of a search of so many seconds by the clock, from those `begun`."""
    clients, groups = _clients(ground)
    orders = ground.empty()
    if not clients or not orders:
        return orders
    circles = _circles(ground, clients)
    kinds = _kinds(ground, circles)
    data = _data(ground, clients, groups, list(circles.values()), kinds)
    steps = _history(seconds, len(clients))
    memory = pyvrp.IteratedLocalSearchParams(history_length=steps)
    near = NeighbourhoodParams(num_neighbours=NEAR)
    params = pyvrp.SolveParams(ils=memory, neighbourhood=near)
    until = _Until(seconds, tell, clock)
    with warnings.catch_warnings():
        # A day that cannot hold every visit is usual here: what does not fit is taken out after.
        warnings.simplefilter("ignore", PenaltyBoundWarning)
        result = pyvrp.solve(
            data,
            until,
            seed,
            collect_stats=False,
            display=False,
            params=params,
            initial_solution=_solution(data, clients, kinds, begun) if begun else None,
        )
    free = {n: list(officers) for n, (_shape, officers) in enumerate(kinds)}
    for route in result.best.routes():
        officer_id = free[route.vehicle_type()].pop(0)
        activities = [a for a in route.schedule() if a.is_client()]
        orders[officer_id] = [clients[a.idx].visit for a in activities]
    return orders


def _solution(
    data: pyvrp.ProblemData,
    clients: list[_Client],
    kinds: list[tuple[tuple[OfficerDay, int], list[OfficerId]]],
    begun: Orders,
) -> pyvrp.Solution:
    """Return orders in the search's own form.

    Of several windows a visit has its first; a team that nobody named is one officer here.
    """
    numbers: dict[tuple[RecordId, OfficerId], int] = {}
    for number, client in enumerate(clients):
        for officer_id in client.able:
            numbers.setdefault((client.visit, officer_id), number)
    routes, taken = [], set[int]()
    for kind, (_shape, officers) in enumerate(kinds):
        for officer_id in officers:
            order = [numbers[visit, officer_id] for visit in begun[officer_id]]
            free = [number for number in order if number not in taken]
            taken.update(free)
            if free:
                routes.append(pyvrp.Route(data, visits=free, vehicle_type=kind))
    return pyvrp.Solution(data, routes)


def _history(seconds: float, clients: int) -> int:
    """Return how many steps back a worse plan is measured against (late acceptance).

    The longer the memory, the better the end and the later it comes. A step costs about as the
    square of the visits: with 360 of them 60 steps are best for five seconds, 250 for twenty; 100
    visits have time for all (measured).
    """
    return max(1, min(LONG_MEMORY, round(STEPS * seconds / clients**2)))


def _clients(ground: Ground) -> tuple[list[_Client], list[list[int]]]:
    clients: list[_Client] = []
    groups: list[list[int]] = []
    for visit in ground.possible():
        task = ground.tasks[visit]
        named = task.wants > 1 and bool(task.named)
        circles = [frozenset((o,)) for o in task.named] if named else [task.able]
        for able in circles:
            group = len(groups) if len(task.windows) > 1 else None
            if group is not None:
                groups.append(list(range(len(clients), len(clients) + len(task.windows))))
            clients += [_Client(visit, able, b, e, group) for b, e in task.windows]
    return clients, groups


def _circles(ground: Ground, clients: list[_Client]) -> dict[OfficerId, frozenset[RecordId]]:
    """Return for each officer what he may visit."""
    return {o: frozenset(c.visit for c in clients if o in c.able) for o in ground.officers}


def _kinds(
    ground: Ground, circles: dict[OfficerId, frozenset[RecordId]]
) -> list[tuple[tuple[OfficerDay, int], list[OfficerId]]]:
    """Return officers that are alike to the search, with the number of their profile."""
    profiles = list(dict.fromkeys(circles.values()))
    found: dict[tuple[object, ...], tuple[tuple[OfficerDay, int], list[OfficerId]]] = {}
    for officer in ground.officers.values():
        profile = profiles.index(circles[officer.officer_id])
        shape = (officer.start_point, officer.ends_at, officer.work_from_s, officer.work_until_s,
                 officer.most_visits, officer.longest_s, profile)  # fmt: skip
        found.setdefault(shape, ((officer, profile), []))[1].append(officer.officer_id)
    return list(found.values())


def _data(
    ground: Ground,
    clients: list[_Client],
    groups: list[list[int]],
    circles: list[frozenset[RecordId]],
    kinds: list[tuple[tuple[OfficerDay, int], list[OfficerId]]],
) -> pyvrp.ProblemData:
    seconds = np.array(ground.seconds, dtype=np.int64)
    depots = sorted({p for (o, _), _ids in kinds for p in (o.start_point, o.ends_at)})
    points = [*depots, *(ground.tasks[c.visit].point for c in clients)]
    plain = seconds[np.ix_(points, points)]
    np.fill_diagonal(plain, 0)
    matrices: list[Any] = []
    for circle in dict.fromkeys(circles):
        matrix = plain.copy()
        closed = [len(depots) + n for n, c in enumerate(clients) if c.visit not in circle]
        matrix[:, closed] = NO_ROAD
        matrix[closed, :] = NO_ROAD
        np.fill_diagonal(matrix, 0)
        matrices.append(matrix)
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in points],
        clients=[_client(ground, len(depots) + n, c) for n, c in enumerate(clients)],
        depots=[pyvrp.Depot(n) for n in range(len(depots))],
        vehicle_types=[_vehicles(depots, kind, len(ids)) for kind, ids in kinds],
        distance_matrices=matrices,
        duration_matrices=matrices,
        groups=[pyvrp.ClientGroup(g, required=False) for g in groups],
    )


def _client(ground: Ground, location: int, client: _Client) -> pyvrp.Client:
    task = ground.tasks[client.visit]
    return pyvrp.Client(
        location,
        delivery=[task.takes],
        service_duration=task.service_s,
        tw_early=client.begin_s,
        tw_late=client.end_s,
        prize=task.visit.priority * LEFT_OUT_S,
        required=False,
        group=client.group,
    )


def _vehicles(depots: list[int], kind: tuple[OfficerDay, int], number: int) -> pyvrp.VehicleType:
    officer, profile = kind
    longest = officer.longest_s
    return pyvrp.VehicleType(
        num_available=number,
        capacity=[officer.most_visits],
        start_depot=depots.index(officer.start_point),
        end_depot=depots.index(officer.ends_at),
        tw_early=officer.work_from_s,
        tw_late=officer.work_until_s,
        shift_duration=officer.work_until_s - officer.work_from_s if longest is None else longest,
        profile=profile,
    )
