"""What many runs did together, as the one line that is printed."""

from dataclasses import dataclass, field

from tests.sync.simulator.run import Outcome


@dataclass
class Tally:
    """The sums; `broken` are the outcomes that are not whole."""

    tried: int = 0
    saved: int = 0
    requests: int = 0
    attention: int = 0
    broken: list[Outcome] = field(default_factory=list)

    def count(self, outcome: Outcome) -> None:
        """Add a run."""
        self.tried += 1
        self.saved += outcome.saved
        self.requests += outcome.requests
        self.attention += outcome.attention
        if outcome.broken:
            self.broken.append(outcome)

    @property
    def line(self) -> str:
        return (
            f"tried {self.tried} schedules, lost {len(self.broken)} "
            f"({self.saved} acts, {self.requests} requests, {self.attention} for a person)"
        )
