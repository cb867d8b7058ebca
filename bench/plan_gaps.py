"""How far the plans of public instances are from the best that is known of them."""

import time
from collections.abc import Sequence

from bench.figures import Metric, beside, within
from bench.plan_branch import WORKER, driven
from bench.plan_instances import Instance
from bench.plan_peer import ortools_plan
from field_app.operations.routes import check
from field_app.planning.process import PlanProcess

LEAST = 0.001  # per cent: a ratio wants something to divide by


def gaps(
    name: str, files: Sequence[Instance], seconds: float, wanted: float, *, peer: bool
) -> dict[str, Metric]:
    """Return the mean gap to the best known, in per cent, and OR-Tools' beside it where wanted."""
    found = [_gap(name, file, seconds, peer=peer) for file in files]
    if not found:
        return {}
    ours, theirs = (max(LEAST, sum(each) / len(each)) for each in zip(*found, strict=True))
    gap = {name: within([ours], wanted, "%")}
    return gap | {f"{name}_ortools": beside([(ours, theirs)], "%")} if peer else gap


def _gap(name: str, file: Instance, seconds: float, *, peer: bool) -> tuple[float, float]:
    began = time.monotonic()
    plan = PlanProcess(WORKER).solve(file.problem, seconds, own_time=True)
    wall = time.monotonic() - began
    assert check(file.problem, plan) == []
    assert plan.unplaced == ()
    ours = (driven(plan) / file.best - 1) * 100
    told, theirs = "", 0.0
    if peer:
        other = ortools_plan(file.problem, wall)
        theirs = 100.0 if other is None or other.left else (other.driving / file.best - 1) * 100
        told = f", OR-Tools {theirs:.2f} %"
    print(f"{name} {file.name}: {ours:.2f} %{told}, {wall:.0f} s", flush=True)
    return ours, theirs
