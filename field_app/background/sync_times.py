"""How long to wait until the next sync: after a start, an act, a success, a failure."""

import random

from sync.domain.time import Clock
from sync.engine.retry import LONGEST_S, delay
from sync.engine.rush import spread_s

START_WITHIN_S = 3.0
EVERY_S = 300.0
SPREAD = 0.2  # 20 per cent either way, so that laptops do not come together
AFTER_ACT_S = 2.0


class SyncTimes:
    """Seconds to wait, by the wall's hour and by chance."""

    def __init__(self, clock: Clock, chance: random.Random) -> None:
        self._clock = clock
        self._chance = chance

    def after_start(self, *, synced_before: bool) -> float:
        """Return the wait of a program that was just unlocked; an empty laptop hardly waits."""
        within = START_WITHIN_S
        if synced_before:
            within = max(within, self._rush_s())
        return self._chance.uniform(0, within)

    def after_act(self) -> float:
        """Return the wait after something was recorded."""
        return AFTER_ACT_S + self._chance.uniform(0, self._rush_s())

    def after_success(self) -> float:
        """Return the wait after a sync that ended well."""
        return EVERY_S * self._chance.uniform(1 - SPREAD, 1 + SPREAD)

    def after_failure(self, failures: int, wish: float | None, *, passing: bool) -> float:
        """Return the wait after so many failures in a row; `wish` is the server's own."""
        return delay(failures, self._chance, wish) if passing else LONGEST_S

    def _rush_s(self) -> float:
        # People come by the clock on their wall, which is the machine's zone.
        return spread_s(self._clock.now().astimezone())
