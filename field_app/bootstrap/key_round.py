"""What follows each sync: a longer lease, the escrow, the clock; or the end, when it was ordered.

Runs on the network thread; whatever touches the vault hops to the store thread.
"""

import hashlib
from collections.abc import Callable
from typing import Protocol

from field_app.bootstrap.laptop import Laptop
from field_app.storage.audit import AuditTrail
from field_app.storage.held_key import LEASE_ENDS, Door
from field_app.storage.keys import Owner, derive
from field_app.storage.profile import Profile, own_profile
from field_app.storage.shredding import shred
from field_app.storage.time_mark import TimeMark
from field_app.storage.vault import Vault
from sync.engine.ports import Transport
from sync.engine.trouble import Trouble
from sync.engine.wipe import ordered_wipe
from sync.protocol.envelope import SUITE
from sync.protocol.escrow import seal_twice
from sync.protocol.lease import Custody, Escrow, LeaseGrant, is_ordered
from sync.protocol.messages import Codes

MARK = 32  # hex digits that tell which key and which custodians an escrow is for


class Hop(Protocol):
    """The way to the store thread."""

    def hop[T](self, act: Callable[[], T]) -> T:
        """Run `act` there and wait."""
        ...


class KeyRound:
    """One laptop's keys after each sync; `on_wiped` hears that they are no more."""

    def __init__(
        self, laptop: Laptop, vault: Vault, store: Hop, on_wiped: Callable[[], None]
    ) -> None:
        self._laptop = laptop
        self._vault = vault
        self._store = store
        self._on_wiped = on_wiped

    def after(self, transport: Transport) -> None:
        """Renew the lease and put the key in escrow; a server that knows no leases is let be."""
        try:
            grant = transport.lease()
        except Trouble as trouble:
            if trouble.code is Codes.NOT_FOUND:
                return
            raise
        escrow = self._store.hop(lambda: self._take(grant))
        if escrow is not None:
            transport.keep_escrow(escrow)
            self._store.hop(lambda: self._note("escrow"))

    def refused(self, trouble: Trouble, transport: Transport) -> None:
        """Destroy this laptop's keys when the server's signed order came with its refusal."""
        profile = self._store.hop(self._profile)
        if not ordered_wipe(trouble, profile.device_id, profile.audit_key):
            return
        self._store.hop(self._destroy)
        try:
            transport.wiped()
        except Trouble:  # the order stands there until it is told; here there is no more to do
            return
        finally:
            self._on_wiped()

    def _take(self, grant: LeaseGrant) -> Escrow | None:
        """Keep a lease that the pinned key signed; return the escrow that the server lacks."""
        profile, held = self._profile(), self._vault.held
        rightful = grant.lease.device_id == profile.device_id
        if held is None or not rightful or not is_ordered(grant.lease, profile.audit_key):
            raise Trouble(Codes.GARBAGE)
        owner = Owner(profile.officer.id, profile.device_id, profile.account, profile.address)
        door = Door(profile.address, profile.token, profile.device_key, profile.audit_key)
        held.take_lease(grant.lease, grant.secret, owner, door)
        now = self._laptop.clock.now()
        # By this clock, whatever it shows: the server sees with each push how far it is off.
        TimeMark(self._vault).put_right(now)
        self._vault.set_meta(
            LEASE_ENDS, (now + (grant.lease.not_after - grant.server_time)).isoformat()
        )
        return self._escrow(grant, profile)

    def _escrow(self, grant: LeaseGrant, profile: Profile) -> Escrow | None:
        custody = grant.custody
        if custody is None or not (custody.first and custody.second):
            return None
        if not is_ordered(custody, profile.audit_key):
            raise Trouble(Codes.GARBAGE)
        key = self._vault.key
        mark = _mark(derive(key, "escrow-mark"), custody)
        if mark == grant.escrow:
            return None
        sealed = seal_twice(key.key + key.salt, custody, profile.device_id, profile.officer.id)
        return Escrow(SUITE, mark, sealed)

    def _profile(self) -> Profile:
        return own_profile(self._vault)

    def _note(self, what: str) -> None:
        AuditTrail(self._vault).add(self._laptop.clock.now(), what)

    def _destroy(self) -> None:
        self._vault.close()
        shred(self._vault.folder, self._laptop.secrets)
        self._laptop.tries.unlink(missing_ok=True)


def _mark(of_key: bytes, custody: Custody) -> str:
    told = of_key + custody.first.encode() + custody.second.encode()
    return hashlib.sha256(told).hexdigest()[:MARK]
