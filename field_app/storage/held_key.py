"""What opened a vault, held as long as it is open: wraps its key anew for a lease or a passphrase.

Beside the slot lies the lease, signed and in clear; its secret is in the keyring under the lease's
number. A slot is always written after what it needs is in the keyring, and what it no longer
needs is destroyed after that: a cut in between leaves a vault that opens.
"""

from datetime import datetime
from pathlib import Path

import msgspec

from field_app.storage.cipher import VaultKey
from field_app.storage.durable_files import write_whole
from field_app.storage.keys import (
    NO_LEASE,
    KdfWork,
    LeaseSecret,
    Owner,
    Random,
    Slot,
    make_slot,
    open_door,
    pass_of,
    rewrap,
)
from field_app.storage.slot_file import SecretStore, read_slot, write_slot
from field_app.storage.trouble import WrongPassphrase
from sync.protocol.lease import Lease, is_ordered

SLOT = "key.slot"
LEASE = "lease.json"
# Values in the vault: when its key was made, that another one is wished for, and when the lease
# ends by this laptop's own clock.
KEY_MADE_AT = "key_made_at"
REKEY_WANTED = "rekey_wanted"
LEASE_ENDS = "lease_ends"


class Door(msgspec.Struct, frozen=True):
    """How a locked laptop reaches its server, and whose signature it believes."""

    address: str
    token: str
    device_key: bytes
    audit_key: str


def read_door(data: bytes) -> Door | None:
    """Return what is behind a slot's door, None for one of version 1."""
    return msgspec.msgpack.decode(data, type=Door) if data else None


def read_lease(folder: Path) -> Lease | None:
    """Return the lease beside the slot; None when it is missing or none."""
    try:
        return msgspec.json.decode((folder / LEASE).read_bytes(), type=Lease)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def is_in_force(lease: Lease | None, device_id: str, audit_key: str, now: datetime) -> bool:
    """Say whether the server signed this lease for this laptop and it has not ended."""
    if lease is None or lease.device_id != device_id or not is_ordered(lease, audit_key):
        return False
    return now < lease.not_after


def lease_secret(secrets: SecretStore, slot: Slot) -> LeaseSecret:
    """Return what the slot needs of the keyring; its secret is empty when it is gone."""
    if not slot.lease_epoch:
        return NO_LEASE
    kept = secrets.load(lease_name(slot.device_id, slot.lease_epoch)) if slot.with_keyring else None
    return LeaseSecret(slot.lease_epoch, kept or b"")


def keep_lease(folder: Path, secrets: SecretStore, lease: Lease, secret: bytes) -> None:
    """Keep a lease and its secret."""
    secrets.save(lease_name(lease.device_id, lease.epoch), secret)
    write_whole(folder / LEASE, msgspec.json.encode(lease))


def end_lease(secrets: SecretStore, slot: Slot) -> None:
    """Destroy the lease's secret: from now on the vault opens with its server only."""
    if slot.lease_epoch:
        secrets.forget(lease_name(slot.device_id, slot.lease_epoch))


def lease_name(device_id: str, epoch: int) -> str:
    """Return under which name the keyring has a lease's secret."""
    return f"{device_id}.lease.{epoch}"


class HeldKey:
    """The key of an open vault, the slot it came from and what its passphrase came to."""

    def __init__(
        self, folder: Path, key: VaultKey, passed: bytes, secrets: SecretStore, random: Random
    ) -> None:
        self.folder = folder
        self._key = key
        self._passed = passed
        self._secrets = secrets
        self._random = random

    @property
    def slot(self) -> Slot:
        """Return the slot as it lies on disk."""
        return read_slot(self.folder / SLOT)

    @property
    def lease(self) -> Lease | None:
        """Return the lease that came last."""
        return read_lease(self.folder)

    def take_lease(self, lease: Lease, secret: bytes, owner: Owner, door: Door) -> None:
        """Go on under this lease; a slot that does not know it yet is written anew.

        So is one of a laptop that was enrolled anew: its secret goes with it to the new name.
        """
        slot = self.slot
        named = msgspec.structs.replace(
            slot, device_id=owner.device_id, login=owner.login, address=owner.address
        )
        if slot != named and slot.with_keyring:
            self._secrets.save(owner.device_id, self._secrets.load(slot.device_id) or b"")
        keep_lease(self.folder, self._secrets, lease, secret)
        if slot == named and slot.lease_epoch == lease.epoch:
            return
        # Without a safe keyring the lease has an end, but no secret of its own.
        needed = LeaseSecret(lease.epoch, secret if slot.with_keyring else b"")
        behind = msgspec.msgpack.encode(door)
        self._write(rewrap(named, self._passed, self._key, needed, behind, self._random))
        if slot.device_id != owner.device_id:
            self._secrets.forget(slot.device_id)
            end_lease(self._secrets, slot)

    def change_passphrase(self, old: str, new: str, work: KdfWork) -> None:
        """Wrap the key under another passphrase; raises WrongPassphrase when `old` is not it."""
        slot = self.slot
        secret = self._secrets.load(slot.device_id) if slot.with_keyring else None
        passed = pass_of(slot, old, secret)
        door = open_door(slot, passed)
        if passed != self._passed:
            raise WrongPassphrase
        self.wrap(new, slot, secret, work, door)

    def wrap(
        self, passphrase: str, former: Slot, secret: bytes | None, work: KdfWork, door: bytes
    ) -> None:
        """Write a slot for another passphrase, all else as it was in the former one."""
        owner = Owner(former.officer_id, former.device_id, former.login, former.address)
        slot = make_slot(
            self._key,
            passphrase,
            owner,
            device_secret=secret,
            work=work,
            random=self._random,
            lease=lease_secret(self._secrets, former),
            door=door,
        )
        self._write(slot)
        self._passed = pass_of(slot, passphrase, secret)

    def for_key(self, key: VaultKey) -> Slot:
        """Return the slot as it will be when the vault has this key."""
        slot = self.slot
        lease = lease_secret(self._secrets, slot)
        return rewrap(slot, self._passed, key, lease, open_door(slot, self._passed), self._random)

    def _write(self, slot: Slot) -> None:
        write_slot(self.folder / SLOT, slot)
