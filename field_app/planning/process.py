"""Runs the solver in processes of its own and can stop them at any moment.

A patient search runs once a core, each with its own seed; the best plan counts.
"""

import os
import subprocess
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import msgspec

from field_app.planning.ground import Ground, orders_in
from field_app.planning.insertion import weight
from field_app.planning.messages import Asked, Done, Progress, Tell
from field_app.planning.problem import DayPlan, DayProblem

MOST_SEARCHES = 2
WORTH_A_SECOND = 1.0  # a shorter search is not worth a second process


class PlanFailed(Exception):
    """The solver's process ended without a plan; the text is for the log, not for people."""


class PlanCancelled(Exception):
    """The person asked to stop."""


class PlanProcess:
    """One run of the solver; `solve` blocks its thread, `cancel` may come from any other."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)
        self._running: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()
        self._cancelled = False

    def solve(
        self,
        problem: DayProblem,
        seconds: float = 0.0,
        tell: Tell = lambda _part: None,
        own_time: bool = False,
    ) -> DayPlan:
        """Return the best plan found; `tell` hears from 0 to 1, on a thread of its own.

        `own_time` counts each process's own seconds, for figures on a shared machine.

        Raises PlanCancelled after `cancel`, PlanFailed when a process breaks.
        """
        cores = min(MOST_SEARCHES, os.cpu_count() or 1)
        searches = cores if seconds >= WORTH_A_SECOND else 1
        asked = [Asked(problem, seconds, seed, own_time) for seed in range(1, searches + 1)]
        with ThreadPoolExecutor(searches) as threads:
            waiting = [threads.submit(self._one, one, tell) for one in asked]
            plans = [w.result() for w in waiting]
        if len(plans) == 1:
            return plans[0]
        ground = Ground(problem)
        return min(plans, key=lambda plan: weight(ground, orders_in(ground, plan)))

    def cancel(self) -> None:
        """Stop the solver; does nothing when it has already ended."""
        with self._lock:
            self._cancelled = True
            for process in self._running:
                if process.poll() is None:
                    process.kill()

    def _one(self, asked: Asked, tell: Tell) -> DayPlan:
        with self._lock:
            if self._cancelled:
                raise PlanCancelled
            process = subprocess.Popen(  # noqa: S603  # our own program, fixed arguments
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            self._running.append(process)
        heard = tell if asked.seed == 1 else _no
        plan, words = _talk(process, msgspec.msgpack.encode(asked), heard)
        if self._cancelled:
            raise PlanCancelled
        if process.returncode != 0 or plan is None:
            raise PlanFailed(words)
        return plan


def _talk(process: subprocess.Popen[bytes], asked: bytes, tell: Tell) -> tuple[DayPlan | None, str]:
    """Ask, pass progress on, and return the plan with what stands on the error stream."""
    asking, answer, errors = process.stdin, process.stdout, process.stderr
    if asking is None or answer is None or errors is None:
        raise PlanFailed("the process has no pipes")
    complaints: list[bytes] = []
    reading = threading.Thread(target=complaints.extend, args=(errors,))
    reading.start()
    plan: DayPlan | None = None
    with suppress(BrokenPipeError), asking:  # it ended before it read: its exit code tells
        asking.write(asked)
    for line in answer:
        message = msgspec.json.decode(line, type=Progress | Done)
        if isinstance(message, Done):
            plan = message.plan
        else:
            tell(message.part)
    process.wait()
    reading.join()
    answer.close()
    errors.close()
    return plan, b"".join(complaints).decode(errors="replace")[-2000:]


def _no(_part: float) -> None:
    """Hear nothing."""
