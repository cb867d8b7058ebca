"""From a passphrase to an open vault: slot, lease, file, clock; all on the store thread.

A lease that has ended does not end the passphrase: with it the door opens, and what is behind it
asks the server for a new lease. What the server then says (this laptop was revoked) is said here.
"""

from datetime import datetime

from field_app.bootstrap.laptop import Laptop
from field_app.storage.audit import AuditTrail
from field_app.storage.cipher import VaultKey
from field_app.storage.held_key import (
    KEY_MADE_AT,
    LEASE_ENDS,
    REKEY_WANTED,
    Door,
    HeldKey,
    end_lease,
    is_in_force,
    keep_lease,
    lease_secret,
    read_door,
    read_lease,
)
from field_app.storage.keys import (
    NO_LEASE,
    LeaseSecret,
    Slot,
    new_vault_key,
    open_door,
    pass_of,
    unwrap,
)
from field_app.storage.profile import profile_of
from field_app.storage.rekeying import finish, is_under_way, rekey
from field_app.storage.rescue import rescue
from field_app.storage.second_copy import reconcile
from field_app.storage.shredding import shred
from field_app.storage.slot_file import read_slot
from field_app.storage.time_mark import TimeMark
from field_app.storage.trouble import (
    Damaged,
    DiskFull,
    LeaseOver,
    LockedByOther,
    Rescued,
    RescuedInPart,
)
from field_app.storage.vault import DATABASE, Vault
from sync.engine.trouble import PASSING, Trouble
from sync.engine.wipe import ordered_wipe


def unlock(laptop: Laptop, passphrase: str) -> Vault:
    """Return the open vault.

    Raises WrongPassphrase, LeaseOver (no line to renew it) and the other VaultTroubles, and
    Trouble when the server refuses to renew a lease that has ended. A vault that is not whole is
    built anew; then Rescued or RescuedInPart tells it, and the next unlocking opens the new one.
    """
    finish(laptop.vault)
    slot = read_slot(laptop.slot)
    secret = laptop.secrets.load(slot.device_id) if slot.with_keyring else None
    passed = pass_of(slot, passphrase, secret)
    door = read_door(open_door(slot, passed))
    lease = _lease(laptop, slot, door)
    vault = open_or_rescue(laptop, unwrap(slot, passed, lease))
    try:
        if _is_late(laptop, slot, vault):
            _ask_for_lease(laptop, slot, door)
        vault.held = HeldKey(laptop.vault, vault.key, passed, laptop.secrets, laptop.random)
        _note_time(laptop, vault)
        if vault.meta(REKEY_WANTED):
            return _under_new_key(laptop, vault, passed)
    except BaseException:
        vault.close()
        raise
    return vault


def _lease(laptop: Laptop, slot: Slot, door: Door | None) -> LeaseSecret:
    """Return what the slot needs of the lease, renewed when the lease has ended."""
    if not slot.lease_epoch or door is None:
        return NO_LEASE
    kept = lease_secret(laptop.secrets, slot)
    lease = read_lease(laptop.vault)
    in_force = is_in_force(lease, slot.device_id, door.audit_key, laptop.clock.now())
    if in_force and bool(kept.secret) == slot.with_keyring:
        return kept
    _ask_for_lease(laptop, slot, door)
    return lease_secret(laptop.secrets, slot)


def _is_late(laptop: Laptop, slot: Slot, vault: Vault) -> bool:
    """Say whether the lease had ended by the latest time the vault saw: the clock was set back."""
    ends = vault.meta(LEASE_ENDS)
    if not slot.lease_epoch or not ends:
        return False
    return TimeMark(vault).latest(laptop.clock.now()) >= datetime.fromisoformat(str(ends))


def _ask_for_lease(laptop: Laptop, slot: Slot, door: Door | None) -> None:
    """Renew the lease over the line; raises LeaseOver without one, Trouble for the server's no."""
    end_lease(laptop.secrets, slot)
    if door is None:
        raise LeaseOver
    try:
        grant = laptop.connect(door.address, door.token, door.device_key).lease()
    except Trouble as trouble:
        if trouble.code in PASSING:
            raise LeaseOver from trouble
        if ordered_wipe(trouble, slot.device_id, door.audit_key):
            shred(laptop.vault, laptop.secrets)
        raise
    if not is_in_force(grant.lease, slot.device_id, door.audit_key, grant.server_time):
        raise LeaseOver
    keep_lease(laptop.vault, laptop.secrets, grant.lease, grant.secret)


def _note_time(laptop: Laptop, vault: Vault) -> None:
    """Note the time of this opening, or that the clock was set back since the last."""
    mark, now = TimeMark(vault), laptop.clock.now()
    if mark.is_behind(now):
        AuditTrail(vault).add(now, "clock_back", seen=mark.at)
    mark.begin(now)


def _under_new_key(laptop: Laptop, vault: Vault, passed: bytes) -> Vault:
    """Put the vault under a new key, as was wished, and return it open again."""
    key, held = new_vault_key(laptop.random), vault.held
    if held is None:
        raise LookupError("an open vault without what opened it")
    slot = held.for_key(key)
    vault.close()
    try:
        rekey(laptop.vault, vault.key, key, slot, laptop.random)
    except DiskFull:
        key = vault.key  # the wish waits for room, the day does not
    anew = open_or_rescue(laptop, key)
    try:
        anew.held = HeldKey(laptop.vault, key, passed, laptop.secrets, laptop.random)
        if key != vault.key:
            _note_new_key(laptop, anew)
    except BaseException:
        anew.close()
        raise
    return anew


def _note_new_key(laptop: Laptop, vault: Vault) -> None:
    """Note it under the new key alone: what failed stays wished for, and must not pass for done."""
    now = laptop.clock.now()
    with vault.transaction():
        vault.set_meta(REKEY_WANTED, "")
        vault.set_meta(KEY_MADE_AT, now.isoformat())
        AuditTrail(vault).add(now, "rekey")


def open_or_rescue(laptop: Laptop, key: VaultKey) -> Vault:
    """Return the open vault; raises Rescued and RescuedInPart, and other VaultTroubles."""
    try:
        return _open_whole(laptop, key)
    except Damaged as damage:
        saved = rescue(laptop.vault, key, laptop.random, laptop.clock.now())
        raise (Rescued if saved.is_whole else RescuedInPart) from damage


def _open_whole(laptop: Laptop, key: VaultKey) -> Vault:
    """Return the open vault, checked page by page, with the unlocking in its trail."""
    vault = Vault.open(laptop.vault, key, laptop.random)
    try:
        if is_under_way(laptop.vault):
            raise LockedByOther
        vault.verify()
        profile = profile_of(vault)
        if profile is None:
            raise Damaged(DATABASE)
        trail, now = AuditTrail(vault), laptop.clock.now()
        given_back = reconcile(vault)
        if given_back:
            trail.add(now, "give_back", work=given_back)
        trail.add(now, "unlock", device=profile.device_id)
    except BaseException:
        vault.close()
        raise
    return vault
