"""When to try again: from one second doubling to fifteen minutes, with full jitter."""

import random

FIRST_S = 1.0
LONGEST_S = 900.0


def delay(failures: int, chance: random.Random, retry_after: float | None = None) -> float:
    """Return seconds to wait after so many failures in a row; the server's wish is the least.

    Full jitter: anywhere between nothing and the cap, so that laptops do not come back together.
    """
    cap = min(LONGEST_S, FIRST_S * 2 ** min(failures, 20))
    waited = chance.uniform(0, cap)
    if retry_after is None:
        return waited
    return min(LONGEST_S, retry_after) + waited
