"""Which versions of the protocol are spoken: a server speaks its newest and the one before.

Messages only grow: what one side does not know of the other's it leaves aside, or keeps as it came.
Version 2: `Push` carries the laptop's clocks at the moment of sending (`sent`), by which the
server reckons when its envelopes were made; `Hello` tells whose facts are still taken (`facts_of`).
Later servers of version 2 tell their `checkpoint` in `Hello`: to either side it is nothing to need.
So do those that send `Pushed.pages` to a laptop which names its `Push.reads`, and `Hello.pages`
to one that names what it reads in its greeting's query, which older ones leave aside.
"""

import re

VERSION = 2
# Which program this is. A laptop tells it with each request (`Sync-Client`); the bank may ask for a
# newer one (`Hello.least_client`), and takes only facts of an older one, which may not know a rule.
PROGRAM = "0.1.0"
CLIENT_HEADER = "Sync-Client"
NOBODY_KNOWS = (0,)  # what tells no version is older than each

_PARTS = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){0,3}")


def parts_of(program: str) -> tuple[int, ...]:
    """Return the numbers of a program's version, without noughts at its end; strange ones as 0."""
    if _PARTS.fullmatch(program) is None:
        return NOBODY_KNOWS
    numbers = [int(part) for part in program.split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def is_too_old(program: str, least: str) -> bool:
    """Say whether a program is older than the least one; `least` is empty when any will do."""
    return bool(least) and parts_of(program) < parts_of(least)


def spoken(newest: int) -> tuple[int, ...]:
    """Return the versions that a server of version `newest` speaks in full, newest first."""
    return tuple(v for v in (newest, newest - 1) if v > 0)


def facts_of(newest: int) -> tuple[int, ...]:
    """Return the versions that are told to update and whose facts are taken all the same."""
    return tuple(v for v in (newest - 2,) if v > 0)
