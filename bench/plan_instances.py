"""Public instances as days of the product's own model: customers are visits, vehicles officers.

Solomon's files count distance with one decimal, cut off; the MDVRPTW files in VRPLIB's form count
thousandths, rounded. One unit of that is one second here.
"""

import math
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import vrplib

from field_app.planning.problem import DayProblem, OfficerDay, Travel, VisitTask

DAY, ZONE = date(2026, 11, 25), "Asia/Shanghai"
TENTHS, THOUSANDTHS = 10, 1000


class Instance(msgspec.Struct, frozen=True):
    """A day with the best driving known for it."""

    name: str
    problem: DayProblem
    best: int


def hundred(folder: Path) -> list[Instance]:
    """Read Solomon's files of a folder."""
    return [solomon(p) for p in sorted(folder.glob("*.txt")) if p.with_suffix(".sol").exists()]


def several_depots_in(folder: Path) -> list[Instance]:
    """Read the MDVRPTW files of a folder."""
    return [several_depots(p) for p in sorted(folder.glob("*.vrp"))]


def solomon(path: Path) -> Instance:
    """Read a file of Solomon's with its .sol beside."""
    told = vrplib.read_instance(path, instance_format="solomon", compute_edge_weights=False)
    points = [tuple(map(float, p)) for p in told["node_coord"]]
    rows = tuple(tuple(int(math.dist(a, b) * TENTHS) for b in points) for a in points)
    windows = [(int(b) * TENTHS, int(e) * TENTHS) for b, e in told["time_window"]]
    officers = tuple(
        _officer(n, 0, windows[0], int(told["capacity"]), None) for n in range(told["vehicles"])
    )
    visits = tuple(
        _visit(n, windows[n], int(told["service_time"][n]) * TENTHS, int(told["demand"][n]))
        for n in range(1, len(points))
    )
    return _instance(path, officers, visits, rows, TENTHS)


def several_depots(path: Path) -> Instance:
    """Read an MDVRPTW file in VRPLIB's form with its .sol beside."""
    told: dict[str, Any] = vrplib.read_instance(path, compute_edge_weights=False)
    points = [tuple(map(float, p)) for p in told["node_coord"]]
    rows = tuple(tuple(round(math.dist(a, b) * THOUSANDTHS) for b in points) for a in points)
    windows = [(round(b * THOUSANDTHS), round(e * THOUSANDTHS)) for b, e in told["time_window"]]
    depots = [int(d) for d in told["depot"]]
    longest = round(told["vehicles_max_duration"] * THOUSANDTHS)
    starts = [int(d) - 1 for d in told["vehicles_depot"]]
    officers = tuple(
        _officer(n, at, windows[at], int(told["capacity"]), longest) for n, at in enumerate(starts)
    )
    visits = tuple(
        _visit(n, windows[n], round(told["service_time"][n] * THOUSANDTHS), int(told["demand"][n]))
        for n in range(len(points))
        if n not in depots
    )
    return _instance(path, officers, visits, rows, 1)


def _instance(
    path: Path,
    officers: tuple[OfficerDay, ...],
    visits: tuple[VisitTask, ...],
    rows: tuple[tuple[int, ...], ...],
    scale: int,
) -> Instance:
    best = float(vrplib.read_solution(path.with_suffix(".sol"))["cost"])
    day = DayProblem(DAY, ZONE, officers, visits, Travel(rows, "stored"))
    return Instance(path.stem, day, round(best * scale))


def _officer(
    number: int, at: int, hours: tuple[int, int], most: int, longest: int | None
) -> OfficerDay:
    name = f"o{number}"
    return OfficerDay(
        name,  # type: ignore[arg-type]  # ids are made here
        name,
        at,
        hours[0],
        hours[1],
        lunch=None,
        most_visits=most,
        longest_s=longest,
    )


def _visit(number: int, window: tuple[int, int], service: int, takes: int) -> VisitTask:
    key = f"v{number}"
    return VisitTask(
        key,  # type: ignore[arg-type]  # ids are made here
        key,  # type: ignore[arg-type]
        key,
        number,
        window[0],
        window[1],
        service,
        (),
        takes=takes,
    )
