"""People work through every fault there is, and nothing is lost, doubled or shown wrongly."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.sync.simulator.regressions import REGRESSIONS
from tests.sync.simulator.run import run
from tests.sync.simulator.tally import Tally

ROOT = Path(__file__).resolve().parents[3]
PLAIN, A_PART = 300, 25  # all in one took longer than a test may on a busy machine
LONG = 5000
AT_ONCE = 250


def whole(seeds: range) -> Tally:
    """Run the seeds; fails the test with the first one that is broken and how to see it again."""
    tally = Tally()
    for seed in seeds:
        outcome = run(seed)
        tally.count(outcome)
        again = f"python3 dev.py simulate --seed {seed} --story"
        assert not outcome.broken, f"seed {seed}: {outcome.broken}\nsee it again: {again}"
    print(tally.line)
    return tally


@cache
def part(first: int) -> Tally:
    """Run a part of the plain seeds, once for all tests."""
    return whole(range(first, first + A_PART))


PARTS = range(0, PLAIN, A_PART)


@pytest.mark.parametrize("first", PARTS)
def test_nothing_is_lost(first: int) -> None:
    assert part(first).tried == A_PART


def test_much_happens() -> None:
    """It would be easy to lose nothing while nothing happens."""

    def of_all(what: str) -> int:
        return sum(getattr(part(first), what) for first in PARTS)

    assert of_all("saved") > 20 * PLAIN
    assert of_all("requests") > 60 * PLAIN
    assert of_all("attention") > PLAIN // 2
    often = ("put_back", "rotted", "told_to_wait", "stumbled")
    assert min(of_all(what) for what in often) > PLAIN // 5
    assert of_all("compacted") > PLAIN


@pytest.mark.long
@pytest.mark.parametrize("first", range(PLAIN, PLAIN + LONG, AT_ONCE))
def test_nothing_is_lost_in_thousands(first: int) -> None:
    whole(range(first, first + AT_ONCE))


@pytest.mark.parametrize("seed", REGRESSIONS, ids=str)
def test_what_once_failed(seed: int) -> None:
    whole(range(seed, seed + 1))


@pytest.mark.parametrize("seed", [1, 7])
def test_a_seed_is_one_story(seed: int) -> None:
    first, again = run(seed), run(seed)
    assert first.digest == again.digest
    assert first.told == again.told
    assert first.digest != run(seed + 1).digest


def test_a_seed_is_one_story_in_every_process() -> None:
    command = [sys.executable, "-m", "tests.sync.simulator", "--seed", "3", "--story"]
    stories = {
        subprocess.run(
            command,
            cwd=ROOT,
            env={"PYTHONHASHSEED": hash_seed, "PATH": ""},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(stories) == 1
    assert run(3).digest[:16] in stories.pop()
