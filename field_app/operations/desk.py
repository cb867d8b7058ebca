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
    """An officer's desk: the vault, the rules in force, a clock, ids, a pen."""

    store: Store
    policy: PolicyEngine
    clock: Clock
    ids: IdSource
    signer: Signer
    me: Actor
    zone: str = "Asia/Shanghai"
