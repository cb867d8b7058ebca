"""A plan as rows of blocks over the hours of a day; seconds count from the local midnight."""

from collections.abc import Collection
from itertools import count

import msgspec

from field_app.planning.problem import AGREED, DayPlan, DayProblem, OfficerDay, OfficerRoute
from sync.domain.ids import OfficerId, RecordId

LEAST_WAIT_S = 300
HOUR_S = 3600


class Block(msgspec.Struct, frozen=True):
    """Part of an officer's day; `kind` is travel, visit, lunch or wait.

    A visit has its number in the route, its window and its state: agreed, proposed or promised.
    """

    kind: str
    begin_s: int
    end_s: int
    id: RecordId = RecordId("")
    number: int = 0
    state: str = ""
    locked: bool = False
    window: tuple[int, int] = (0, 0)


class BoardRow(msgspec.Struct, frozen=True):
    """One officer's day from the first hour of work to the last."""

    officer_id: OfficerId
    name: str
    from_s: int
    until_s: int
    blocks: tuple[Block, ...]
    driving_s: int = 0

    @property
    def visits(self) -> list[Block]:
        """Return the visits in their order."""
        return [b for b in self.blocks if b.kind == "visit"]


def rows_of(
    problem: DayProblem,
    plan: DayPlan,
    promised: Collection[RecordId] = (),
    locked: Collection[RecordId] = (),
) -> tuple[BoardRow, ...]:
    """Return every officer's day; who has no route has an empty one."""
    routes = {r.officer_id: r for r in plan.routes}
    found = []
    for officer in problem.officers:
        route = routes.get(officer.officer_id)
        blocks = _blocks(problem, officer, route, promised, locked) if route else ()
        driving = route.driving_s if route else 0
        found.append(
            BoardRow(
                officer.officer_id,
                officer.name,
                officer.work_from_s,
                officer.work_until_s,
                blocks,
                driving,
            )
        )
    return tuple(found)


def _blocks(
    problem: DayProblem,
    officer: OfficerDay,
    route: OfficerRoute,
    promised: Collection[RecordId],
    locked: Collection[RecordId],
) -> tuple[Block, ...]:
    tasks = {v.appointment_id: v for v in problem.visits}
    lunch = _lunch(officer, route)
    found: list[Block] = []
    free: int | None = None
    for number, stop in zip(count(1), route.stops, strict=False):
        task = tasks[stop.appointment_id]
        found += _way(free, stop.arrive_s, stop.travel_s, lunch)
        state = "promised" if task.appointment_id in promised else "agreed"
        found.append(
            Block(
                "visit",
                stop.arrive_s,
                stop.leave_s,
                task.appointment_id,
                number,
                state if task.priority == AGREED else "proposed",
                task.appointment_id in locked,
                (task.begin_s, task.end_s),
            )
        )
        free = stop.leave_s
    if free is not None:
        seconds = problem.travel.seconds
        home = seconds[tasks[route.stops[-1].appointment_id].point][officer.ends_at]
        begins = lunch.end_s if lunch and free <= lunch.begin_s < free + home else free
        found.append(Block("travel", begins, begins + home))
    return (*found, lunch) if lunch else tuple(found)


def _lunch(officer: OfficerDay, route: OfficerRoute) -> Block | None:
    if officer.lunch is None or route.lunch_from_s is None or not route.stops:
        return None
    return Block("lunch", route.lunch_from_s, route.lunch_from_s + officer.lunch.minutes * 60)


def _way(free: int | None, arrive: int, travel: int, lunch: Block | None) -> list[Block]:
    """Return driving and waiting before a stop; who has had nothing yet leaves in time."""
    if free is None:
        between = lunch is not None and arrive - travel < lunch.end_s <= arrive
        leaves = lunch.begin_s - travel if between and lunch else arrive - travel
        return [Block("travel", leaves, leaves + travel)]
    if lunch is not None and free <= lunch.begin_s < arrive:
        return _around(free, arrive, travel, lunch)
    drive = Block("travel", free, free + travel)
    wait = arrive - free - travel
    return [drive, Block("wait", free + travel, arrive)] if wait >= LEAST_WAIT_S else [drive]


def _around(free: int, arrive: int, travel: int, lunch: Block) -> list[Block]:
    """Drive before lunch when that is possible, else after it."""
    first = free + travel <= lunch.begin_s
    drive = (
        Block("travel", free, free + travel)
        if first
        else Block("travel", lunch.end_s, lunch.end_s + travel)
    )
    gaps = (
        ((drive.end_s, lunch.begin_s), (lunch.end_s, arrive))
        if first
        else ((free, lunch.begin_s), (drive.end_s, arrive))
    )
    waits = [Block("wait", b, e) for b, e in gaps if e - b >= LEAST_WAIT_S]
    return [drive, *waits]


def hours_shown(rows: Collection[BoardRow]) -> tuple[int, int]:
    """Return the first and the last full hour that shows every row whole, in seconds."""
    begins = [r.from_s for r in rows] + [b.begin_s for r in rows for b in r.blocks]
    ends = [r.until_s for r in rows] + [b.end_s for r in rows for b in r.blocks]
    if not begins:
        return 9 * HOUR_S, 18 * HOUR_S
    return min(begins) // HOUR_S * HOUR_S, -(-max(ends) // HOUR_S) * HOUR_S
