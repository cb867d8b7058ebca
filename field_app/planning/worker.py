"""The solver's own process: a problem on standard input, a plan on standard output.

Started by `process.PlanProcess`; cancelling kills it, so a stuck solver stops nobody's window.
"""

import sys
import time

import msgspec

from field_app.planning.problem import DayProblem
from field_app.planning.solver import VroomSolver


def work() -> int:
    """Solve the one problem given and return an exit code."""
    problem = msgspec.json.decode(sys.stdin.buffer.read(), type=DayProblem)
    began = time.monotonic()
    plan = VroomSolver().solve(problem)
    spent = round((time.monotonic() - began) * 1000)
    stamped = msgspec.structs.replace(plan, solve_ms=spent)
    sys.stdout.buffer.write(msgspec.json.encode(stamped))
    return 0


if __name__ == "__main__":
    sys.exit(work())
