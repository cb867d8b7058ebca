"""Puts single visits into driving orders, where they cost least, and mends orders that fail.

Everything is tried on the exact schedule, so what comes back always has times.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise, product

from field_app.planning.ground import Ground, Orders, Task, copied
from field_app.planning.schedule import TooLate, Walk, schedule, walk
from sync.domain.ids import OfficerId, RecordId

MOST_OFFICERS = 6  # of those who may come, so many are tried: the ones it costs least
MOST_PLACES = 4  # in each one's day

type Place = tuple[OfficerId, int]


def holds(ground: Ground, orders: Orders, only: Iterable[OfficerId] | None = None) -> bool:
    """Say whether times exist for the orders, or for some officers and whom they meet."""
    try:
        schedule(ground, orders if only is None else together(ground, orders, only))
    except TooLate:
        return False
    return True


def together(ground: Ground, orders: Orders, officers: Iterable[OfficerId]) -> Orders:
    """Return the part of the orders that hangs together with these officers."""
    found, waiting = set(), set(officers)
    homes: dict[RecordId, list[OfficerId]] = {}
    for officer_id, order in orders.items():
        for stop in order:
            if ground.tasks[stop].wants > 1:
                homes.setdefault(stop, []).append(officer_id)
    while waiting:
        one = waiting.pop()
        found.add(one)
        for stop in orders[one]:
            waiting.update(o for o in homes.get(stop, ()) if o not in found)
    return {o: order for o, order in orders.items() if o in found}


def insert(ground: Ground, orders: Orders, visit: RecordId) -> Orders | None:
    """Return the orders with the visit where it costs least driving; None when it fits nowhere."""
    task = ground.tasks[visit]
    if not task.possible:
        return None
    for places in ranked(ground, orders, task):
        tried = put(orders, visit, places)
        if holds(ground, tried, [o for o, _ in places]):
            return tried
    return None


def put(orders: Orders, visit: RecordId, places: Iterable[Place]) -> Orders:
    """Return the orders with the visit at the places given."""
    changed = copied(orders)
    for officer_id, position in places:
        changed[officer_id].insert(position, visit)
    return changed


def without(orders: Orders, visits: Iterable[RecordId]) -> Orders:
    """Return the orders without the visits."""
    gone = set(visits)
    return {o: [i for i in order if i not in gone] for o, order in orders.items()}


def ranked(ground: Ground, orders: Orders, task: Task) -> Iterator[tuple[Place, ...]]:
    """Yield where the visit could go, cheapest first; times are still to be tried."""
    single: dict[OfficerId, list[tuple[int, int]]] = {}
    for officer_id in ground.officers:
        if officer_id in task.able:
            found = _places(ground, officer_id, orders[officer_id], task)
            if found:
                single[officer_id] = sorted(found)[: MOST_PLACES if task.wants > 1 else None]
    if task.wants == 1:
        every = sorted((cost, o, at) for o, found in single.items() for cost, at in found)
        yield from (((o, at),) for _cost, o, at in every)
        return
    likely = sorted(single, key=lambda o: single[o][0])[:MOST_OFFICERS]
    teams = []
    for team in combinations(likely, task.wants):
        for places in product(*(single[o] for o in team)):
            cost = sum(c for c, _ in places)
            teams.append((cost, tuple((o, p[1]) for o, p in zip(team, places, strict=True))))
    yield from (places for _cost, places in sorted(teams))


def _places(
    ground: Ground, officer_id: OfficerId, order: list[RecordId], task: Task
) -> list[tuple[int, int]]:
    """Return (extra driving, position) where the officer could still be in time by himself."""
    officer, seconds = ground.officers[officer_id], ground.seconds
    used = sum(ground.tasks[i].takes for i in order)
    if used + task.takes > officer.most_visits:
        return []
    try:
        day = walk(ground, officer, order, {})
    except TooLate:
        return []
    points = [officer.start_point, *(ground.tasks[i].point for i in order), officer.ends_at]
    found = []
    for at in range(len(order) + 1):
        here, there = points[at], points[at + 1]
        free = _free(ground, officer.work_from_s, order, day, at)
        begin = task.begin(free + seconds[here][task.point])
        if begin is None:
            break  # later places are later still
        if at < len(order) and _misses(ground, order[at], begin, task):
            continue
        extra = seconds[here][task.point] + seconds[task.point][there] - seconds[here][there]
        found.append((extra, at))
    return found


def _free(ground: Ground, work_from: int, order: list[RecordId], day: Walk, at: int) -> int:
    if at == 0:
        return work_from
    return day.begins[at - 1] + ground.tasks[order[at - 1]].service_s


def _misses(ground: Ground, following: RecordId, begin: int, task: Task) -> bool:
    after = ground.tasks[following]
    reached = begin + task.service_s + ground.seconds[task.point][after.point]
    return after.begin(reached) is None


def mended(ground: Ground, orders: Orders) -> tuple[Orders, list[RecordId]]:
    """Return orders that hold, and the visits that had to be taken out for it."""
    orders = _whole_teams(ground, orders)
    out: list[RecordId] = []
    while True:
        try:
            schedule(ground, orders)
        except TooLate as late:
            out.append(_weakest(ground, orders, late.stop))
            orders = without(orders, out[-1:])
        else:
            return orders, out


def _whole_teams(ground: Ground, orders: Orders) -> Orders:
    """Return the orders with nobody sent twice to a visit, and no visit with half its team."""
    orders = {o: list(dict.fromkeys(order)) for o, order in orders.items()}
    counted: dict[RecordId, int] = {}
    for order in orders.values():
        for stop in order:
            counted[stop] = counted.get(stop, 0) + 1
    return without(orders, [i for i, n in counted.items() if n != ground.tasks[i].wants])


def _weakest(ground: Ground, orders: Orders, stop: RecordId) -> RecordId:
    """Return what matters least on the way to where it fails; the failing stop if all are equal."""
    best = stop
    for order in orders.values():
        if stop in order:
            for other in order[: order.index(stop)]:
                if ground.tasks[other].visit.priority < ground.tasks[best].visit.priority:
                    best = other
    return best


def filled(ground: Ground, orders: Orders) -> Orders:
    """Return the orders with every visit that was left out and can still be put in."""
    placed = {stop for order in orders.values() for stop in order}
    missing = [i for i in ground.possible() if i not in placed]
    missing.sort(key=lambda i: -ground.tasks[i].visit.priority)
    for visit in missing:
        orders = insert(ground, orders, visit) or orders
    return orders


def weight(ground: Ground, orders: Orders) -> tuple[int, int]:
    """Return what makes one plan better than another, smallest best: what is left out, driving."""
    placed = {stop for order in orders.values() for stop in order}
    left = sum(t.visit.priority for i, t in ground.tasks.items() if i not in placed)
    drive = 0
    for officer_id, order in orders.items():
        officer = ground.officers[officer_id]
        points = [officer.start_point, *(ground.tasks[i].point for i in order), officer.ends_at]
        if order:
            drive += sum(ground.seconds[a][b] for a, b in pairwise(points))
    return left, drive
