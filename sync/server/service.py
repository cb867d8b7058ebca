"""The parts a running server is made of, built by the factory and handed to every handler."""

from dataclasses import dataclass
from pathlib import Path

from sync.domain.ids import IdSource
from sync.domain.time import Clock
from sync.policy.engine import PolicyEngine
from sync.server.repositories.session import Database


@dataclass(frozen=True, slots=True)
class Service:
    """What handlers need: the database, the rules in force, a clock and ids."""

    database: Database
    policy: PolicyEngine
    clock: Clock
    ids: IdSource
    data: Path
