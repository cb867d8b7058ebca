"""When everything happens on given driving orders: exact, as early as possible, lunch included.

Each route is a walk over its stops that knows two worlds, lunch still to come and lunch eaten;
the earlier of two arrivals is never worse, so one number a world is enough. Visits of two
officers pass their times between routes until none moves any more.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from field_app.planning.ground import Ground, Orders, Task
from field_app.planning.problem import OfficerDay, OfficerRoute, PlannedStop
from sync.domain.ids import OfficerId, RecordId

NEVER = 1 << 60

type Begins = Mapping[RecordId, int]


class Walk:
    """One officer's day in seconds; `driven` holds the way to each stop and the way back."""

    __slots__ = ("back", "begins", "driven", "lunch")

    def __init__(self, begins: list[int], driven: list[int], lunch: int | None, back: int) -> None:
        self.begins = begins
        self.driven = driven
        self.lunch = lunch
        self.back = back


class TooLate(Exception):
    """No times exist for this order; `stop` is the first place at which it shows."""

    def __init__(self, stop: RecordId) -> None:
        super().__init__(stop)
        self.stop = stop


def walk(
    ground: Ground, officer: OfficerDay, order: Sequence[RecordId], not_before: Begins
) -> Walk:
    """Return the earliest day over the order that is no longer than it may be; raises TooLate.

    Where the length binds, lunch is tried in every gap: the earliest day need not be the shortest.
    """
    day = _walk(ground, officer, order, not_before, None)
    if officer.longest_s is None or not order or _span(day) <= officer.longest_s:
        return day
    for gap in (None, *range(len(order) + 1)) if officer.lunch else (None,):
        try:
            early = _walk(ground, officer, order, not_before, gap)
        except TooLate:
            continue
        late = _later(ground, order, early)
        if _span(late) <= officer.longest_s:
            return late
    raise TooLate(order[-1])


def _walk(
    ground: Ground,
    officer: OfficerDay,
    order: Sequence[RecordId],
    not_before: Begins,
    gap: int | None,
) -> Walk:
    """Return the earliest day; with a `gap`, lunch is just before that stop."""
    tasks = [ground.tasks[i] for i in order]
    if not tasks:
        return Walk([], [0], None, officer.work_from_s)
    if sum(t.takes for t in tasks) > officer.most_visits:
        raise TooLate(order[-1])
    before, after, steps = officer.work_from_s, NEVER, []
    if officer.lunch is None:
        before, after = NEVER, officer.work_from_s
    place = officer.start_point
    for number, task in enumerate(tasks):
        drive = ground.seconds[place][task.point]
        soonest = not_before.get(order[number], 0)
        eaten, lunch = _eat(officer, before if gap in (None, number) else NEVER, drive)
        one = _begin(task, before, drive, soonest)
        two, three = _begin(task, after, drive, soonest), _begin(task, eaten, 0, soonest)
        steps.append((one, min(two, three), lunch if three < two else None))
        if one == NEVER and steps[-1][1] == NEVER:
            raise TooLate(order[number])
        before = one + task.service_s if one < NEVER else NEVER
        after = steps[-1][1] + task.service_s if steps[-1][1] < NEVER else NEVER
        place = task.point
    home = ground.seconds[place][officer.ends_at]
    return _home(ground, officer, order, steps, (before, after, home), gap)


def _begin(task: Task, free: int, drive: int, soonest: int) -> int:
    if free >= NEVER:
        return NEVER
    found = task.begin(max(free + drive, soonest))
    return NEVER if found is None else found


def _eat(officer: OfficerDay, free: int, drive: int) -> tuple[int, int]:
    """Return when the drive and lunch are over, lunch before or after it, and when lunch began."""
    lunch = officer.lunch
    if lunch is None or free >= NEVER:
        return NEVER, NEVER
    length = lunch.minutes * 60
    best, began = NEVER, NEVER
    first = max(free, lunch.earliest_s)
    if first <= lunch.latest_s:
        best, began = first + length + drive, first
    there = max(free + drive, lunch.earliest_s)
    if there <= lunch.latest_s and there + length < best:
        best, began = there + length, there
    return best, began


