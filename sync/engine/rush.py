"""The hours in which every laptop comes at once, and how far they spread what nobody waits for.

Officers unlock around 08:00 and write up their day towards 18:00. A server that is sized for the
day would be asked by all of them at once. What a person asked for, a laptop's first sync and a
retry are not spread by this.
"""

from datetime import datetime, time

RUSHES = ((time(7, 45), time(8, 45)), (time(17, 30), time(18, 30)))
SPREAD_S = 90.0


def spread_s(at: datetime) -> float:
    """Return over how many seconds a sync that becomes due at this wall time is spread."""
    return SPREAD_S if any(begin <= at.time() < end for begin, end in RUSHES) else 0.0
