"""`python -m sync.cli`."""

import sys

from sync.cli.program import main

if __name__ == "__main__":
    sys.exit(main())
