"""`python -m sync.cli` and `field-server`: loads the program, then runs it.

Python's collector is off while modules load and what came with them is set aside afterwards: it
would look through all of it again and again, find nothing, and take a sixth of the start.
"""

import gc
import sys


def main() -> int:
    """Run the program of the command line and return its exit code."""
    gc.disable()
    from sync.cli.program import main as run

    gc.freeze()
    gc.enable()
    return run()


if __name__ == "__main__":
    sys.exit(main())
