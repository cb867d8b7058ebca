"""How long one thread may keep Python's lock when another wants it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

# The window takes the lock again after each call into Qt, so a frame of fifty calls waited fifty
# times Python's own 5 ms; and so did the store thread after each statement of a first sync.
SWITCH_S = 0.0005


@contextmanager
def short_turns() -> Iterator[None]:
    """Let threads take turns this quickly until the end of the block."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