def _home(
    ground: Ground,
    officer: OfficerDay,
    order: Sequence[RecordId],
    steps: list[tuple[int, int, int | None]],
    last: tuple[int, int, int],
    gap: int | None,
) -> Walk:
    before, after, home = last
    eaten, began = _eat(officer, before if gap in (None, len(order)) else NEVER, home)
    lunch = None if after + home <= eaten else began
    over = min(after + home, eaten)
    if over > officer.work_until_s:
        raise TooLate(order[-1])
    back = over if lunch is None else (before + home if began >= before + home else eaten)
    begins, had = [], lunch is None
    for one, two, ate in reversed(steps):
        begins.append(two if had else one)
        if had and ate is not None:
            lunch, had = ate, False
    begins.reverse()
    return Walk(begins, _driven(ground, officer, order), lunch, back)


def _driven(ground: Ground, officer: OfficerDay, order: Sequence[RecordId]) -> list[int]:
    points = [officer.start_point, *(ground.tasks[i].point for i in order), officer.ends_at]
    return [ground.seconds[a][b] for a, b in pairwise(points)]


def _span(day: Walk) -> int:
    leave = day.begins[0] - day.driven[0]
    if day.lunch is not None:
        leave = min(leave, day.lunch)
    return day.back - leave


def _later(ground: Ground, order: Sequence[RecordId], early: Walk) -> Walk:
    """Set out as late as lunch and the end allow, so that the day is no longer than it may be."""
    begins, lunch = list(early.begins), early.lunch
    leave_by = early.back - early.driven[-1]
    for at in range(len(order) - 1, -1, -1):
        task, begin = ground.tasks[order[at]], early.begins[at]
        if lunch is not None and begin < lunch:
            drive_first = begin + task.service_s + early.driven[at + 1] <= lunch
            leave_by = lunch - early.driven[at + 1] if drive_first else lunch
            lunch = None
        ends = next(e for b, e in task.windows if b <= begin <= e)
        begins[at] = max(begin, min(ends, leave_by - task.service_s))
        leave_by = begins[at] - early.driven[at]
    return Walk(begins, early.driven, early.lunch, early.back)


def schedule(ground: Ground, orders: Orders) -> dict[OfficerId, Walk]:
    """Return every officer's day, common visits begun together; raises TooLate."""
    shared: dict[RecordId, list[OfficerId]] = {}
    for officer_id, order in orders.items():
        for stop in order:
            if ground.tasks[stop].wants > 1:
                shared.setdefault(stop, []).append(officer_id)
    not_before: dict[RecordId, int] = {}
    walks = {o: walk(ground, ground.officers[o], orders[o], not_before) for o in orders}
    for _ in range(4 * len(shared) + 2):
        waiting: set[OfficerId] = set()
        for stop, officers in shared.items():
            begins = [walks[o].begins[orders[o].index(stop)] for o in officers]
            if len(officers) != ground.tasks[stop].wants:
                raise TooLate(stop)
            if min(begins) != max(begins):
                not_before[stop] = max(begins)
                waiting.update(officers)
        if not waiting:
            return walks
        for officer_id in waiting:
            walks[officer_id] = walk(
                ground, ground.officers[officer_id], orders[officer_id], not_before
            )
    raise TooLate(next(iter(shared)))


def driving(walks: Mapping[OfficerId, Walk]) -> int:
    """Return the seconds that everybody drives together."""
    return sum(sum(one.driven) for one in walks.values())


def routes_of(ground: Ground, orders: Orders) -> tuple[OfficerRoute, ...]:
    """Return the routes with their times; raises TooLate."""
    walks = schedule(ground, orders)
    return tuple(_route(ground, o, orders[o], walks[o]) for o in ground.officers)


def _route(ground: Ground, officer: OfficerId, order: list[RecordId], day: Walk) -> OfficerRoute:
    stops = tuple(
        PlannedStop(i, task.visit.case_id, task.visit.case_no, begin, begin + task.service_s, way)
        for i, task, begin, way in zip(
            order, (ground.tasks[i] for i in order), day.begins, day.driven, strict=False
        )
    )
    return OfficerRoute(officer, stops, day.lunch, day.back, sum(day.driven) if stops else 0)
