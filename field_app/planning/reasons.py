"""Says why a visit could not be placed, and what would make it fit: each remedy was tried.

Reasons come in the order in which a lead would look for them.
"""

from collections.abc import Iterator

from field_app.planning.ground import Ground, Orders, Task
from field_app.planning.insertion import insert
from field_app.planning.problem import OfficerDay, Remedy, Unplaced, VisitTask, WhyNot
from field_app.planning.schedule import schedule
from sync.domain.ids import OfficerId, RecordId

MOST_REMEDIES = 3
MOST_EXPLAINED = 30  # visits whose remedies are sought; a lead reads no longer list
HOUR_S = 3600


def unplaced(ground: Ground, orders: Orders) -> tuple[Unplaced, ...]:
    """Return every visit left out of the orders, with its reason and what would help."""
    days = schedule(ground, orders)
    begins = {
        stop: begin
        for officer_id, order in orders.items()
        for stop, begin in zip(order, days[officer_id].begins, strict=True)
    }
    found: list[Unplaced] = []
    for visit, task in ground.tasks.items():
        if visit in begins:
            continue
        why, clash = why_not(ground, task, begins)
        helps = remedies(ground, orders, visit) if len(found) < MOST_EXPLAINED else ()
        told = task.visit
        found.append(Unplaced(visit, told.case_id, told.case_no, why, clash, helps))
    return tuple(found)


def why_not(ground: Ground, task: Task, begins: dict[RecordId, int]) -> tuple[WhyNot, str]:
    """Return the reason, and the case number of the visit in the way where there is one."""
    visit = task.visit
    if not ground.officers:
        return WhyNot.NO_OFFICERS, ""
    if any(o not in ground.officers for o in visit.officers):
        return WhyNot.OFFICER_ABSENT, ""
    if len(task.able) < task.wants:
        return WhyNot.NO_SKILL, ""
    if not task.windows:
        return WhyNot.IMPOSSIBLE_WINDOW, ""
    team = [o for i, o in ground.officers.items() if i in task.able]
    if _too_few(task, [o for o in team if not _outside_hours(o, task)]):
        return WhyNot.OUTSIDE_HOURS, ""
    if _too_few(task, [o for o in team if _there_and_back(ground, o, task)]):
        return WhyNot.UNREACHABLE, ""
    clash = _clash(ground, visit, task, begins)
    return (WhyNot.OVERLAPS, clash) if clash else (WhyNot.NO_ROOM, "")


def remedies(ground: Ground, orders: Orders, visit: RecordId) -> tuple[Remedy, ...]:
    """Return changes that make the visit fit: other officers, another hour, at last both."""
    task = ground.tasks[visit]
    found: list[Remedy] = []
    for officers, windows in _changes(ground, task):
        changed = _tried(ground, orders, visit, officers, windows)
        if changed is not None:
            found.append(changed)
            if len(found) == MOST_REMEDIES:
                break
    return tuple(found)


def _changes(
    ground: Ground, task: Task
) -> Iterator[tuple[tuple[OfficerId, ...], list[tuple[int, int]]]]:
    """Yield what could be given way in, the smallest change first; no officers = anybody able."""
    windows = task.windows
    day = [(o.work_from_s, o.work_until_s) for o in ground.officers.values()]
    if not day:
        return
    hours = range(min(b for b, _ in day) // HOUR_S, max(e for _, e in day) // HOUR_S)
    named = tuple(o for o in task.named if o in ground.officers)
    if task.named and windows:
        yield (), windows
    if len(named) == len(task.named):
        for hour in hours:
            yield named, [(hour * HOUR_S, hour * HOUR_S + HOUR_S - 1)]
    if task.named:
        for hour in hours:
            yield (), [(hour * HOUR_S, hour * HOUR_S + HOUR_S - 1)]


def _tried(
    ground: Ground,
    orders: Orders,
    visit: RecordId,
    officers: tuple[OfficerId, ...],
    windows: list[tuple[int, int]],
) -> Remedy | None:
    task = ground.tasks[visit]
    kept = task.named, task.able, task.windows
    skilled = [o for o, day in ground.officers.items() if task.visit.skills <= day.skills]
    try:
        if not officers:
            task.named, task.able = (), frozenset(skilled)
        task.windows = windows
        changed = insert(ground, orders, visit)
        if changed is None:
            return None
        days = schedule(ground, changed)
        who = tuple(o for o in ground.officers if visit in changed[o])
        begin = days[who[0]].begins[changed[who[0]].index(visit)]
        return Remedy(who, begin, set(who) != set(kept[0]) and bool(kept[0]), windows != kept[2])
    finally:
        task.named, task.able, task.windows = kept


def _too_few(task: Task, who: list[OfficerDay]) -> bool:
    return len(who) < task.wants


def _outside_hours(officer: OfficerDay, task: Task) -> bool:
    return all(e < officer.work_from_s or b > officer.work_until_s for b, e in task.windows)


def _there_and_back(ground: Ground, officer: OfficerDay, task: Task) -> bool:
    arrives = officer.work_from_s + ground.seconds[officer.start_point][task.point]
    begin = task.begin(arrives)
    if begin is None:
        return False
    back = begin + task.service_s + ground.seconds[task.point][officer.ends_at]
    longest = officer.longest_s
    day = ground.seconds[officer.start_point][task.point] + back - begin
    return back <= officer.work_until_s and (longest is None or day <= longest)


def _clash(ground: Ground, visit: VisitTask, task: Task, begins: dict[RecordId, int]) -> str:
    """Find a placed visit of a shared officer that cannot be driven both before and after."""
    for other_id, begin in begins.items():
        other = ground.tasks[other_id]
        if not set(other.named) & set(visit.officers):
            continue
        there = ground.seconds[other.point][task.point]
        back = ground.seconds[task.point][other.point]
        after = task.begin(begin + other.service_s + there) is not None
        before = task.windows[0][0] + task.service_s + back <= begin
        if not (after or before):
            return other.visit.case_no
    return ""
