"""Which versions of the protocol are spoken: a server speaks its newest and the one before.

Messages only grow: what one side does not know of the other's it leaves aside, or keeps as it came.
Version 2: `Push` carries the laptop's clocks at the moment of sending (`sent`), by which the
server reckons when its envelopes were made; `Hello` tells whose facts are still taken (`facts_of`).
Later servers of version 2 tell their `checkpoint` in `Hello`: to either side it is nothing to need.
"""

VERSION = 2


def spoken(newest: int) -> tuple[int, ...]:
    """Return the versions that a server of version `newest` speaks in full, newest first."""
    return tuple(v for v in (newest, newest - 1) if v > 0)


def facts_of(newest: int) -> tuple[int, ...]:
    """Return the versions that are told to update and whose facts are taken all the same."""
    return tuple(v for v in (newest - 2,) if v > 0)
