"""Lets this process wait for its turn at the processor, instead of interrupting who has it.

A page comes from the database in fifty pieces. The system lets go first whom it wakes, so where
both share a processor a piece may stop the database, for a process that then finds hardly anything
to do: a tenth of a page's processor time, of both. Linux wakes no less soon an idle processor.
"""

import os
import sys


def wait_for_them() -> bool:
    """Let this thread and those it begins wait; False where the system knows no such thing."""
    if sys.platform != "linux":
        return False
    try:
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    except OSError:
        return False
    return True
