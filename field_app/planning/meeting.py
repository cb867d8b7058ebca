"""When two officers begin a visit together: one schedule over all routes, as early as possible.

The solver orders each officer's stops alone and as late as it likes. Keeping its order, this
passes times forward from stop to stop and from officer to officer until none moves any more.
"""

from collections.abc import Mapping

from field_app.planning.problem import DayProblem, OfficerDay, OfficerRoute, VisitTask
from sync.domain.ids import OfficerId, RecordId

type Begins = dict[RecordId, int]


def begins_together(
    problem: DayProblem,
    visits: Mapping[RecordId, VisitTask],
    routes: Mapping[OfficerId, OfficerRoute],
) -> Begins:
    """Return when each visit can begin; those that cannot hold their window are left out."""
    here = {o.officer_id: [s.appointment_id for s in routes[o.officer_id].stops]
            for o in problem.officers if o.officer_id in routes}  # fmt: skip
    counted = [v for order in here.values() for v in order]
    kept = {i for i in visits if counted.count(i) == len(visits[i].officers)}
    while True:
        begins = {i: visits[i].begin_s for i in kept}
        _pass_on(problem, visits, here, begins)
        late = {i: begins[i] - visits[i].end_s for i in kept if begins[i] > visits[i].end_s}
        if not late:
            return begins
        kept.remove(max(late, key=lambda i: (late[i], i)))


def _pass_on(
    problem: DayProblem,
    visits: Mapping[RecordId, VisitTask],
    here: Mapping[OfficerId, list[RecordId]],
    begins: Begins,
) -> None:
    """Move begins forward until nothing changes; rings between officers end as too late."""
    for _ in range(len(begins) + 1):
        before = dict(begins)
        for officer in problem.officers:
            order = [visits[i] for i in here.get(officer.officer_id, ()) if i in begins]
            _walk(problem, officer, order, begins)
        if begins == before:
            return


def _walk(problem: DayProblem, officer: OfficerDay, order: list[VisitTask], begins: Begins) -> None:
    free_at, place, lunch = officer.work_from_s, officer.start_point, officer.lunch
    for visit in order:
        drive = problem.travel.seconds[place][visit.point]
        arrives = max(free_at + drive, begins[visit.appointment_id])
        if lunch is not None:
            eats, length = max(free_at, lunch.earliest_s), lunch.minutes * 60
            fits = eats + length + drive <= arrives
            last_chance = arrives + visit.service_s > lunch.latest_s
            if eats <= lunch.latest_s and (fits or last_chance):
                free_at, lunch = eats + length, None
                arrives = max(free_at + drive, arrives)
        begins[visit.appointment_id] = arrives
        free_at, place = arrives + visit.service_s, visit.point
