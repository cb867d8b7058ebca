"""Invented days of every kind for the planner, and the independent check of their plans."""

import random
from datetime import date

import msgspec

from field_app.operations.routes import check
from field_app.planning.problem import (
    DayPlan,
    DayProblem,
    Lunch,
    OfficerDay,
    Travel,
    VisitTask,
    Window,
)

HOUR = 3600
NAMES = ("li", "wang", "chen", "zhao", "qian")


def random_day(chance: random.Random, visits: int | None = None) -> DayProblem:
    """Return a day with teams, proposals, skills, long and short days, several start places."""
    names = NAMES[: chance.randint(2, 5)]
    points = [
        (chance.uniform(0, 5000), chance.uniform(0, 5000)) for _ in range(chance.randint(4, 15))
    ]
    rows = tuple(
        tuple(round((abs(a[0] - b[0]) + abs(a[1] - b[1])) / 6) for b in points) for a in points
    )
    officers = tuple(_officer(chance, n, len(points)) for n in names)
    number = chance.randint(0, 14) if visits is None else visits
    tasks = tuple(_visit(chance, n, names, len(points)) for n in range(number))
    return DayProblem(date(2026, 11, 25), "Asia/Shanghai", officers, tasks, Travel(rows, "stored"))


def _officer(chance: random.Random, name: str, points: int) -> OfficerDay:
    return OfficerDay(
        name,
        name,
        chance.randrange(points),
        chance.choice((8, 9)) * HOUR,
        chance.choice((17, 18)) * HOUR,
        chance.choice((None, Lunch(), Lunch(12 * HOUR, 13 * HOUR, 60))),
        chance.choice((3, 6, 12)),
        chance.choice((None, chance.randrange(points))),
        frozenset(("certified",) if chance.random() < 0.8 else ()),
        chance.choice((None, None, 6 * HOUR)),
    )


def _visit(chance: random.Random, number: int, names: tuple[str, ...], points: int) -> VisitTask:
    begin = round(chance.uniform(8, 16) * HOUR)
    end = begin + round(chance.choice((0.5, 1, 2)) * HOUR)
    named = tuple(chance.sample(names, chance.choice((1, 2))))
    proposal = chance.random() < 0.4
    later = Window(end + HOUR, end + 2 * HOUR)
    return VisitTask(
        f"a{number}",
        f"c{number}",
        f"Y{number}",
        chance.randrange(points),
        begin,
        end,
        2400,
        () if proposal else named,
        (later,) if proposal and chance.random() < 0.5 else (),
        frozenset(("certified",) if chance.random() < 0.3 else ()),
        chance.choice((1, 1, 2)),
        chance.choice((20, 60)) if proposal else 100,
    )


def breaches(day: DayProblem, plan: DayPlan) -> list[str]:
    """Return the codes of what a plan breaks."""
    return [b.code for b in check(day, plan)]


def with_stop(plan: DayPlan, route: int, stop: int, **values: object) -> DayPlan:
    """Return the plan with one stop changed."""
    routes = list(plan.routes)
    stops = list(routes[route].stops)
    stops[stop] = msgspec.structs.replace(stops[stop], **values)
    routes[route] = msgspec.structs.replace(routes[route], stops=tuple(stops))
    return msgspec.structs.replace(plan, routes=tuple(routes))
