"""The day planner through its own model and processes: `python -m bench.plan [--instances DIR]`.

What is counted is the processes' own time, whoever shares the machine: a search of five seconds
has five seconds of its core, one seed on each of two cores. OR-Tools solves the same day and is
given the same time of the wall's clock as ours took. Times of the planner's process include its
start.
"""

import argparse
import os
import random
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.figures import OUT, Goal, Metric, beside, publish, within
from bench.plan_days import branch_day, random_day
from bench.plan_instances import Instance, several_depots, solomon
from bench.plan_peer import POINT, ortools_plan
from field_app.operations.routes import check
from field_app.planning.changes import replanned
from field_app.planning.ground import Ground, orders_in
from field_app.planning.insertion import weight
from field_app.planning.problem import DayPlan, DayProblem
from field_app.planning.process import PlanProcess
from field_app.planning.solver import PatientSolver, VroomSolver

WORKER = [sys.executable, "-m", "field_app.planning.worker"]
SEED, ROUNDS, PLANS, SHORT_S, LONG_S = 20261126, 5, 1000, 5.0, 20.0
LIVE_S, OVERHEAD_S, REPLAN_S = 0.5, 1.0, 0.3
SOLOMON_GAP, SHORT_GAP, LONG_GAP, DEARER = 0.5, 5.0, 2.0, 1.05
LARGE_VISITS, LARGE_OFFICERS, EVERY_PATIENT = 360, 40, 50
GOALS = {
    "solomon_gap": Goal(1.0),
    "mdvrptw_gap_short": Goal(1.0),
    "mdvrptw_gap_long": Goal(1.0),
    "live_40_visits": Goal(1.0),
    "live_beside_ortools": Goal(1.0),
    "overhead_360_visits": Goal(1.0),
    "replan": Goal(1.0),
    "replan_promises_kept": Goal(1.0, at_least=True),
    "replan_travel": Goal(DEARER),
    "plans_unbroken": Goal(1.0, at_least=True),
}


