"""Everything an operation needs, built once by the bootstrap; lives on the store thread."""

from dataclasses import dataclass

from field_app.storage.outbox import Signer
from field_app.storage.store import Store
from sync.domain.ids import IdSource
from sync.domain.outcome import Actor
from sync.domain.time import Clock
from sync.policy.engine import PolicyEngine


@dataclass(frozen=True, slots=True)
class Desk:
    """An officer's desk: the vault with the rules in force, a clock, ids, a pen."""

    store: Store
    clock: Clock
    ids: IdSource
    signer: Signer
    me: Actor

    @property
    def policy(self) -> PolicyEngine:
        """Return the rules in force now; a sync may have changed them since the last asking."""
        return self.store.rulebook.engine

    @property
    def zone(self) -> str:
        """Return the zone of the rules in force."""
        return self.policy.pack.zone
