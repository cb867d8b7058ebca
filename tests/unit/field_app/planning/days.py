"""The bench's invented days for tests, and the independent check of their plans."""

import msgspec

from bench.plan_days import HOUR as HOUR
from bench.plan_days import random_day as random_day
from field_app.operations.routes import check
from field_app.planning.problem import DayPlan, DayProblem


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
