"""The parts a running server is made of, built by the factory and handed to every handler."""

from dataclasses import dataclass, field
from pathlib import Path

from sync.domain.ids import IdSource
from sync.domain.time import Clock
from sync.protocol.versions import VERSION
from sync.server.audit.sealing import Seal
from sync.server.leaving import Leaving
from sync.server.replays import Replays
from sync.server.repositories.session import Database
from sync.server.rules_in_force import RulesInForce


@dataclass(frozen=True, slots=True)
class Service:
    """What handlers need: database, rules in force, clocks, ids, used proofs, the audit key.

    `clock` dates what happens, `latest` judges what has ended and is never set back. `newest` is
    the newest version of the protocol this server speaks.
    """

    database: Database
    rules: RulesInForce
    clock: Clock
    latest: Clock
    ids: IdSource
    data: Path
    replays: Replays
    seal: Seal = field(default_factory=Seal)
    leaving: Leaving = field(default_factory=Leaving)
    newest: int = VERSION
