"""The day planner through its own model and processes: `python -m bench.plan [--instances DIR]`.

What is counted is the processes' own time, whoever shares the machine: a search of five seconds
has five seconds of its core, one seed on each of two cores. OR-Tools solves the same day and is
given the same time of the wall's clock as ours took. Times of the planner's process include its
start. `--parts` runs some of it; the parts that read public files need `--instances`.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.figures import OUT, Goal, Metric, publish
from bench.plan_branch import checked, large, live, replanning
from bench.plan_gaps import gaps
from bench.plan_instances import hundred, several_depots_in
from bench.plan_matrix import CITY, PLACES, road_matrix

ROUNDS, PLANS, SHORT_S, LONG_S = 5, 1000, 5.0, 20.0
SOLOMON_GAP, SHORT_GAP, LONG_GAP, DEARER = 0.5, 5.0, 2.0, 1.05
BEATEN = Goal(1.0)
GOALS = {
    "solomon_gap": Goal(1.0),
    "solomon_gap_ortools": BEATEN,
    "mdvrptw_gap_short": Goal(1.0),
    "mdvrptw_gap_short_ortools": BEATEN,
    "mdvrptw_gap_long": Goal(1.0),
    "mdvrptw_gap_long_ortools": BEATEN,
    "live_40_visits": Goal(1.0),
    "live_beside_ortools": BEATEN,
    "overhead_360_visits": Goal(1.0),
    "large_beside_ortools": BEATEN,
    "replan": Goal(1.0),
    "replan_promises_kept": Goal(1.0, at_least=True),
    "replan_travel": Goal(DEARER),
    "plans_unbroken": Goal(1.0, at_least=True),
    "matrix": Goal(1.0),
}
type Part = Callable[[argparse.Namespace], dict[str, Metric]]
PARTS: dict[str, Part] = {
    "live": lambda asked: live(asked.rounds, asked.seconds),
    "large": lambda asked: large(max(1, asked.rounds // 2), min(1.0, asked.seconds)),
    "replan": lambda asked: replanning(asked.rounds),
    "random": lambda asked: checked(asked.plans),
    "matrix": lambda asked: road_matrix(asked.pack, asked.places),
}
FILES: dict[str, Part] = {
    "solomon": lambda asked: gaps(
        "solomon_gap", hundred(asked.instances), asked.seconds, SOLOMON_GAP, peer=asked.peer
    ),
    "depots": lambda asked: gaps(
        "mdvrptw_gap_short",
        several_depots_in(asked.instances),
        asked.seconds,
        SHORT_GAP,
        peer=asked.peer,
    ),
    "depots-long": lambda asked: gaps(
        "mdvrptw_gap_long",
        several_depots_in(asked.instances),
        asked.long,
        LONG_GAP,
        peer=asked.peer,
    ),
}


def main(argv: list[str], out: Path = OUT) -> int:
    """Measure, print a table and write the figures."""
    asked = _asked(argv)
    load = os.getloadavg()[0]
    metrics: dict[str, Metric] = {}
    for name in asked.parts:
        began = time.monotonic()
        metrics |= (PARTS | FILES)[name](asked)
        print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
    publish("plan", metrics, GOALS, out)
    print(f"load before {load:.1f}, after {os.getloadavg()[0]:.1f}, on {os.cpu_count()} cores")
    return 0


def _asked(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=Path, help="folder of Solomon and MDVRPTW files")
    parser.add_argument("--parts", nargs="+", choices=[*PARTS, *FILES], help="every one by default")
    parser.add_argument("--seconds", type=float, default=SHORT_S, help="the short search")
    parser.add_argument("--long", type=float, default=LONG_S, help="the long search")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--plans", type=int, default=PLANS, help="random days to be checked")
    parser.add_argument("--pack", type=Path, default=CITY, help="whose roads the matrix is of")
    parser.add_argument("--places", type=int, default=PLACES, help="rows of the matrix")
    parser.add_argument(
        "--no-peer", dest="peer", action="store_false", help="the files without OR-Tools beside"
    )
    asked = parser.parse_args(argv)
    if asked.parts is None:
        asked.parts = [*PARTS, *(FILES if asked.instances else ())]
        if not asked.instances:
            print(f"left out, as they read public files (--instances): {', '.join(FILES)}")
    elif not asked.instances and set(asked.parts) & set(FILES):
        parser.error(f"{', '.join(FILES)} need --instances")
    return asked


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