def main(argv: list[str], out: Path = OUT) -> int:
    """Measure, print a table and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=Path, help="folder of Solomon and MDVRPTW files")
    parser.add_argument("--seconds", type=float, default=SHORT_S, help="the short search")
    parser.add_argument("--long", type=float, default=LONG_S, help="the long search")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--plans", type=int, default=PLANS)
    asked = parser.parse_args(argv)
    load = os.getloadavg()[0]
    metrics = _live(asked.rounds, asked.seconds)
    metrics |= _overhead(asked.rounds, min(1.0, asked.seconds))
    metrics |= _replan(asked.rounds) | _checked(asked.plans)
    if asked.instances:
        metrics |= _instances(asked.instances, asked.seconds, asked.long)
    publish("plan", metrics, GOALS, out)
    print(f"load before {load:.1f}, after {os.getloadavg()[0]:.1f}, on {os.cpu_count()} cores")
    return 0


def _worth(day: DayProblem, plan: DayPlan) -> int:
    ground = Ground(day)
    left, driving = weight(ground, orders_in(ground, plan))
    return left * POINT + driving


def _children() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _live(rounds: int, seconds: float) -> dict[str, Metric]:
    spent, worth = [], []
    for number in range(rounds):
        day = branch_day(random.Random(SEED + number))
        before, wall = _children(), time.monotonic()
        plan = PlanProcess(WORKER).solve(day)
        wall = time.monotonic() - wall
        spent.append(_children() - before)
        peer = ortools_plan(day, max(wall, 0.2 * min(1.0, seconds)))
        theirs = 100 * len(day.visits) * POINT if peer is None else peer.left * POINT + peer.driving
        worth.append((float(_worth(day, plan)), float(theirs)))
    return {
        "live_40_visits": within(spent, LIVE_S),
        "live_beside_ortools": beside(worth, "s driven or left"),
    }


def _overhead(rounds: int, seconds: float) -> dict[str, Metric]:
    """Return what a large day costs beside the search itself: start, model, times, check."""
    spent = []
    day = branch_day(random.Random(SEED), LARGE_VISITS, LARGE_OFFICERS)
    officers = tuple(msgspec.structs.replace(o, lunch=None) for o in day.officers)
    day = msgspec.structs.replace(day, officers=officers)
    for _ in range(max(1, rounds // 2)):
        before, own = _children(), time.process_time()
        plan = PlanProcess(WORKER).solve(day, seconds, own_time=True)
        searches = 2 if seconds >= 1 else 1
        assert check(day, plan) == []
        children = (_children() - before) / searches - seconds
        spent.append(children + time.process_time() - own)
    return {"overhead_360_visits": within(spent, OVERHEAD_S)}


def _replan(rounds: int) -> dict[str, Metric]:
    spent, kept, travel = [], [], []
    for number in range(rounds):
        chance = random.Random(SEED + number)
        whole = branch_day(chance, 41)
        day = msgspec.structs.replace(whole, visits=whole.visits[:-1])
        before = PatientSolver(1.0).solve(day)
        promised = {s.appointment_id: (r.officer_id, s.arrive_s)
                    for r in before.routes for s in r.stops}  # fmt: skip
        began = time.process_time()
        after = replanned(whole, before, promised)
        spent.append(time.process_time() - began)
        now = {s.appointment_id: (r.officer_id, s.arrive_s)
               for r in after.routes for s in r.stops}  # fmt: skip
        kept.append(sum(now.get(i) == was for i, was in promised.items()) / len(promised))
        free = VroomSolver(1).solve(whole)
        travel.append((_driven(after), _driven(free)))
    return {
        "replan": within(spent, REPLAN_S),
        "replan_promises_kept": within(kept, 1.0, "of all"),
        "replan_travel": beside(travel, "s driven"),
    }


def _driven(plan: DayPlan) -> float:
    return float(sum(r.driving_s for r in plan.routes))


def _checked(plans: int) -> dict[str, Metric]:
    chance, good = random.Random(SEED), 0
    for number in range(plans):
        day = random_day(chance)
        patient = number % EVERY_PATIENT == EVERY_PATIENT - 1
        plan = (PatientSolver(0.5) if patient else VroomSolver(1)).solve(day)
        good += not check(day, plan)
    print(f"{plans} random plans checked, {plans - good} broken")
    return {"plans_unbroken": within([good / plans], 1.0, "of all")}


def _instances(folder: Path, short: float, long: float) -> dict[str, Metric]:
    hundred = [solomon(p) for p in sorted(folder.glob("*.txt")) if p.with_suffix(".sol").exists()]
    depots = [several_depots(p) for p in sorted(folder.glob("*.vrp"))]
    found: dict[str, Metric] = {}
    for name, files, seconds, wanted in (
        ("solomon_gap", hundred, short, SOLOMON_GAP),
        ("mdvrptw_gap_short", depots, short, SHORT_GAP),
        ("mdvrptw_gap_long", depots, long, LONG_GAP),
    ):
        if files:
            found |= _gaps(name, files, seconds, wanted)
    return found


def _gaps(name: str, files: Sequence[Instance], seconds: float, wanted: float) -> dict[str, Metric]:
    """Return the mean gap to the best known, in per cent, and OR-Tools' beside it."""
    ours, theirs = [], []
    for file in files:
        wall = time.monotonic()
        plan = PlanProcess(WORKER).solve(file.problem, seconds, own_time=True)
        wall = time.monotonic() - wall
        assert check(file.problem, plan) == []
        assert plan.unplaced == ()
        ours.append((_driven(plan) / file.best - 1) * 100)
        peer = ortools_plan(file.problem, wall)
        theirs.append(100.0 if peer is None or peer.left else (peer.driving / file.best - 1) * 100)
        print(f"{name} {file.name}: {ours[-1]:.2f} %, OR-Tools {theirs[-1]:.2f} %, {wall:.0f} s")
    means = (max(0.001, sum(ours) / len(ours)), max(0.001, sum(theirs) / len(theirs)))
    return {name: within([means[0]], wanted, "%"), f"{name}_ortools": beside([means], "%")}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
