"""What passes between the program and the solver's process: one question, lines of answer."""

from collections.abc import Callable

import msgspec

from field_app.planning.problem import DayPlan, DayProblem

type Tell = Callable[[float], None]  # hears how far a search is, from 0 to 1
type Clock = Callable[[], float]  # seconds


class Asked(msgspec.Struct, frozen=True):
    """A problem, how long the search may take beyond a moment, and its seed.

    `own_time` counts the process's own seconds on its core, for figures on a shared machine.
    """

    problem: DayProblem
    seconds: float
    seed: int
    own_time: bool = False


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """How much of the time given is over, from 0 to 1."""

    part: float


class Done(msgspec.Struct, frozen=True, tag="done"):
    """The plan."""

    plan: DayPlan
