"""A laptop of a run: the real vault in a real file, which can be killed, filled up and copied.

Everything goes through `Watched`, the connection's stand-in: it lets the process end before or
after any statement, and lets the disk be full from any statement on.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from field_app.bootstrap.desk_setup import lay_desk, policy_brought
from field_app.bootstrap.laptop import Laptop
from field_app.operations.desk import Desk
from field_app.storage.cipher import Connection, VaultKey
from field_app.storage.journal import Journal, JournalRead
from field_app.storage.trouble import DiskFull
from field_app.storage.vault import Vault
from sync.domain.ids import OfficerId
from sync.engine.http_transport import HttpTransport
from sync.policy.engine import PolicyEngine
from sync.protocol.versions import VERSION
from tests.sync.simulator.chance import Chance, LaptopClock, Time
from tests.sync.simulator.line import Net
from tools.sample.keyrings import Secrets

CHANGES = ("INSERT", "UPDATE", "DELETE", "BEGIN", "COMMIT")


class Killed(BaseException):
    """The laptop's program ended at this place."""


@dataclass
class Fate:
    """What befalls the laptop: the number of steps left until it ends, or until the disk is full.

    A step is the moment before or after a changing statement or a write to the journal.
    """

    kill_in: int = -1
    full_in: int = -1
    dead: bool = False

    def before(self) -> None:
        self._end()
        if self.full_in == 0:
            raise DiskFull("no room")
        self.full_in -= self.full_in > 0

    def after(self) -> None:
        self._end()

    def _end(self) -> None:
        self.dead = self.dead or self.kill_in == 0
        if self.dead:
            raise Killed
        self.kill_in -= self.kill_in > 0

    def spare(self) -> None:
        """Let nothing more befall it."""
        self.kill_in = self.full_in = -1


class Watched:
    """A connection whose statements may be the last ones."""

    def __init__(self, real: Connection, fate: Fate) -> None:
        self.real = real
        self._fate = fate

    @property
    def in_transaction(self) -> bool:
        return self.real.in_transaction

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Any:
        return self._watch(sql, lambda: self.real.execute(sql, values))

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> Any:
        return self._watch(sql, lambda: self.real.executemany(sql, rows))

    def executescript(self, sql: str) -> Any:
        return self._watch(sql, lambda: self.real.executescript(sql))

    def close(self) -> None:
        self.real.close()

    def _watch(self, sql: str, act: Any) -> Any:
        if self._fate.dead:
            raise Killed
        if not sql.startswith(CHANGES):
            return act()
        self._fate.before()
        done = act()
        self._fate.after()
        return done


class WatchedJournal(Journal):
    """The real journal, whose writes may be the last ones."""

    def __init__(self, real: Journal, fate: Fate) -> None:
        self._real = real
        self._fate = fate

    def append_all(self, entries: Sequence[tuple[int, bytes]]) -> None:
        self._fate.before()
        self._real.append_all(entries)
        self._fate.after()

    def keep(self) -> None:
        self._real.keep()

    def take_back(self) -> None:
        self._real.take_back()

    def read(self) -> JournalRead:
        return self._real.read()

    def replace(self, instead: Mapping[int, bytes]) -> None:
        self._fate.before()
        self._real.replace(instead)
        self._fate.after()


@cache
def brought() -> PolicyEngine:
    """Return the rules the program brings."""
    return policy_brought(Laptop(Path(), Time(), Secrets()))


@dataclass
class Seat:
    """A person's laptop. `cloned` marks both of two laptops with the same identity."""

    name: str
    login: str
    home: Path
    key: VaultKey
    token: str
    time: Time
    chance: Chance
    clock: LaptopClock = field(init=False)
    fate: Fate = field(default_factory=Fate)
    desk: Desk | None = None
    line: HttpTransport | None = None
    cloned: bool = False
    revoked: bool = False
    busy: bool = False
    version: int = VERSION
    has_rotted: bool = False
    rotten: datetime | None = None  # since when a record of its disk is not what it was
    mind: str = ""  # the case this person is at
    promised: dict[str, int] = field(default_factory=dict)
    revs: dict[tuple[str, str], int] = field(default_factory=dict)
    made: dict[str, tuple[tuple[str, str], str] | None] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)  # work whose echo was read once
    mended: list[tuple[Any, ...]] = field(default_factory=list)  # the repairs that were seen
    ahead_to: int = 0  # the commit up to which a repair may have brought records early
    let_go: set[str] = field(default_factory=set)  # work that was refused once and is asked again
    seen_epochs: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.clock = LaptopClock(self.time)

    @property
    def laptop(self) -> Laptop:
        return Laptop(
            self.home,
            self.clock,
            Secrets(),
            random=self.chance.bytes,
            mono_ms=self.clock.mono_ms,
            name=self.name,
        )

    @property
    def at(self) -> Desk:
        """Return the desk; the program must be open."""
        if self.desk is None:
            raise RuntimeError(f"{self.name} is closed")
        return self.desk

    @property
    def me(self) -> OfficerId:
        return self.at.me.officer_id

    def open(self) -> None:
        """Begin the program."""
        self.fate = Fate()
        self.clock.boot = self.time.at
        self.sit(Vault.open(self.laptop.vault, self.key, self.chance.bytes))

    def sit(self, vault: Vault) -> None:
        """Lay the desk on an open vault."""
        vault.connection = Watched(vault.connection, self.fate)
        vault.journal = WatchedJournal(vault.journal, self.fate)
        self.desk = lay_desk(self.laptop, vault, brought())

    def connect(self, net: Net) -> None:
        """Let this laptop have a line; the program is open."""
        key = self.at.signer.key.private_bytes_raw()
        self.line = net.line(self.name, self.token, key, self.clock, self.version)

    def close(self) -> None:
        """End the program, in whatever state it is."""
        if self.desk is not None:
            self.desk.store.close()
            self.desk = None

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Look into the vault from outside."""
        return self.at.store.vault.connection.execute(sql, values).fetchall()

    def copied_to(self, home: Path, name: str) -> "Seat":
        """Return a laptop made of a copy of this one's disk; both are closed and marked."""
        shutil.copytree(self.home, home)
        twin = Seat(name, self.login, home, self.key, self.token, self.time, self.chance)
        twin.cloned = self.cloned = True
        twin.revoked, twin.version, twin.rotten = self.revoked, self.version, self.rotten
        twin.has_rotted = self.has_rotted
        twin.promised, twin.ended = dict(self.promised), set(self.ended)
        twin.let_go, twin.mended, twin.ahead_to = set(self.let_go), self.mended, self.ahead_to
        return twin
