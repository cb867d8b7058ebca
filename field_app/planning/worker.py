"""The solver's own process: a question on standard input, progress and a plan as output.

Started by `process.PlanProcess`; cancelling kills it, so a stuck solver stops nobody's window.
"""

import sys
import time

import msgspec

from field_app.planning.messages import Asked, Done, Progress
from field_app.planning.solver import PatientSolver


def work() -> int:
    """Solve the one problem given and return an exit code."""
    asked = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Asked)
    began = time.monotonic()
    clock = time.process_time if asked.own_time else time.monotonic
    solver = PatientSolver(asked.seconds, asked.seed, lambda part: _say(Progress(part)), clock)
    plan = solver.solve(asked.problem)
    spent = round((time.monotonic() - began) * 1000)
    _say(Done(msgspec.structs.replace(plan, solve_ms=spent)))
    return 0


def _say(message: Progress | Done) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(message) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(work())
