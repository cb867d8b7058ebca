"""Runs the solver in a process of its own and can stop it at any moment."""

import subprocess
import threading
from collections.abc import Sequence

import msgspec

from field_app.planning.problem import DayPlan, DayProblem


class PlanFailed(Exception):
    """The solver's process ended without a plan; the text is for the log, not for people."""


class PlanCancelled(Exception):
    """The person asked to stop."""


class PlanProcess:
    """One run of the solver; `solve` blocks its thread, `cancel` may come from any other."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._cancelled = False

    def solve(self, problem: DayProblem) -> DayPlan:
        """Return the plan.

        Raises PlanCancelled after `cancel`, PlanFailed when the process breaks.
        """
        with self._lock:
            if self._cancelled:
                raise PlanCancelled
            self._process = subprocess.Popen(  # noqa: S603  # our own program, fixed arguments
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        out, err = self._process.communicate(msgspec.json.encode(problem))
        if self._cancelled:
            raise PlanCancelled
        if self._process.returncode != 0:
            raise PlanFailed(err.decode(errors="replace")[-2000:])
        return msgspec.json.decode(out, type=DayPlan)

    def cancel(self) -> None:
        """Stop the solver; does nothing when it has already ended."""
        with self._lock:
            self._cancelled = True
            if self._process is not None and self._process.poll() is None:
                self._process.kill()
