"""The simulator's branch without any fault: server and laptops in this process, at rest."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from field_app.operations.submit import Saved
from sync.engine.engine import SyncReport, sync_once
from sync.engine.ports import Cancelled
from tests.sync.simulator import branch, work
from tests.sync.simulator.branch import furnished, seated
from tests.sync.simulator.central import Central
from tests.sync.simulator.chance import Chance, Story, Time
from tests.sync.simulator.ledger import Answered, answered
from tests.sync.simulator.line import Net
from tests.sync.simulator.run import FURNISHING, seeded
from tests.sync.simulator.seat import Seat


@dataclass
class QuietBranch:
    """A server and whoever sits down."""

    central: Central
    net: Net
    chance: Chance
    seats: list[Seat] = field(default_factory=list)

    def seat(self, name: str) -> Seat:
        """Sit down at a furnished laptop."""
        found = seated(furnished(), self.central.data, name, self.net)
        self.seats.append(found)
        return found

    def speak(self, newest: int) -> None:
        """Let the server be one whose newest version is this."""
        self.central.newest = newest
        self.central.start()

    def give_version(self, seat: Seat, version: int) -> None:
        """Let the laptop's program be of this version; it is begun anew."""
        seat.version = version
        seat.connect(self.net)
        seat.close()
        seat.open()

    def fact(self, seat: Seat) -> str:
        """Record a call; return its id."""
        return self._saved(work.contact(seat, self.chance))

    def command(self, seat: Seat) -> str:
        """Place a hold, which is no fact; return its id."""
        return self._saved(work.rest(seat, self.chance))

    def _saved(self, written: object) -> str:
        assert isinstance(written, Saved)
        return written.mid

    def answered(self) -> list[Answered]:
        """Return what the server has answered."""
        return answered(self.central)


def sync(seat: Seat, cancelled: Cancelled = lambda: False) -> SyncReport:
    """Sync once; raises Trouble."""
    assert seat.line is not None
    return sync_once(
        seat.at.store.replica, seat.line, on_progress=lambda _p: None, cancelled=cancelled
    )


@contextmanager
def at_rest(seed: int = 7) -> Iterator[QuietBranch]:
    """Open the furnished branch and close it again."""
    chance, time = Chance(seed), Time()
    with seeded(Chance(FURNISHING)):
        found = furnished()
    with seeded(Chance(seed)):
        central = Central(time, chance, branch.a_folder(found), found.image)
        net = Net(central, chance, Story(), lambda _who: None, bad=False)
        made = QuietBranch(central, net, chance)
        try:
            yield made
        finally:
            for seat in made.seats:
                seat.close()
                if seat.line is not None:
                    seat.line.close()
            central.close()
            shutil.rmtree(central.data)
