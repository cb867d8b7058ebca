"""Days of a branch: planned live, planned at length, planned again, and checked by the thousand."""

import random
import resource
import sys
import time

import msgspec

from bench.figures import Metric, beside, within
from bench.plan_days import branch_day, random_day
from bench.plan_peer import POINT, ortools_plan
from field_app.operations.routes import check
from field_app.planning.changes import replanned
from field_app.planning.ground import Ground, orders_in
from field_app.planning.insertion import weight
from field_app.planning.problem import DayPlan, DayProblem
from field_app.planning.process import PlanProcess
from field_app.planning.solver import PatientSolver, VroomSolver
from sync.domain.ids import OfficerId, RecordId

WORKER = [sys.executable, "-m", "field_app.planning.worker"]
SEED = 20261126
LIVE_S, OVERHEAD_S, REPLAN_S = 0.5, 1.0, 0.3
LARGE_VISITS, LARGE_OFFICERS, EVERY_PATIENT = 360, 40, 50
LEAST_PEER_S = 0.2


def live(rounds: int, seconds: float) -> dict[str, Metric]:
    """Plan 40 visits of 5 officers with lunch, skills and agreed officers, start included."""
    spent, worth = [], []
    for number in range(rounds):
        day = branch_day(random.Random(SEED + number))
        before, wall = _children(), time.monotonic()
        plan = PlanProcess(WORKER).solve(day)
        wall = time.monotonic() - wall
        spent.append(_children() - before)
        worth.append(_beside_peer(day, plan, max(wall, LEAST_PEER_S * min(1.0, seconds))))
    return {
        "live_40_visits": within(spent, LIVE_S),
        "live_beside_ortools": beside(worth, "s"),
    }


def large(rounds: int, seconds: float) -> dict[str, Metric]:
    """Return what a large day costs beside the search itself: start, model, times, check."""
    spent, worth = [], []
    day = branch_day(random.Random(SEED), LARGE_VISITS, LARGE_OFFICERS)
    officers = tuple(msgspec.structs.replace(o, lunch=None) for o in day.officers)
    day = msgspec.structs.replace(day, officers=officers)
    for _ in range(rounds):
        before, own, wall = _children(), time.process_time(), time.monotonic()
        plan = PlanProcess(WORKER).solve(day, seconds, own_time=True)
        searches = 2 if seconds >= 1 else 1
        assert check(day, plan) == []
        children = (_children() - before) / searches - seconds
        spent.append(children + time.process_time() - own)
        worth.append(_beside_peer(day, plan, time.monotonic() - wall))
    return {
        "overhead_360_visits": within(spent, OVERHEAD_S),
        "large_beside_ortools": beside(worth, "s"),
    }


def _beside_peer(day: DayProblem, plan: DayPlan, seconds: float) -> tuple[float, float]:
    """Return what is left out and driven: ours, and OR-Tools' after so many seconds."""
    ground = Ground(day)
    left, driving = weight(ground, orders_in(ground, plan))
    peer = ortools_plan(day, seconds)
    theirs = 100 * len(day.visits) * POINT if peer is None else peer.left * POINT + peer.driving
    return float(left * POINT + driving), float(theirs)


def _children() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def replanning(rounds: int) -> dict[str, Metric]:
    """Plan a day anew behind one more visit, where everybody was promised officer and minute."""
    spent, kept, travel = [], [], []
    for number in range(rounds):
        whole = branch_day(random.Random(SEED + number), 41)
        day = msgspec.structs.replace(whole, visits=whole.visits[:-1])
        before = PatientSolver(1.0).solve(day)
        promised = _promises(before)
        began = time.process_time()
        after = replanned(whole, before, promised)
        spent.append(time.process_time() - began)
        now = _promises(after)
        kept.append(sum(now.get(i) == was for i, was in promised.items()) / len(promised))
        free = VroomSolver(1).solve(whole)
        travel.append((driven(after), driven(free)))
    return {
        "replan": within(spent, REPLAN_S),
        "replan_promises_kept": within(kept, 1.0, "of all"),
        "replan_travel": beside(travel, "s driven"),
    }


def _promises(plan: DayPlan) -> dict[RecordId, tuple[OfficerId, int]]:
    """Return officer and minute of every visit."""
    return {s.appointment_id: (r.officer_id, s.arrive_s) for r in plan.routes for s in r.stops}


def driven(plan: DayPlan) -> float:
    """Return the seconds that everybody drives."""
    return float(sum(r.driving_s for r in plan.routes))


def checked(plans: int) -> dict[str, Metric]:
    """Put the plans of so many random days through the independent check."""
    chance, good = random.Random(SEED), 0
    for number in range(plans):
        day = random_day(chance)
        patient = number % EVERY_PATIENT == EVERY_PATIENT - 1
        plan = (PatientSolver(0.5) if patient else VroomSolver(1)).solve(day)
        good += not check(day, plan)
    print(f"{plans} random plans checked, {plans - good} broken")
    return {"plans_unbroken": within([good / plans], 1.0, "of all")}
