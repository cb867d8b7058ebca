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
    put_back: int = 0
    compacted: int = 0
    rotted: int = 0
    told_to_wait: int = 0
    stumbled: int = 0
    broken: list[Outcome] = field(default_factory=list)

    def count(self, outcome: Outcome) -> None:
        """Add a run."""
        self.tried += 1
        self.saved += outcome.saved
        self.requests += outcome.requests
        self.attention += outcome.attention
        self.put_back += outcome.put_back
        self.compacted += outcome.compacted
        self.rotted += outcome.rotted
        self.told_to_wait += outcome.told_to_wait
        self.stumbled += outcome.stumbled
        if outcome.broken:
            self.broken.append(outcome)

    @property
    def line(self) -> str:
        return (
            f"tried {self.tried} schedules, lost {len(self.broken)} "
            f"({self.saved} acts, {self.requests} requests, {self.attention} for a person; "
            f"{self.put_back} servers put back, {self.compacted} ops compacted, "
            f"{self.rotted} records rotted, {self.told_to_wait} syncs told to wait for an update, "
            f"{self.stumbled} decisions the server failed over)"
        )
