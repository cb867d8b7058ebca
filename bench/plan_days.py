"""Invented days of every kind: teams, proposals, skills, lunch, short days, several starts."""

import random
from datetime import date

from field_app.planning.problem import (
    DayProblem,
    Lunch,
    OfficerDay,
    Travel,
    VisitTask,
    Window,
)
from sync.domain.ids import CaseId, OfficerId, RecordId

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
        OfficerId(name),
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
    named = tuple(OfficerId(n) for n in chance.sample(names, chance.choice((1, 2))))
    proposal = chance.random() < 0.4
    later = Window(end + HOUR, end + 2 * HOUR)
    return VisitTask(
        RecordId(f"a{number}"),
        CaseId(f"c{number}"),
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


def branch_day(chance: random.Random, visits: int = 40, officers: int = 5) -> DayProblem:
    """Return a full day of a branch: lunch, certificates, half the visits agreed with somebody.

    The city is a square of 12 km driven at 30 km/h; agreed windows last two hours.
    """
    points = [(chance.uniform(0, 12_000), chance.uniform(0, 12_000)) for _ in range(visits)]
    points = [(6_000.0, 6_000.0)] * officers + points
    rows = tuple(
        tuple(round((abs(a[0] - b[0]) + abs(a[1] - b[1])) / 8.3) for b in points) for a in points
    )
    names = [OfficerId(f"o{n}") for n in range(officers)]
    people = tuple(
        OfficerDay(n, n, at, 8 * HOUR, 18 * HOUR, skills=frozenset({"certified"}))
        for at, n in enumerate(names)
    )
    return DayProblem(
        date(2026, 11, 25),
        "Asia/Shanghai",
        people,
        tuple(branch_visit(chance, n, officers + n, names) for n in range(visits)),
        Travel(rows, "stored"),
    )


def branch_visit(
    chance: random.Random, number: int, point: int, names: list[OfficerId]
) -> VisitTask:
    """Return a visit of half an hour in a branch's day."""
    begin = round(chance.uniform(8.5, 15) * 2) * HOUR // 2
    return VisitTask(
        RecordId(f"a{number}"),
        CaseId(f"c{number}"),
        f"Y{number}",
        point,
        begin,
        begin + 2 * HOUR,
        1800,
        (chance.choice(names),) if chance.random() < 0.5 else (),
        skills=frozenset({"certified"}),
    )
