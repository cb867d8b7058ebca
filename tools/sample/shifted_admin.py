"""`field-server` under the clock of demo and tour, so that codes and imports fit their days."""

import os
import sys

from sync.cli.program import main
from tools.sample.shifted_server import SHIFT, ShiftedClock

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], ShiftedClock(float(os.environ[SHIFT]))))
