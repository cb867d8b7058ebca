"""Says why a visit could not be placed, in the order a lead would look for it."""

from collections.abc import Mapping

from field_app.planning.problem import DayProblem, OfficerDay, VisitTask, WhyNot
from sync.domain.ids import RecordId


def why_not(
    problem: DayProblem, visit: VisitTask, placed: Mapping[RecordId, int]
) -> tuple[WhyNot, str]:
    """Return the reason, and the case number of the visit in the way where there is one."""
    by_id = {o.officer_id: o for o in problem.officers}
    if not visit.officers or any(o not in by_id for o in visit.officers):
        return WhyNot.OFFICER_ABSENT, ""
    team = [by_id[o] for o in visit.officers]
    if any(_outside_hours(officer, visit) for officer in team):
        return WhyNot.OUTSIDE_HOURS, ""
    if any(_too_far(problem, officer, visit) for officer in team):
        return WhyNot.UNREACHABLE, ""
    clash = _clash(problem, visit, placed)
    if clash is not None:
        return WhyNot.OVERLAPS, clash.case_no
    return WhyNot.NO_ROOM, ""


def _outside_hours(officer: OfficerDay, visit: VisitTask) -> bool:
    latest = visit.end_s + visit.service_s
    return visit.end_s < officer.work_from_s or latest > officer.work_until_s + visit.service_s


def _too_far(problem: DayProblem, officer: OfficerDay, visit: VisitTask) -> bool:
    there = problem.travel.seconds[officer.start_point][visit.point]
    back = problem.travel.seconds[visit.point][officer.start_point]
    if officer.work_from_s + there > visit.end_s:
        return True
    begin = max(visit.begin_s, officer.work_from_s + there)
    return begin + visit.service_s + back > officer.work_until_s


def _clash(
    problem: DayProblem, visit: VisitTask, placed: Mapping[RecordId, int]
) -> VisitTask | None:
    """Find a placed visit of a shared officer that cannot be driven both before and after."""
    for other in problem.visits:
        if other.appointment_id not in placed or not set(other.officers) & set(visit.officers):
            continue
        there = problem.travel.seconds[other.point][visit.point]
        back = problem.travel.seconds[visit.point][other.point]
        begin = placed[other.appointment_id]
        after = begin + other.service_s + there <= visit.end_s
        before = visit.begin_s + visit.service_s + back <= begin
        if not (after or before):
            return other
    return None
