"""The oracles bite: every planted bug is found within a hundred schedules."""

import pytest

from tests.sync.simulator.plants import PLANTS
from tests.sync.simulator.run import run

WITHIN = 100
# Found by their very first schedules; the others are found with `--long`.
QUICK = (
    "conflict_dropped",
    "cursor_one_further",
    "exit_forgotten",
    "overlay_dropped_early",
    "reassignment_forgets_children",
    "refusals_not_audited",
    "rev_check_removed",
    "scope_too_wide",
)


def found(plant: str) -> str:
    """Return what the first schedule that finds the bug says; fails the test when none does."""
    for seed in range(WITHIN):
        with PLANTS[plant]():
            outcome = run(seed)
        if outcome.broken:
            return f"{plant}: seed {seed}: {outcome.broken}"
    raise AssertionError(f"{plant} was not found in {WITHIN} schedules")


@pytest.mark.parametrize("plant", QUICK)
def test_a_planted_bug_is_found(plant: str) -> None:
    print(found(plant))


@pytest.mark.long
@pytest.mark.parametrize("plant", sorted(set(PLANTS) - set(QUICK)))
def test_every_planted_bug_is_found(plant: str) -> None:
    print(found(plant))


def test_there_are_enough() -> None:
    assert len(PLANTS) >= 12
