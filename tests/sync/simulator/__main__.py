"""Runs schedules: `python3 dev.py simulate --seed N --count M [--plant BUG] [--story]`."""

import argparse
import sys
from contextlib import nullcontext

from tests.sync.simulator.plants import PLANTS
from tests.sync.simulator.run import Outcome, run
from tests.sync.simulator.tally import Tally


def main(arguments: list[str]) -> int:
    """Run the seeds and print what was tried; 1 when one of them is broken.

    With a planted bug the first seed that finds it ends the run; finding nothing is the failure.
    """
    parsed = _parser().parse_args(arguments)
    tally = Tally()
    for seed in range(parsed.seed, parsed.seed + parsed.count):
        with PLANTS[parsed.plant]() if parsed.plant else nullcontext():
            outcome = run(seed)
        tally.count(outcome)
        if outcome.broken or parsed.story:
            _tell(outcome, parsed.story)
        if outcome.broken and parsed.plant:
            return 0
    print(tally.line)
    return int(bool(tally.broken) or bool(parsed.plant))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py simulate")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--count", type=int, default=1, help="how many seeds")
    parser.add_argument("--plant", choices=sorted(PLANTS), help="plant a bug; it must be found")
    parser.add_argument("--story", action="store_true", help="tell everything that happens")
    return parser


def _tell(outcome: Outcome, whole: bool) -> None:
    if whole:
        print("\n".join(outcome.told))
    print(f"seed {outcome.seed}: {outcome.broken or 'whole'} ({outcome.digest[:16]})")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
