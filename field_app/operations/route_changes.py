"""What a lead or an officer does to a plan that stands: re-plan, move, offer, do without, be late.

Everything here is pure after `ground`: it may run on any thread, and nothing is written.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta

import msgspec

from field_app.maps.travel import TravelTimes
from field_app.operations.desk import Desk
from field_app.operations.routes import PlanGround, Point, since_midnight
from field_app.planning.changes import Moved, WhatIf, moved, replanned, without_officer
from field_app.planning.lateness import RestOfDay, Where, rest_of_day
from field_app.planning.offers import Offer, offers
from field_app.planning.problem import (
    DayPlan,
    DayProblem,
    OfficerRoute,
    PlannedStop,
    Travel,
    VisitTask,
)
from sync.domain.day_routes import VISIT_MINUTES
from sync.domain.facts_of_case import officers_on, situation_of
from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.records import Case
from sync.domain.situation import Act, Agreement, Situation, Verdict
from sync.domain.time import at_local

SHIFT_S = 0  # a promised visit keeps its minute
OFFERED_MINUTES = 60
HERE = RecordId("offered")


class Wanted(msgspec.Struct, frozen=True):
    """A customer for whom a window is looked for."""

    case_id: CaseId
    case_no: str
    point: Point
    officers: tuple[OfficerId, ...]
    situation: Situation


def standing_plan(known: PlanGround, day: DayProblem) -> DayPlan:
    """Return the published routes as a plan, without visits that are no longer agreed."""
    wanted = {v.appointment_id: v for v in day.visits}
    found = []
    for route in known.standing:
        stops = tuple(
            PlannedStop(
                s.appointment_id,
                s.case_id,
                wanted[s.appointment_id].case_no,
                since_midnight(known, s.arrive),
                since_midnight(known, s.leave),
                s.travel_s,
            )
            for s in route.stops
            if s.appointment_id in wanted
        )
        lunch = None if route.lunch_from is None else since_midnight(known, route.lunch_from)
        home = _way_home(day, route.officer_id, wanted[stops[-1].appointment_id]) if stops else 0
        back = stops[-1].leave_s + home if stops else 0
        driven = sum(s.travel_s for s in stops) + home
        found.append(OfficerRoute(route.officer_id, stops, lunch, back, driven))
    return DayPlan(known.day, tuple(found), (), day.travel.source, 0)


def _way_home(day: DayProblem, officer_id: OfficerId, last: VisitTask) -> int:
    officer = next((o for o in day.officers if o.officer_id == officer_id), None)
    return day.travel.seconds[last.point][officer.ends_at] if officer else 0


def replan(known: PlanGround, day: DayProblem) -> DayPlan:
    """Plan again around what is published: every promised visit stays with officer and time."""
    return replanned(day, standing_plan(known, day), [p.appointment_id for p in day.pins], SHIFT_S)


def move(
    day: DayProblem,
    plan: DayPlan,
    visit: RecordId,
    officers: tuple[OfficerId, ...] = (),
    at_s: int | None = None,
) -> Moved:
    """Say whether a stop may be dropped on other officers or another time (within 50 ms)."""
    return moved(day, plan, visit, officers, at_s)


def if_ill(day: DayProblem, plan: DayPlan, officer_id: OfficerId) -> WhatIf:
    """Return the day without one officer, and the customers to be called."""
    return without_officer(day, plan, officer_id)


def wanted(desk: Desk, case_id: CaseId) -> Wanted | None:
    """Return the customer to look a window for; None without a pin on the map or officers."""
    snapshot = desk.store.projection.case_snapshot(case_id)
    case: Case | None = snapshot.case(case_id)
    if case is None or case.address.point is None or not case.officers:
        return None
    situation = msgspec.structs.replace(
        situation_of(snapshot, case), officers=officers_on(snapshot, case.officers)
    )
    return Wanted(case.id, case.case_no, case.address.point, case.officers, situation)


def propose_windows(
    known: PlanGround,
    plan: DayPlan,
    day: DayProblem,
    times: TravelTimes,
    customer: Wanted,
) -> tuple[Offer, ...]:
    """Return lawful windows of an hour that the plan has room for, least extra driving first."""
    table = times.table((*known.points, customer.point))
    begin = min((o.work_from_s for o in day.officers), default=0)
    end = max((o.work_until_s for o in day.officers), default=0)
    task = VisitTask(
        HERE,
        customer.case_id,
        customer.case_no,
        len(known.points),
        begin,
        end,
        VISIT_MINUTES * 60,
        customer.officers,
    )
    with_it = msgspec.structs.replace(day, travel=Travel(table.seconds, table.source))
    free = offers(with_it, plan, task, OFFERED_MINUTES * 60)
    lawful = [o for o in free if _lawful(known, customer, o)]
    return tuple(sorted(lawful, key=lambda o: (o.extra_driving_s, o.begin_s)))


def _lawful(known: PlanGround, customer: Wanted, offer: Offer) -> bool:
    law, midnight = known.law, at_local(known.day, time(0), known.zone)
    start = midnight + timedelta(seconds=offer.begin_s)
    agreement = Agreement(
        start=start, end=midnight + timedelta(seconds=offer.end_s), agreed_at=law.now, place="home"
    )
    asked = msgspec.structs.replace(customer.situation, agreement=agreement)
    decision = law.policy.judge(Act.VISIT_PLAN, law.now, asked)
    return start > law.now and decision.verdict is not Verdict.BLOCK


def running_late(
    known: PlanGround,
    times: TravelTimes,
    day: DayProblem,
    late: tuple[OfficerId, Point, datetime],
    done: Collection[RecordId],
) -> RestOfDay:
    """Plan the rest of an officer's published day from where he is, and say whom to call.

    `late` is who, where (latitude, longitude) and when he can set out again.
    """
    officer_id, place, now = late
    points: Sequence[Point] = (*known.points, place)
    table = times.table(points)
    with_here = msgspec.structs.replace(day, travel=Travel(table.seconds, table.source))
    where = Where(officer_id, len(known.points), since_midnight(known, now))
    return rest_of_day(with_here, standing_plan(known, day), where, done)
